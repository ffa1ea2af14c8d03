/**
 * Drawing on the map: Leaflet-Geoman by the pointer, the crosshair in the middle by keys.
 *
 *     const drawing = map.draw({kind: "polygon", onDone(geometry), onCancel()});
 *     drawing.cancel();
 *
 * kind: polygon, rectangle, line; split is a line across chosen ground. Enter sets a corner at the
 * crosshair when the map has the focus, Enter again at the same place (or the button) finishes,
 * Backspace takes the last corner back, Escape gives up.
 */

import { el, isTyping } from "../dom.js";
import { L } from "./leaflet.js";

const KINDS = {
  polygon: { shape: "Polygon", least: 3, help: "逐点画出范围，点回起点或双击完成" },
  rectangle: { shape: "Rectangle", least: 2, help: "点两个对角" },
  line: { shape: "Line", least: 2, help: "逐点画线，双击完成" },
  split: { shape: "Line", least: 2, help: "画一条线穿过所选图斑，双击完成" },
};
const SAME_PX = 2;

async function geoman(leaflet) {
  if (!L.PM) await import("../../../vendor/leaflet-geoman/leaflet-geoman.min.js");
  if (!leaflet.pm) L.PM.reInitLayer(leaflet);
  leaflet.pm.setLang("zh");
  return leaflet.pm;
}

/** A GeoJSON geometry without repeated corners. */
export function cleaned(geometry) {
  const same = ([x, y], [u, v]) => x === u && y === v;
  const once = (line) => line.filter((place, index) => index === 0 || !same(place, line[index - 1]));
  const coordinates = geometry.type === "Polygon" ? geometry.coordinates.map(once) : once(geometry.coordinates);
  return { type: geometry.type, coordinates };
}

/** The library's marks are no buttons: the keys have ways of their own. */
export function quieten(leaflet) {
  for (const mark of leaflet.getContainer().querySelectorAll(".marker-icon[role], .marker-icon[tabindex]")) {
    mark.removeAttribute("role");
    mark.removeAttribute("tabindex");
  }
}

/** Has what was drawn no extent: a line of one place, an area of one line? */
function isFlat(bounds, isArea) {
  const flat = [bounds.getNorth() === bounds.getSouth(), bounds.getEast() === bounds.getWest()];
  return isArea ? flat.some(Boolean) : flat.every(Boolean);
}

export class Drawing {
  /** host: {leaflet, stage, token, say, onEnd}. onChange(corners, pointer, drawing) as it grows. */
  constructor(host, { kind, onDone, onCancel = () => {}, onChange = () => {} }) {
    if (!KINDS[kind]) throw new TypeError(`draw: kind "${kind}" is none of ${Object.keys(KINDS).join(", ")}`);
    Object.assign(this, { host, onDone, onCancel, onChange });
    this.kind = KINDS[kind];
    this.isOver = false;
    this.bar = this.build();
    host.stage.append(this.bar);
    host.say(`${this.kind.help}。也可移动地图，按 Enter 在十字处加点。`);
    this.ready = this.start();
  }

  build() {
    this.figure = el("output", { class: "gis-draw-figure" });
    this.undoButton = el("button", { type: "button", onclick: () => this.undo() }, "撤一点 ", el("kbd", { text: "⌫" }));
    this.doneButton = el("button", { type: "button", class: "primary", disabled: true, hidden: this.isRectangle, onclick: () => this.finish() }, "完成 ", el("kbd", { text: "↵" }));
    const cancel = el("button", { type: "button", onclick: () => this.cancel() }, "取消 ", el("kbd", { text: "Esc" }));
    return el("div", { class: "gis-float gis-draw-bar", role: "toolbar", "aria-label": "绘制" }, el("span", { text: this.kind.help }), this.figure, this.undoButton, this.doneButton, cancel);
  }

  async start() {
    const { leaflet } = this.host;
    this.pm = await geoman(leaflet);
    if (this.isOver) return;
    this.onCreate = ({ layer }) => this.take(layer);
    this.onClick = () => window.queueMicrotask(() => this.changed());
    this.onMove = ({ latlng }) => this.changed(latlng);
    leaflet.on("pm:create", this.onCreate);
    leaflet.on("click", this.onClick);
    leaflet.on("mousemove", this.onMove);
    leaflet.doubleClickZoom.disable();
    leaflet.getContainer().classList.add("gis-drawing");
    this.begin();
    this.changed();
  }

  /** From nothing: no corner is set. */
  begin() {
    const color = this.host.token("--map-selected");
    const line = { color, weight: 2 };
    const area = { ...line, fillOpacity: 0.15 };
    this.pm.disableDraw();
    this.pm.enableDraw(this.kind.shape, {
      snapDistance: 12,
      tooltips: false,
      continueDrawing: false,
      finishOn: this.isRectangle ? null : "dblclick",
      templineStyle: line,
      hintlineStyle: { ...line, dashArray: [5, 5] },
      pathOptions: area,
    });
  }

  get isRectangle() {
    return this.kind.shape === "Rectangle";
  }

  get tool() {
    return this.pm.Draw[this.kind.shape];
  }

  /** The corners set so far. */
  places() {
    const { tool } = this;
    if (!this.pm || this.isOver) return [];
    if (!this.isRectangle) return tool._layer?.getLatLngs() ?? [];
    return tool._layerGroup.hasLayer(tool._layer) ? [tool._startMarker.getLatLng()] : [];
  }

  /** Corners were set or taken back, or the pointer moved on. */
  changed(pointer = null) {
    if (this.isOver) return;
    quieten(this.host.leaflet);
    const corners = this.places().map(({ lng, lat }) => [lng, lat]);
    this.doneButton.disabled = corners.length < this.kind.least;
    this.onChange(corners, pointer ? [pointer.lng, pointer.lat] : null, this);
  }

  /** A corner at a place, as a click there sets it. */
  add(latlng) {
    const { leaflet } = this.host;
    const place = { latlng, layerPoint: leaflet.latLngToLayerPoint(latlng), containerPoint: leaflet.latLngToContainerPoint(latlng) };
    leaflet.fire("mousemove", { ...place, originalEvent: {} });
    leaflet.fire("click", { ...place, originalEvent: {} });
    this.changed();
  }

  /** Enter: a corner at the crosshair; at the last corner again, the end. */
  enter() {
    if (!this.pm) return;
    const { leaflet } = this.host;
    const [first] = this.isRectangle ? this.places() : [];
    if (first && (first.lat === leaflet.getCenter().lat || first.lng === leaflet.getCenter().lng)) {
      this.host.say("对角要在上下和左右两个方向都移开");
      return;
    }
    const centre = leaflet.getCenter();
    const last = this.places().at(-1);
    const isSame = last && leaflet.latLngToContainerPoint(last).distanceTo(leaflet.latLngToContainerPoint(centre)) < SAME_PX;
    if (isSame) this.finish();
    else {
      this.add(centre);
      if (!this.isOver) this.host.say(`已加第 ${this.places().length} 点`);
    }
  }

  undo() {
    const count = this.places().length;
    if (count === 0) return;
    if (count === 1 || this.isRectangle) this.begin();
    else this.tool._removeLastVertex();
    this.changed();
    this.host.say(`剩 ${this.places().length} 点`);
  }

  finish() {
    if (this.isRectangle || this.places().length < this.kind.least) {
      this.host.say(`至少要 ${this.kind.least} 点`);
      return;
    }
    this.tool._finishShape();
  }

  take(layer) {
    const { geometry } = layer.toGeoJSON(10);
    layer.remove();
    if (isFlat(layer.getBounds(), this.kind.shape !== "Line")) {
      this.host.say("没有画出范围，请重画");
      window.queueMicrotask(() => this.begin());
      return;
    }
    this.end();
    this.onDone(cleaned(geometry));
  }

  /** Keys that the drawing takes while the map has the focus; answers whether it took this one. */
  key(event) {
    if (isTyping(event) || event.target !== this.host.leaflet.getContainer()) return false;
    if (event.key === "Backspace" || event.key === "Delete") this.undo();
    else if (event.key === "Enter") this.enter();
    else return false;
    event.preventDefault();
    return true;
  }

  /** Give up; onCancel hears of it. */
  cancel() {
    if (this.isOver) return;
    this.end();
    this.onCancel();
  }

  end() {
    this.isOver = true;
    const { leaflet } = this.host;
    if (this.onCreate) leaflet.off("pm:create", this.onCreate);
    if (this.onClick) leaflet.off("click", this.onClick);
    if (this.onMove) leaflet.off("mousemove", this.onMove);
    this.pm?.disableDraw();
    leaflet.doubleClickZoom.enable();
    leaflet.getContainer().classList.remove("gis-drawing");
    this.bar.remove();
    this.host.onEnd(this);
  }
}
