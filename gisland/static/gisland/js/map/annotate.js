/** What lies over the tiles: labels with the marks' icons, and the outlines of hovered and selected ground. */

import { drawIcon, ICON_SIZE } from "./icons.js";
import { placeLabels } from "./labels.js";
import { marksOf } from "./style.js";
import { trace } from "./paint.js";

const ICON_STEP = ICON_SIZE + 2;
const MOST_ICONS = 3;
const BESIDE = 0.7;
const LABEL_GAP = 4;
const EQUATOR_PIXEL_M = (2 * Math.PI * 6378137) / 256;

/** Has the feature its own id, or the layer's address of it? */
const identity = (feature) => feature.id ?? feature.get("id");

function fontOf(element, size) {
  return `${size}px ${window.getComputedStyle(element).fontFamily}`;
}

/** The marks whose icons stand before the label: the weightiest, each picture once. */
function iconsOf(feature, vocabulary) {
  const pictures = new Map(marksOf(feature, vocabulary).reverse().map((code) => [`${vocabulary[code].icon} ${vocabulary[code].color}`, code]));
  return [...pictures.values()].reverse().slice(0, MOST_ICONS);
}

/** How far to the right a label stands, so that it does not cover ground smaller than itself. */
function aside(feature, width, metres) {
  const side = Math.sqrt(feature.get("area_m2") ?? Infinity) / metres;
  return side < width ? side * BESIDE + LABEL_GAP + width / 2 : 0;
}

function candidatesOf(grid, layer, { zoom, frame, measure, metres }) {
  const { spec } = layer;
  const candidates = [];
  if (!spec.labelField || zoom < spec.labelZoom || zoom > spec.labelZoomEnd) return candidates;
  grid.eachTile(layer, (tileLayers, { x, y, size }) => {
    const points = tileLayers.get(`${spec.source}-labels`);
    if (!points) return;
    const scale = size / points.extent;
    for (const feature of points.features) {
      const { coordinates } = feature;
      const text = feature.get(spec.labelField);
      if (text === undefined || text === null || text === "") continue;
      const place = { x: x + coordinates[0] * scale - frame.origin.x, y: y + coordinates[1] * scale - frame.origin.y };
      if (place.x < 0 || place.y < 0 || place.x > frame.width || place.y > frame.height) continue;
      const marks = iconsOf(feature, spec.marks);
      const width = measure(String(text), spec.labelSize) + marks.length * ICON_STEP;
      place.x += aside(feature, width, metres);
      const rank = spec.kind === "patch" ? spec.looks.length - spec.looks.findIndex((look) => look.key === spec.keyOf(feature)) : 0;
      candidates.push({
        id: `${spec.id}/${identity(feature) ?? text}`,
        ...place,
        text: String(text),
        marks,
        size: spec.labelSize,
        vocabulary: spec.marks,
        width,
        height: spec.labelSize + 6,
        rank,
      });
    }
  });
  return candidates;
}

function drawLabel(context, label, font, ink) {
  context.font = font(label.size);
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.lineJoin = "round";
  let left = label.x - label.width / 2;
  for (const code of label.marks) {
    const { icon, color } = label.vocabulary[code];
    drawIcon(context, { name: icon, color, halo: ink.halo }, left, label.y - ICON_SIZE / 2);
    left += ICON_STEP;
  }
  context.strokeStyle = ink.halo;
  context.lineWidth = 3;
  context.strokeText(label.text, left, label.y);
  context.fillStyle = ink.text;
  context.fillText(label.text, left, label.y);
}

/** Draw the labels of shapes and of all shown layers, the topmost's first to claim their room; answers whether there are any. */
export function drawLabels(context, frame, { grid, shapes, map, ink }) {
  const container = map.getContainer();
  const zoom = map.getZoom();
  const font = (size) => fontOf(container, size);
  const measure = (text, size) => {
    context.font = font(size);
    return context.measureText(text).width;
  };
  const metres = (EQUATOR_PIXEL_M / 2 ** zoom) * Math.cos((map.getCenter().lat * Math.PI) / 180);
  const view = { zoom, frame, measure, metres };
  const layers = grid.shown(zoom).reverse();
  const candidates = layers.flatMap((layer, index) =>
    candidatesOf(grid, layer, view).map((candidate) => ({ ...candidate, rank: index * 100 + candidate.rank })),
  );
  const own = shapes.shown().flatMap((shape) => shape.labels(frame, zoom, measure));
  for (const label of placeLabels([...own.map((label) => ({ ...label, rank: label.rank - 1 })), ...candidates])) drawLabel(context, label, font, ink);
  return candidates.length + own.length > 0;
}

/** Outline the ground of a feature in all tiles; each tile's part is clipped to the tile, so no seams. */
export function drawOutline(context, frame, { grid, layer, id, color, width, halo }) {
  grid.eachTile(layer, (tileLayers, { x, y, size }) => {
    const tileLayer = tileLayers.get(layer.spec.source);
    const features = tileLayer?.features.filter((feature) => identity(feature) === id) ?? [];
    if (features.length === 0) return;
    const scale = size / tileLayer.extent;
    context.save();
    context.translate(x - frame.origin.x, y - frame.origin.y);
    context.beginPath();
    context.rect(0, 0, size, size);
    context.clip();
    context.scale(scale, scale);
    context.lineJoin = "round";
    context.beginPath();
    for (const feature of features) trace(context, feature);
    for (const [style, wide] of [[halo, width + 3], [color, width]]) {
      context.strokeStyle = style;
      context.lineWidth = wide / scale;
      context.stroke();
    }
    context.restore();
  });
}

/** Ring the place that was clicked. */
export function drawPlace(context, { x, y }, ink) {
  context.beginPath();
  context.arc(x, y, 5, 0, 2 * Math.PI);
  for (const [style, width] of [[ink.halo, 4], [ink.selected, 2]]) {
    context.strokeStyle = style;
    context.lineWidth = width;
    context.stroke();
  }
}

export { identity };
