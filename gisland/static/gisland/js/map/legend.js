/** The legend: only what is on screen, drawn by the painter itself, so that it cannot differ. */

import { el, fill } from "../dom.js";
import { drawIcon, ICON_SIZE } from "./icons.js";
import { paintLayer } from "./paint.js";
import { panel } from "./panel.js";
import { sampleKind } from "./shapes.js";
import { marksOf, paintedFrom } from "./style.js";
import { LINE, POLYGON } from "./vectortile.js";

const WIDTH = 24;
const HEIGHT = 16;
const BANDS = 4;

function canvasOf(width, height) {
  const ratio = window.devicePixelRatio || 1;
  const canvas = el("canvas", { class: "gis-swatch", width: Math.round(width * ratio), height: Math.round(height * ratio), "aria-hidden": "true" });
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  return { canvas, context, ratio };
}

/** A small sample of a look. */
export function swatch(look, kind) {
  const { canvas, context, ratio } = canvasOf(WIDTH, HEIGHT);
  const isLine = kind === "line" && !look.line?.ticks;
  const coordinates = isLine ? [1, HEIGHT / 2, WIDTH - 1, HEIGHT / 2] : [2, 2, WIDTH - 2, 2, WIDTH - 2, HEIGHT - 2, 2, HEIGHT - 2];
  const feature = {
    type: isLine ? LINE : POLYGON,
    get: () => undefined,
    coordinates,
    ends: [coordinates.length],
    bounds: [0, 0, WIDTH, HEIGHT],
  };
  const spec = { kind, looks: [look], keyOf: () => look.key, marks: {} };
  const window = { minX: 0, minY: 0, maxX: WIDTH, maxY: HEIGHT };
  paintLayer(context, { features: [feature] }, spec, { unit: 1, zoom: 16, ratio, window, halo: "white" });
  return canvas;
}

/** A sample of a whole layer: its one look, or bands of its first classes. */
export function layerSwatch(spec) {
  const looks = [...spec.looks].reverse();
  if (spec.kind === "patch" || looks.length === 1) return swatch(looks[0], spec.kind);
  const { canvas, context } = canvasOf(WIDTH, HEIGHT);
  const shown = looks.slice(0, BANDS);
  const width = (WIDTH - 4) / shown.length;
  shown.forEach((look, index) => {
    context.globalAlpha = Math.min(1, look.opacity * 2);
    context.fillStyle = look.color;
    context.fillRect(2 + index * width, 2, width, HEIGHT - 4);
  });
  return canvas;
}

function markSwatch({ icon, color }) {
  const { canvas, context } = canvasOf(WIDTH, HEIGHT);
  drawIcon(context, { name: icon, color }, (WIDTH - ICON_SIZE) / 2, (HEIGHT - ICON_SIZE) / 2);
  return canvas;
}

/** Keys of looks and codes of marks that a layer shows inside `view` (map pixels). */
function seen(grid, layer, view, zoom) {
  const { spec } = layer;
  const keys = new Set();
  const marks = new Set();
  grid.eachTile(layer, (tileLayers, { x, y, size }) => {
    for (const { features, extent } of paintedFrom(spec, zoom).flatMap((name) => tileLayers.get(name) ?? [])) {
      const scale = size / extent;
      for (const feature of features) {
        const { bounds } = feature;
        if (x + bounds[2] * scale < view.min.x || x + bounds[0] * scale > view.max.x) continue;
        if (y + bounds[3] * scale < view.min.y || y + bounds[1] * scale > view.max.y) continue;
        keys.add(spec.keyOf(feature));
        for (const code of marksOf(feature, spec.marks)) marks.add(code);
      }
    }
  });
  return { keys, marks };
}

const line = (sample, label) => el("li", {}, sample, el("span", { text: label }));

export class Legend {
  /** shapes: the page's own, listed above the layers of tiles. */
  constructor(grid, shapes) {
    this.grid = grid;
    this.shapes = shapes;
    Object.assign(this, panel("图例", "gis-legend"));
    Object.assign(this.body, { tabIndex: 0, role: "group", ariaLabel: "图例内容" }); // it scrolls, so keys must reach it
    this.shown = "";
    this.seen = [];
  }

  /** Draw every sample anew: the colours are others now. */
  forget() {
    this.shown = "";
  }

  /** Look at what is painted and list it; nothing is touched while the list stays the same. */
  update(map) {
    const view = map.getPixelBounds();
    const zoom = map.getZoom();
    const own = this.shapes.shown().filter((shape) => shape.inLegend).map((layer) => ({ layer, keys: layer.seen(view, zoom), marks: new Set() }));
    const groups = [...own.reverse(), ...this.grid.shown(zoom).reverse().map((layer) => ({ layer, ...seen(this.grid, layer, view, zoom) }))];
    const state = JSON.stringify(groups.map(({ layer, keys, marks }) => [layer.spec.id, [...keys].sort(), [...marks].sort()]));
    this.seen = groups.filter(({ keys }) => keys.size > 0).map(({ layer }) => layer);
    if (state === this.shown) return;
    this.shown = state;
    fill(this.body, groups.flatMap((group) => this.group(group)));
    if (!this.body.hasChildNodes()) fill(this.body, el("p", { class: "gis-quiet", text: "此范围内没有要素" }));
  }

  /** Looks of shapes that share their words are one row. */
  shapeGroup({ layer: { spec }, keys }) {
    const looks = new Map(spec.looks.filter((look) => keys.has(look.key)).map((look) => [look.label || spec.title, look]));
    if (looks.size === 0) return [];
    const isAlone = looks.size === 1 && looks.has(spec.title);
    const rows = [...looks].map(([label, look]) => line(swatch(look, sampleKind(look)), label));
    return [isAlone ? null : el("h3", { text: spec.title }), el("ul", { class: isAlone ? "gis-alone" : "" }, rows)];
  }

  group(group) {
    return group.layer.isShape ? this.shapeGroup(group) : this.layerGroup(group);
  }

  layerGroup({ layer: { spec }, keys, marks }) {
    const looks = spec.looks.filter((look) => keys.has(look.key)).reverse();
    const rows = looks.map((look) => line(swatch(look, spec.kind), looks.length === 1 && look.key === "" ? spec.title : look.label));
    const marked = Object.keys(spec.marks).filter((code) => marks.has(code));
    rows.push(...marked.map((code) => line(markSwatch(spec.marks[code]), spec.marks[code].label)));
    if (rows.length === 0) return [];
    const isAlone = rows.length === 1 && looks[0]?.key === "";
    return [isAlone ? null : el("h3", { text: spec.title }), el("ul", { class: isAlone ? "gis-alone" : "" }, rows)];
  }
}
