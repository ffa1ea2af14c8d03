/**
 * Painting one decoded tile layer on a canvas: features of a look by the batch, few state changes. A
 * batch is one path; one path of a whole tile costs 20 × and more, one per feature 1.5 × (ADR 0004).
 */

import { hatchPattern } from "./hatch.js";
import { marksOf } from "./style.js";
import { LINE, POINT } from "./vectortile.js";

const HATCH_FROM_ZOOM = 11;
const MARKS_FROM_ZOOM = 12;
const SMALLEST = 2;
const BATCH = 32;
const TICK_EVERY = 10;
const TICKS_FROM_ZOOM = 13;
const TICKED_FAR_OPACITY = 0.25;
const FAR_OPACITY = 0.6;
const RIM_GAP_FROM_ZOOM = 14;

/** Put a feature's parts on a path, in tile units. */
export function trace(path, feature) {
  const { coordinates, ends } = feature;
  let index = 0;
  for (const end of ends) {
    path.moveTo(coordinates[index], coordinates[index + 1]);
    for (index += 2; index < end; index += 2) path.lineTo(coordinates[index], coordinates[index + 1]);
    if (feature.type !== LINE) path.closePath();
  }
}

/** A finding never vanishes: what is smaller than two pixels is painted as two pixels. */
function traceSeen(path, feature, unit) {
  const [minX, minY, maxX, maxY] = feature.bounds;
  const smallest = SMALLEST * unit;
  if (maxX - minX >= smallest || maxY - minY >= smallest) trace(path, feature);
  else path.rect((minX + maxX - smallest) / 2, (minY + maxY - smallest) / 2, smallest, smallest);
}

/** Short strokes to the inner side of each ring (on screens, y grows downwards: shells turn right). */
function traceTicks(path, feature, length, every) {
  const { coordinates, ends } = feature;
  let start = 0;
  for (const end of ends) {
    let rest = every / 2;
    for (let index = start; index < end; index += 2) {
      const next = index + 2 < end ? index + 2 : start;
      const [x, y] = [coordinates[index], coordinates[index + 1]];
      const [dx, dy] = [coordinates[next] - x, coordinates[next + 1] - y];
      const size = Math.hypot(dx, dy);
      for (; rest <= size && size > 0; rest += every) {
        const [px, py] = [x + (dx * rest) / size, y + (dy * rest) / size];
        path.moveTo(px, py);
        path.lineTo(px - (dy * length) / size, py + (dx * length) / size);
      }
      rest -= size;
    }
    start = end;
  }
}

function byLook(features, spec, window) {
  const groups = new Map();
  for (const feature of features) {
    const [minX, minY, maxX, maxY] = feature.bounds;
    if (maxX < window.minX || minX > window.maxX || maxY < window.minY || minY > window.maxY) continue;
    const key = spec.keyOf(feature);
    if (key === null) continue;
    if (groups.has(key)) groups.get(key).push(feature);
    else groups.set(key, [feature]);
  }
  return groups;
}

/** Paths of so many features each; put(path, feature) adds one. */
function batches(features, put) {
  const paths = [];
  features.forEach((feature, index) => {
    if (index % BATCH === 0) paths.push(new Path2D());
    put(paths.at(-1), feature);
  });
  return paths;
}

function stroke(context, paths, line, unit) {
  context.strokeStyle = line.color;
  context.lineWidth = line.width * unit;
  context.setLineDash((line.dash ?? []).map((part) => part * unit));
  for (const path of paths) context.stroke(path);
  context.setLineDash([]);
}

function fill(context, paths, style, opacity = 1) {
  context.globalAlpha = opacity;
  context.fillStyle = style;
  for (const path of paths) context.fill(path);
  context.globalAlpha = 1;
}

/** The weightiest mark of a patch as a coloured rim outside its own line; from near with a gap between. */
function paintMarks(context, features, spec, { unit, zoom, halo }) {
  const isClose = zoom >= RIM_GAP_FROM_ZOOM;
  const byMark = new Map();
  for (const feature of features) {
    const [first] = marksOf(feature, spec.marks);
    if (first) (byMark.get(first) ?? byMark.set(first, []).get(first)).push(feature);
  }
  for (const [code, marked] of byMark) {
    const paths = batches(marked, trace);
    stroke(context, paths, { color: spec.marks[code].color, width: isClose ? 6 : 3.5 }, unit);
    if (isClose) stroke(context, paths, { color: halo, width: 3.5 }, unit);
  }
}

/** Points as dots; one that stands for many is a little larger. */
function paintPoints(context, features, look, unit) {
  const paths = batches(features, (path, feature) => {
    const { coordinates } = feature;
    const radius = Math.min(3.5, 2.25 + Math.log10(feature.get("count") ?? 1)) * unit;
    for (let index = 0; index < coordinates.length; index += 2) {
      path.moveTo(coordinates[index] + radius, coordinates[index + 1]);
      path.arc(coordinates[index], coordinates[index + 1], radius, 0, 2 * Math.PI);
    }
  });
  fill(context, paths, look.color);
}

function paintGround(context, features, look, spec, view) {
  const { unit, zoom, ratio, bare } = view;
  const isPatch = spec.kind === "patch";
  const isArea = spec.kind !== "line" && features[0].type !== LINE;
  const isNear = zoom >= HATCH_FROM_ZOOM || spec.kind === "shape";
  const put = isPatch ? (path, feature) => traceSeen(path, feature, unit) : trace;
  const paths = batches(features, put);
  if (isPatch && zoom >= MARKS_FROM_ZOOM) paintMarks(context, features, spec, view);
  if (look.line?.ticks > 0 && zoom < TICKS_FROM_ZOOM && !bare) {
    fill(context, paths, look.color, TICKED_FAR_OPACITY);
    return;
  }
  if (isArea && !(bare && look.line)) {
    fill(context, paths, look.color, isPatch && !isNear ? Math.max(look.opacity, FAR_OPACITY) : look.opacity);
    if (look.hatch && isNear) fill(context, paths, hatchPattern(context, look.hatch, look.color, ratio));
  }
  if (!look.line || zoom < (look.line.from_zoom ?? 0) || (isPatch && !isNear && !bare)) return;
  stroke(context, paths, look.line, unit);
  if (look.line.ticks > 0) {
    const ticks = batches(features, (path, feature) => traceTicks(path, feature, look.line.ticks * unit, TICK_EVERY * unit));
    stroke(context, ticks, { ...look.line, dash: null, width: 1 }, unit);
  }
}

/**
 * Paint a tile layer. The context's transform takes tile units to device pixels; `unit` is one screen
 * pixel in tile units, `window` the ground of this canvas in tile units, `ratio` device pixels per
 * pixel, `halo` the colour that parts things from their ground, `bare` whether only lines are drawn.
 */
export function paintLayer(context, tileLayer, spec, view) {
  context.lineJoin = "round";
  const groups = byLook(tileLayer.features, spec, view.window);
  for (const look of spec.looks) {
    const features = groups.get(look.key);
    if (!features) continue;
    if (features[0].type === POINT) paintPoints(context, features, look, view.unit);
    else paintGround(context, features, look, spec, view);
  }
}
