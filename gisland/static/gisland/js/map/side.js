/** Two maps of the same ground beside each other that move as one, each pointing at where the other's pointer is. */

import { el } from "../dom.js";
import { VectorGrid } from "./grid.js";
import { Overlay } from "./overlay.js";
import { imageLayer } from "./swipe.js";
import { makeLeaflet } from "./view.js";

export class SideBySide {
  /** map: the Leaflet map that is there; labels of the left and the right; second(element) makes the right one. */
  constructor(map, { labels, second }) {
    this.map = map;
    this.undo = [];
    this.stage = map.getContainer().parentElement;
    this.stage.classList.add("gis-two");
    const element = el("div", { class: "gis-canvas gis-second", "aria-hidden": "true" });
    this.labels = labels.map((text, side) => el("span", { class: `gis-side-label gis-side-${side}`, text }));
    map.getContainer().after(element);
    this.stage.append(...this.labels);
    map.invalidateSize({ animate: false });
    this.other = second(element);
    this.tie(map, this.other);
    this.tie(this.other, map);
    this.follow(map, this.other);
  }

  tie(one, other) {
    const listeners = { "move zoomend": () => this.follow(one, other) };
    const mark = el("div", { class: "gis-twin-pointer", hidden: true });
    other.getContainer().append(mark);
    listeners.mousemove = ({ containerPoint }) => {
      mark.hidden = false;
      mark.style.transform = `translate(${containerPoint.x}px, ${containerPoint.y}px)`;
    };
    listeners.mouseout = () => (mark.hidden = true);
    for (const [names, listener] of Object.entries(listeners)) one.on(names, listener);
    this.undo.push(() => {
      for (const [names, listener] of Object.entries(listeners)) one.off(names, listener);
      mark.remove();
    });
  }

  follow(one, other) {
    if (this.isFollowing) return;
    this.isFollowing = true;
    other.setView(one.getCenter(), one.getZoom(), { animate: false });
    this.isFollowing = false;
  }

  destroy() {
    for (const undo of this.undo) undo();
    this.stage.classList.remove("gis-two");
    const element = this.other.getContainer();
    this.other.remove();
    element.remove();
    for (const label of this.labels) label.remove();
    this.map.invalidateSize({ animate: false });
  }
}

/**
 * The second map: an image, the same layers as lines, and what overlays(frame tools) draw over them.
 * draw: [(context, frame, {grid, leaflet}) => isDrawn], pane by pane.
 */
export function secondMap(element, image, { layers, halo, view, draw, onPick, onHover }) {
  const leaflet = makeLeaflet(element, { keyboard: false, zoomButtons: false });
  leaflet.setView(view.getCenter(), view.getZoom(), { animate: false });
  leaflet.createPane("gis-image").style.zIndex = 150;
  imageLayer(image, "gis-image").addTo(leaflet);
  const grid = new VectorGrid(layers, { pane: "gis-vectors", halo, bare: true });
  const overlays = Object.entries(draw).map(([pane, paint]) => new Overlay((context, frame) => paint(context, frame, { grid, leaflet }), { pane }));
  for (const layer of [grid, ...overlays]) layer.addTo(leaflet);
  const redraw = () => overlays.forEach((overlay) => overlay.redraw());
  grid.on("painted", redraw);
  leaflet.on("click", ({ latlng }) => onPick(latlng));
  leaflet.on("mousemove", ({ latlng }) => onHover(latlng));
  return Object.assign(leaflet, { redraw, repaint: () => grid.repaint() });
}

