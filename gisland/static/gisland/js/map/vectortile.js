/**
 * Reading Mapbox Vector Tiles, version 2 (protobuf), straight into flat coordinates for a canvas.
 *
 * A decoded layer is {name, extent, features}; a feature has id, type, coordinates (x, y, x, y … in
 * tile units), `ends` (the index after each part's last number, rings not closed), bounds [minX, minY,
 * maxX, maxY], and its attributes by get(name) or all as `properties`. Attribute values are read when
 * they are first asked for: of a hundred thousand addresses a screen shows twenty.
 */

export const POINT = 1;
export const LINE = 2;
export const POLYGON = 3;

const MOVE_TO = 1;
const LINE_TO = 2;
const CLOSE_PATH = 7;

const UTF8 = new TextDecoder();

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = 0;
  }

  varint() {
    const { bytes } = this;
    let byte = bytes[this.position++];
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let factor = 0x80; factor < 2 ** 70; factor *= 0x80) {
      if (this.position >= bytes.length) break;
      byte = bytes[this.position++];
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw new RangeError("tile ends inside a number");
  }

  /** A 64-bit two's complement number, for the rare negative int64. */
  int64() {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.position++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return Number(BigInt.asIntN(64, value));
  }

  zigzag() {
    const value = this.varint();
    return value % 2 === 1 ? (value + 1) / -2 : value / 2;
  }

  /** The bytes of a length-prefixed field: where it ends. */
  end() {
    const length = this.varint();
    const end = this.position + length;
    if (end > this.bytes.length) throw new RangeError("tile ends inside a field");
    return end;
  }

  text() {
    const end = this.end();
    const text = UTF8.decode(this.bytes.subarray(this.position, end));
    this.position = end;
    return text;
  }

  skip(wire) {
    if (wire === 0) this.varint();
    else if (wire === 1) this.position += 8;
    else if (wire === 2) this.position = this.end();
    else if (wire === 5) this.position += 4;
    else throw new RangeError(`unknown wire type ${wire}`);
  }

  /** Call visit(field, wire) for each field up to `end`; fields that it does not take are skipped. */
  fields(end, visit) {
    while (this.position < end) {
      const tag = this.varint();
      const before = this.position;
      visit(tag >> 3, tag & 7);
      if (this.position === before) this.skip(tag & 7);
    }
  }
}

function readValue(reader) {
  let value = null;
  reader.fields(reader.end(), (field) => {
    if (field === 1) value = reader.text();
    else if (field === 2) value = reader.view.getFloat32((reader.position += 4) - 4, true);
    else if (field === 3) value = reader.view.getFloat64((reader.position += 8) - 8, true);
    else if (field === 4) value = reader.int64();
    else if (field === 5) value = reader.varint();
    else if (field === 6) value = reader.zigzag();
    else if (field === 7) value = reader.varint() !== 0;
  });
  return value;
}

/** The attribute names of a layer, and its values, each read once when asked for. */
class Dictionary {
  constructor(reader) {
    this.reader = reader;
    this.keys = [];
    this.starts = [];
    this.values = [];
  }

  value(index) {
    if (!(index in this.values)) {
      this.reader.position = this.starts[index];
      this.values[index] = readValue(this.reader);
    }
    return this.values[index];
  }
}

class Feature {
  constructor(dictionary) {
    this.dictionary = dictionary;
    this.id = undefined;
    this.type = 0;
    this.tags = [];
    this.coordinates = null;
    this.ends = [];
    this.bounds = null;
  }

  /** One attribute, undefined where the feature lacks it. */
  get(name) {
    const key = this.dictionary.keys.indexOf(name);
    for (let index = 0; index < this.tags.length; index += 2) {
      if (this.tags[index] === key) return this.dictionary.value(this.tags[index + 1]);
    }
    return undefined;
  }

  /** All attributes as a plain object. */
  get properties() {
    const all = {};
    for (let index = 0; index < this.tags.length; index += 2) {
      all[this.dictionary.keys[this.tags[index]]] = this.dictionary.value(this.tags[index + 1]);
    }
    return all;
  }
}

/** Give a feature its coordinates; `scratch` is a growing array shared by the tile. */
function readGeometry(reader, scratch, feature) {
  const end = reader.end();
  const ends = [];
  let used = 0;
  let x = 0;
  let y = 0;
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  while (reader.position < end) {
    const header = reader.varint();
    const command = header & 7;
    if (command === CLOSE_PATH) continue;
    if (command !== MOVE_TO && command !== LINE_TO) throw new RangeError(`unknown command ${command}`);
    for (let count = header >> 3; count > 0; count--) {
      if (command === MOVE_TO && used > 0) ends.push(used);
      x += reader.zigzag();
      y += reader.zigzag();
      scratch[used++] = x;
      scratch[used++] = y;
      if (x < minX) minX = x;
      if (x > maxX) maxX = x;
      if (y < minY) minY = y;
      if (y > maxY) maxY = y;
    }
  }
  if (used > 0) ends.push(used);
  const coordinates = new Int32Array(used);
  for (let index = 0; index < used; index++) coordinates[index] = scratch[index];
  Object.assign(feature, { coordinates, ends, bounds: [minX, minY, maxX, maxY] });
}

function readFeature(reader, dictionary, scratch) {
  const feature = new Feature(dictionary);
  const end = reader.end();
  while (reader.position < end) {
    const tag = reader.varint();
    if (tag === 0x08) feature.id = reader.varint();
    else if (tag === 0x12) for (const last = reader.end(); reader.position < last; ) feature.tags.push(reader.varint());
    else if (tag === 0x18) feature.type = reader.varint();
    else if (tag === 0x22) readGeometry(reader, scratch, feature);
    else reader.skip(tag & 7);
  }
  return feature;
}

function readLayer(reader, scratch) {
  const end = reader.end();
  const layer = { name: "", extent: 4096, features: [] };
  const dictionary = new Dictionary(reader);
  const starts = [];
  reader.fields(end, (field) => {
    if (field === 1) layer.name = reader.text();
    else if (field === 2 || field === 4) {
      (field === 2 ? starts : dictionary.starts).push(reader.position);
      reader.skip(2);
    } else if (field === 3) dictionary.keys.push(reader.text());
    else if (field === 5) layer.extent = reader.varint();
  });
  for (const start of starts) {
    reader.position = start;
    const feature = readFeature(reader, dictionary, scratch);
    if (feature.ends.length > 0) layer.features.push(feature);
  }
  reader.position = end;
  return layer;
}

/** All layers of a tile by name. Throws RangeError where the bytes are not a vector tile. */
export function decodeTile(buffer) {
  const reader = new Reader(new Uint8Array(buffer));
  const layers = new Map();
  const scratch = [];
  reader.fields(reader.bytes.length, (field) => {
    if (field !== 3) return;
    const layer = readLayer(reader, scratch);
    layers.set(layer.name, layer);
  });
  return layers;
}
