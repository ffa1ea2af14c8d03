/** The list of layers: a checkbox and a key each, and why one is not seen. */

import { el, fill } from "../dom.js";
import { layerSwatch } from "./legend.js";
import { panel } from "./panel.js";
import { isInRange } from "./style.js";

const KEYS = 9;

const EVERY_ZOOM = 22;

/** Why a layer is not drawn at this zoom; beyond its last zoom it is only off by default. */
function range(spec, zoom) {
  return zoom < spec.minzoom ? `放大到 ${spec.minzoom} 级后显示` : `${spec.maxzoom} 级以上默认不显示，重新勾选即显示`;
}

export class LayerList {
  /** layers: [{spec, visible}] with the lowest first; onSwitch(layer) after a change; keys: keys.js. */
  constructor({ layers, keys, onSwitch }) {
    this.layers = [...layers].reverse();
    this.onSwitch = onSwitch;
    this.rows = new Map();
    this.list = el("ol", { class: "gis-layers" }, this.layers.map((layer, index) => this.row(layer, index)));
    Object.assign(this, panel("图层"));
    this.body.append(this.list);
    this.layers.slice(0, KEYS).forEach((layer, index) => {
      keys.add({ key: String(index + 1), label: layer.spec.title, group: "图层开关", run: () => this.set(layer, !layer.visible) });
    });
  }

  row(layer, index) {
    const box = el("input", { type: "checkbox", onchange: () => this.set(layer, box.checked) });
    box.checked = layer.visible;
    const item = el(
      "li",
      {},
      el(
        "label",
        {},
        box,
        layer.spec.looks.length > 0 ? layerSwatch(layer.spec) : null,
        el("span", { class: "gis-layer-title", text: layer.spec.title }),
        index < KEYS ? el("kbd", { text: index + 1, title: `按 ${index + 1} 开关` }) : null,
      ),
      el("small", { class: "gis-layer-note" }),
    );
    this.rows.set(layer, { box, item, note: item.lastChild });
    return item;
  }

  /** A row above the others for shapes of the page; onSwitch(visible). It takes no key: those of the layers stay. */
  add(shape, onSwitch) {
    const box = el("input", { type: "checkbox", onchange: () => onSwitch(box.checked) });
    box.checked = shape.visible;
    const item = el("li", {}, el("label", {}, box, el("span", { class: "gis-layer-title", text: shape.spec.title })));
    this.list.prepend(item);
    return { check: (isOn) => (box.checked = isOn), remove: () => item.remove() };
  }

  /** The samples anew: the page went dark or light. */
  restyle() {
    for (const [layer, { item }] of this.rows) item.querySelector(".gis-swatch")?.replaceWith(layerSwatch(layer.spec));
  }

  set(layer, visible) {
    if (layer.visible === visible) return;
    layer.visible = visible;
    if (visible) layer.spec.maxzoom = EVERY_ZOOM;
    this.rows.get(layer).box.checked = visible;
    this.onSwitch(layer);
  }

  /** Say beside each layer why it is not seen: the zoom, or tiles that failed. */
  describe(zoom, failed) {
    for (const [layer, { item, note }] of this.rows) {
      const lost = failed.filter(({ id }) => id === layer.spec.id);
      const isSeen = isInRange(layer.spec, zoom);
      item.classList.toggle("gis-out-of-range", !isSeen);
      if (layer.visible && lost.length > 0) {
        const isForbidden = lost.some(({ status }) => status === 401 || status === 403);
        fill(note, isForbidden ? "无权查看" : `${lost.length} 块未载入`);
      } else fill(note, isSeen ? "" : range(layer.spec, zoom));
    }
  }
}
