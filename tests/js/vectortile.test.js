import assert from "node:assert/strict";
import { test } from "node:test";

import { decodeTile, LINE, POLYGON } from "../../gisland/static/gisland/js/map/vectortile.js";

// ST_AsMVT of PostGIS 3.3: one feature, a square with a hole and a second square, all kinds of values.
const POSTGIS =
  "1a8c010a077061746368657312340807120a0000010102020303040418032222093cc43f1a0028270000270f090a1e1a0a00000909" +
  "000f093a2f1a0008070000070f1a046a6362681a057374796c651a0a626f726465726c696e651a026d751a016e22080a06e794b22d" +
  "303122090a07696c6c6567616c22023801220919000000000000f83f220230052880207802";

const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16)).buffer;

/** Just enough of an encoder to make what PostGIS does not. */
const varint = (value) => {
  const out = [];
  for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
    if (rest < 0x80n) return [...out, Number(rest)];
    out.push(Number(rest & 0x7fn) | 0x80);
  }
};
const field = (number, content) => [...varint((number << 3) | 2), ...varint(content.length), ...content];
const text = (number, value) => field(number, [...new TextEncoder().encode(value)]);
const number = (tag, value) => [...varint(tag << 3), ...varint(value)];
const zigzag = (value) => (value < 0 ? -2 * value - 1 : 2 * value);
const tile = (...layers) => Uint8Array.from(layers.flatMap((layer) => field(3, layer))).buffer;

test("a tile of PostGIS", () => {
  const layers = decodeTile(bytes(POSTGIS));
  assert.deepEqual([...layers.keys()], ["patches"]);
  const { extent, features } = layers.get("patches");
  assert.equal(extent, 4096);
  const [feature] = features;
  assert.equal(feature.id, 7);
  assert.equal(feature.type, POLYGON);
  assert.deepEqual(feature.properties, { jcbh: "甲-01", style: "illegal", borderline: true, mu: 1.5, n: -3 });
  assert.equal(feature.get("style"), "illegal");
  assert.equal(feature.get("nothing"), undefined);
  assert.deepEqual(feature.ends, [8, 16, 24]);
  assert.deepEqual(feature.bounds, [10, 4052, 44, 4086]);
  assert.deepEqual([...feature.coordinates.slice(8, 16)].every((value) => Number.isInteger(value)), true);
});

test("lines in parts, big ids, every kind of number, unknown fields skipped", () => {
  const geometry = [9, zigzag(-5), zigzag(7), 18, zigzag(3), zigzag(0), zigzag(0), zigzag(-4), 9, zigzag(10), zigzag(10), 10, zigzag(1), zigzag(1)];
  const layer = [
    ...number(15, 2), ...text(1, "lines"), ...number(5, 512),
    ...field(2, [...number(1, 2n ** 52n), ...field(2, [0, 0, 1, 1, 2, 2]), ...number(3, LINE), ...field(4, geometry.flatMap(varint)), ...text(9, "later")]),
    ...text(3, "small"), ...text(3, "minus"), ...text(3, "single"),
    ...field(4, number(5, 300)), ...field(4, number(4, -9)), ...field(4, [(2 << 3) | 5, 0, 0, 192, 63]),
  ];
  const [feature] = decodeTile(tile(layer)).get("lines").features;
  assert.equal(feature.id, 2 ** 52);
  assert.deepEqual(feature.properties, { small: 300, minus: -9, single: 1.5 });
  assert.deepEqual([...feature.coordinates], [-5, 7, -2, 7, -2, 3, 8, 13, 9, 14]);
  assert.deepEqual(feature.ends, [6, 10]);
});

test("an empty tile has no layers; broken bytes are refused, not drawn", () => {
  assert.equal(decodeTile(new ArrayBuffer(0)).size, 0);
  const broken = bytes(POSTGIS).slice(0, 60);
  assert.throws(() => decodeTile(broken), RangeError);
  assert.throws(() => decodeTile(Uint8Array.from([0x1a, 0xff, 0xff]).buffer), RangeError);
});
