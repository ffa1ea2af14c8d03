/**
 * Shapes that a page brings to its map: GeoJSON over the tiles, with looks, labels and a legend.
 *
 *     const shapes = map.shapes("changes", {title: "变化", features, look, pickable: true, legend: true});
 *     shapes.set(features); shapes.select(7); shapes.fit(); shapes.show(false); shapes.remove();
 *
 * look   (feature) => a look or null (not drawn); or one look; or {by: "property", looks: {value: look}, ...look}
 *        {color, width, fill, opacity, dash, hatch, label, term}: color may name a token ("--accent");
 *        fill: true (the default), false or a colour; opacity of the fill (0.2); width 0: no line;
 *        dash: true or [6, 4]; hatch as in hatch.js; label: what is written on the map; term: its words in the legend
 * legend true: the terms seen on screen under the title; false: none
 * fields [{name, label}]: rows in 此处; name_field: its heading; feature_url: where the heading leads
 * listed false: no row in the list of layers; label_size: of the labels, in pixels (12)
 */

import { geographic, paintable, UNIT_ZOOM } from "./geojson.js";
import { paintLayer, trace } from "./paint.js";
import { featuresAt } from "./pick.js";
import { LINE, POINT } from "./vectortile.js";

const TOUCH_PX = 4;
const DASH = [6, 4];
const LABEL_PX = 12;
const NO_MARKS = {};

/** How the look of a feature is told: a function of the GeoJSON feature. */
export function lookTeller(look = {}) {
  if (typeof look === "function") return look;
  const { by, looks, ...own } = look;
  if (!by) return () => own;
  return ({ properties }) => ({ ...own, ...looks?.[properties?.[by]] });
}

/** A page's look as the painter wants it; colours by token are looked up with token(name). */
export function shapeLook(given, token) {
  const colour = (name) => (String(name).startsWith("--") ? token(name) : name);
  const color = colour(given.color ?? "--map-selected");
  const isFilled = given.fill !== false && given.fill !== 0;
  const opacity = given.opacity ?? (typeof given.fill === "number" ? given.fill : 0.2);
  const width = given.width ?? 1.75;
  const dash = given.dash === true ? DASH : given.dash || null;
  const plain = {
    label: given.term ?? "",
    color: isFilled && typeof given.fill === "string" ? colour(given.fill) : color,
    opacity: isFilled ? opacity : 0,
    hatch: given.hatch && given.hatch !== "none" ? given.hatch : null,
    line: width > 0 ? { width, dash, ticks: given.ticks ?? 0, color } : null,
  };
  return { ...plain, key: JSON.stringify(plain) };
}

/** One set of shapes. To picking, legend and labels it is a layer with a spec, as those of tiles are. */
export class Shapes {
  constructor(owner, id, { title = "", features = [], look, pickable = false, visible = true, legend = false, listed = true, label_size: labelSize = LABEL_PX, fields = [], name_field: nameField = null, feature_url: featureUrl = null } = {}) {
    this.owner = owner;
    this.isShape = true;
    this.pickable = pickable;
    this.visible = visible;
    this.inLegend = legend !== false;
    this.labelSize = labelSize;
    this.listed = listed && title !== "";
    this.config = { fields, feature_url: featureUrl };
    this.tell = lookTeller(look);
    this.spec = { id, title, kind: "shape", looks: [], byKey: new Map(), keyOf: ({ key }) => key, marks: NO_MARKS, labelField: nameField, minzoom: 0, maxzoom: 22 };
    this.take(features);
  }

  take(features) {
    const { anchor, bounds, features: found } = paintable(features);
    Object.assign(this, { anchor, bounds });
    const looks = new Map();
    this.features = found.filter((feature) => {
      const given = this.tell(feature.given);
      if (!given) return false;
      const look = shapeLook(given, this.owner.token);
      look.key += feature.type;
      looks.set(look.key, { ...look, type: feature.type });
      feature.key = look.key;
      feature.label = given.label ?? null;
      return true;
    });
    this.spec.byKey = looks;
    this.spec.looks = [...looks.values()];
  }

  /** Show other features. */
  set(features) {
    this.take(features);
    this.owner.changed(this);
  }

  /** Colours by token anew: the page went dark or light. */
  restyle() {
    this.take(this.features.map(({ given }) => given).filter((given, index, all) => all.indexOf(given) === index));
  }

  show(visible) {
    if (this.visible === visible) return;
    this.visible = visible;
    this.owner.changed(this);
  }

  /** Outline a feature as chosen, without an event; null takes the outline away. */
  select(id) {
    this.owner.choose(this, id);
  }

  /** Bring all features into view. */
  fit() {
    if (this.bounds) this.owner.fit(this.bounds);
  }

  /** Bring one feature into view where it is not: a move by keys. */
  reveal(feature, leaflet) {
    const place = geographic(feature.place.map((value, index) => value + this.anchor[index])).reverse();
    if (!leaflet.getBounds().pad(-0.1).contains(place)) leaflet.panTo(place, { animate: false });
  }

  remove() {
    this.owner.remove(this);
  }

  /** Where the shapes lie on a canvas whose corner is `origin` (map pixels) at a zoom. */
  frame({ x, y }, zoom) {
    const scale = 2 ** (zoom - UNIT_ZOOM);
    return { scale, left: this.anchor[0] * scale - x, top: this.anchor[1] * scale - y };
  }

  paint(context, { origin, width, height }, { zoom, ratio, halo }) {
    const { scale, left, top } = this.frame(origin, zoom);
    const window = { minX: -left / scale, minY: -top / scale, maxX: (width - left) / scale, maxY: (height - top) / scale };
    context.save();
    context.translate(left, top);
    context.scale(scale, scale);
    paintLayer(context, { features: this.features }, this.spec, { unit: 1 / scale, zoom, ratio, halo, window, bare: false });
    context.restore();
  }

  outline(context, frame, { id, color, width, halo, zoom }) {
    const { scale, left, top } = this.frame(frame.origin, zoom);
    context.save();
    context.translate(left, top);
    context.scale(scale, scale);
    context.lineJoin = "round";
    context.beginPath();
    for (const feature of this.features.filter((one) => one.id === id)) {
      if (feature.type === POINT) ring(context, feature.coordinates, 6 / scale);
      else trace(context, feature);
    }
    for (const [style, wide] of [[halo, width + 3], [color, width]]) {
      context.strokeStyle = style;
      context.lineWidth = wide / scale;
      context.stroke();
    }
    context.restore();
  }

  /** Features at a place in map pixels. */
  at({ x, y }, zoom) {
    const { scale, left, top } = this.frame({ x: 0, y: 0 }, zoom);
    return featuresAt({ features: this.features }, (x - left) / scale, (y - top) / scale, TOUCH_PX / scale);
  }

  /** Keys of the looks that are seen inside a view in map pixels. */
  seen({ min, max }, zoom) {
    const { scale, left, top } = this.frame({ x: 0, y: 0 }, zoom);
    const box = [(min.x - left) / scale, (min.y - top) / scale, (max.x - left) / scale, (max.y - top) / scale];
    const isSeen = ({ bounds }) => bounds[2] >= box[0] && bounds[0] <= box[2] && bounds[3] >= box[1] && bounds[1] <= box[3];
    return new Set(this.features.filter(isSeen).map(({ key }) => key));
  }

  /** Candidates for labels: one per feature. */
  labels({ origin, width, height }, zoom, measure) {
    const { scale, left, top } = this.frame(origin, zoom);
    return this.features.flatMap((feature, index) => {
      if (feature.label === null || feature.label === "") return [];
      const [x, y] = [left + feature.place[0] * scale, top + feature.place[1] * scale];
      if (x < 0 || y < 0 || x > width || y > height) return [];
      const text = String(feature.label);
      const wide = measure(text, this.labelSize);
      const shift = feature.type === POINT ? LABEL_PX + wide / 2 : 0;
      const size = { width: wide, height: this.labelSize + 6, size: this.labelSize };
      return [{ id: `${this.spec.id}/${feature.id}`, x: x + shift, y, text, marks: [], vocabulary: NO_MARKS, rank: index / (this.features.length + 1), ...size }];
    });
  }
}

function ring(context, coordinates, radius) {
  for (let index = 0; index < coordinates.length; index += 2) {
    context.moveTo(coordinates[index] + radius, coordinates[index + 1]);
    context.arc(coordinates[index], coordinates[index + 1], radius, 0, 2 * Math.PI);
  }
}

/** How the legend samples a look of shapes: as a line or as ground. */
export const sampleKind = ({ type }) => (type === LINE ? "line" : "fill");
