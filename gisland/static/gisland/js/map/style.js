/**
 * From the server's vocabulary to what the painter needs. Pure: no colour is decided here, only how
 * words such as "bold" and "dashed" are drawn.
 *
 * A look is {key, label, color, opacity, hatch, line: {color, width, dash, ticks} | null}.
 */

const LINES = {
  none: null,
  hair: { width: 0.5 },
  thin: { width: 0.75 },
  solid: { width: 1.25 },
  bold: { width: 2.5 },
  dashed: { width: 1.5, dash: [6, 4] },
  dashdot: { width: 1.5, dash: [9, 4, 2, 4] },
  ticks: { width: 1.25, ticks: 5 },
};

const OTHER = "";
const LEAST_CONTRAST = 2.2;
const LIGHTER = 0.12;

function channels(colour) {
  const digits = /^#([0-9a-f]{6})$/i.exec(colour)?.[1];
  return digits ? [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16)) : null;
}

function luminance(rgb) {
  const [red, green, blue] = rgb.map((value) => (value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const contrast = (one, other) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);

/** A colour that is seen on the ground: on a dark one made lighter, in its own hue, as far as need be. */
export function seenOn(colour, ground) {
  const under = channels(ground ?? "");
  let own = channels(colour ?? "");
  if (!under || !own || luminance(under) > 0.2) return colour;
  while (contrast(luminance(own), luminance(under)) < LEAST_CONTRAST) own = own.map((value) => Math.min(255, Math.ceil(value + (255 - value) * LIGHTER)));
  return `#${own.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** A line from a word, a number (width) or an object; colour falls back to the look's. */
export function lineOf(line, color) {
  if (line === undefined || line === null) return { width: 1.25, dash: null, ticks: 0, color };
  const given = typeof line === "string" ? LINES[line] : typeof line === "number" ? { width: line } : line;
  if (given === undefined) throw new RangeError(`unknown line "${line}"`);
  if (given === null || given.width === 0) return null;
  return { width: 1.25, dash: null, ticks: 0, color, ...given };
}

function lookOf(key, given, defaults = {}, ground = null) {
  const merged = { ...defaults, ...given };
  const color = seenOn(merged.color, ground);
  return {
    key,
    label: merged.label ?? key,
    color,
    opacity: merged.fill_opacity ?? 0.3,
    hatch: merged.hatch && merged.hatch !== "none" ? merged.hatch : null,
    line: lineOf(merged.line, seenOn(merged.line_color, ground) ?? color),
  };
}

/** Looks of a layer in painting order: what matters most last, so that it lies on top. */
function looksOf(layer, styles, ground) {
  const base = layer.style ?? {};
  if (layer.kind === "patch") {
    return Object.entries(styles).map(([key, style]) => lookOf(key, style, base, ground)).reverse();
  }
  const classes = (layer.classes ?? []).map((entry) => lookOf(String(entry.value), entry, base, ground));
  const other = classes.length === 0 || base.color ? [lookOf(OTHER, { label: layer.title, ...base }, {}, ground)] : [];
  return [...other, ...classes.reverse()];
}

/** Which look a feature takes: the exact class, else the longest class that its code begins with. */
function chooser(field, keys, fallback) {
  const known = new Set(keys);
  const found = new Map();
  return (feature) => {
    const code = feature.get(field);
    if (code === undefined || code === null) return fallback;
    if (!found.has(code)) {
      let key = String(code);
      while (key !== "" && !known.has(key)) key = key.slice(0, -1);
      found.set(code, key === "" ? fallback : key);
    }
    return found.get(code);
  };
}

/** Some features are not painted here: those that another layer shows more closely. */
function except(ids, keyOf) {
  if (!ids) return keyOf;
  return (feature) => (ids.includes(feature.id ?? feature.get("id")) ? null : keyOf(feature));
}

/** Everything that painting, picking, labels and the legend need to know of one configured layer. */
export function layerSpec(layer, config = {}) {
  const looks = looksOf(layer, config.styles ?? {}, config.ground ?? null);
  const keys = looks.map((look) => look.key);
  const field = layer.class_field ?? (layer.kind === "patch" ? "style" : null);
  const fallback = keys.includes(OTHER) ? OTHER : null;
  const style = layer.style ?? {};
  return {
    id: layer.id,
    title: layer.title,
    kind: layer.kind,
    source: layer.source_layer ?? layer.id,
    minzoom: layer.minzoom ?? 0,
    maxzoom: layer.maxzoom ?? 22,
    looks,
    byKey: new Map(looks.map((look) => [look.key, look])),
    keyOf: except(layer.except, field ? chooser(field, keys, fallback) : () => OTHER),
    marks: layer.kind === "patch" ? config.marks ?? {} : {},
    labelField: layer.label_field ?? null,
    labelZoom: style.label_minzoom ?? 14,
    labelZoomEnd: style.label_maxzoom ?? 22,
    labelSize: style.label_size ?? 12,
    order: layer.order ?? 0,
  };
}

/** The marks of a patch in the vocabulary's order, which is that of their weight. */
export function marksOf(feature, vocabulary) {
  const marks = feature.get("marks");
  if (!marks) return [];
  const own = new Set(String(marks).split(","));
  return Object.keys(vocabulary).filter((code) => own.has(code));
}

/** Patches seen from afar are dots too: smaller ones have no outline in the tiles (of the zoom before). */
export const DOTS_BELOW_ZOOM = 13;

/** The tile layers that a layer is painted from at this zoom. */
export function paintedFrom(spec, zoom) {
  return spec.kind === "patch" && zoom < DOTS_BELOW_ZOOM ? [spec.source, `${spec.source}-labels`] : [spec.source];
}

/** Is a layer drawn at this zoom? */
export const isInRange = (spec, zoom) => zoom >= spec.minzoom && zoom <= spec.maxzoom;
