/** All shapes of a map, the lowest first: one canvas over the tiles, rows in the list, what lies under a place. */

import { Overlay } from "./overlay.js";
import { Shapes } from "./shapes.js";

export class ShapeBook {
  /** selection: selection.js; fit(bounds), halo(), changed() and token(name) are the map's. */
  constructor({ pane, token, halo, fit, selection, changed }) {
    this.all = [];
    this.rows = new Map();
    this.token = token;
    this.fit = fit;
    this.selection = selection;
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

  /** Outline a feature of shapes quietly; null takes their outline away. */
  choose(shapes, id) {
    const feature = id === null ? null : shapes.features.find((one) => one.id === id);
    if (feature) this.selection.set({ layer: shapes, id, properties: feature.properties }, { isQuiet: true });
    else if (this.selection.selected?.layer === shapes) this.selection.set(null, { isQuiet: true });
  }

  /** By keys from shape to shape that can be picked, in the order of the page; false where there is none. */
  step(by, say) {
    const all = this.shown().filter(({ pickable }) => pickable).flatMap((layer) => layer.features.map((feature) => ({ layer, feature })));
    if (all.length === 0) return false;
    const now = all.findIndex(({ layer, feature }) => layer === this.selection.selected?.layer && feature.id === this.selection.selected.id);
    const { layer, feature } = all[(now + by + (now < 0 && by < 0 ? 1 : 0) + all.length) % all.length];
    this.selection.set({ layer, id: feature.id, properties: feature.properties });
    layer.reveal(feature, this.leaflet);
    say(`${layer.spec.title} ${feature.label ?? feature.id}`);
    return true;
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

  /** On the map's own canvas, or on that of another Leaflet. */
  draw(context, frame, leaflet = this.leaflet) {
    const view = { zoom: leaflet.getZoom(), ratio: window.devicePixelRatio || 1, halo: this.halo() };
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
