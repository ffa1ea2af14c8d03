/** All shapes of a map, the lowest first: one canvas over the tiles, rows in the list, what lies under a place. */

import { Overlay } from "./overlay.js";
import { Shapes } from "./shapes.js";

export class ShapeBook {
  /** fit(bounds), choose(shapes, id), changed() and token(name) are the map's. */
  constructor({ pane, token, halo, fit, choose, changed }) {
    this.all = [];
    this.rows = new Map();
    this.token = token;
    this.fit = fit;
    this.choose = choose;
    this.tell = changed;
    this.halo = halo;
    this.overlay = new Overlay((context, frame) => this.draw(context, frame), { pane });
  }

  addTo(leaflet, list) {
    this.leaflet = leaflet;
    this.list = list;
    this.overlay.addTo(leaflet);
  }

  /** New shapes on top; an id that is there already is replaced. */
  add(id, told) {
    this.all.find(({ spec }) => spec.id === id)?.remove();
    const shapes = new Shapes(this, id, told);
    this.all.push(shapes);
    if (shapes.listed) this.rows.set(shapes, this.list.add(shapes, (visible) => shapes.show(visible)));
    this.changed(shapes);
    return shapes;
  }

  changed(shapes) {
    this.rows.get(shapes)?.check(shapes.visible);
    this.overlay.redraw();
    this.tell();
  }

  remove(shapes) {
    this.all = this.all.filter((one) => one !== shapes);
    this.rows.get(shapes)?.remove();
    this.rows.delete(shapes);
    this.choose(shapes, null);
    this.changed(shapes);
  }

  find(id) {
    return this.all.find(({ spec }) => spec.id === id);
  }

  shown() {
    return this.all.filter(({ visible, features }) => visible && features.length > 0);
  }

  restyle() {
    for (const shapes of this.all) shapes.restyle();
    this.overlay.redraw();
  }

  draw(context, frame) {
    const view = { zoom: this.leaflet.getZoom(), ratio: window.devicePixelRatio || 1, halo: this.halo() };
    const shown = this.shown();
    for (const shapes of shown) shapes.paint(context, frame, view);
    return shown.length > 0;
  }

  /** What lies under a place, from the top down: [{layer, features}]. */
  at(latlng) {
    const zoom = this.leaflet.getZoom();
    const point = this.leaflet.project(latlng, zoom);
    return this.shown()
      .reverse()
      .map((layer) => ({ layer, features: layer.at(point, zoom) }))
      .filter(({ features }) => features.length > 0);
  }
}
