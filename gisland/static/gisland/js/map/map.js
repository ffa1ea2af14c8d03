/**
 * The map of every gisland page.
 *
 *     const map = createMap(document.querySelector(".gis-map"), readJson("map-config"));
 *     map.on("select", ({ detail }) => …);      // {layer, id, properties} or null
 *
 * The element needs a height; everything else is made here. What config may hold: config.js.
 */

import { readConfig } from "./config.js";
import { MapView } from "./mapview.js";
import { bring } from "./view.js";

class GisMap extends MapView {
  /** Listen to "select" and "open"; answers a function that stops listening. */
  on(type, listener) {
    this.addEventListener(type, listener);
    return () => this.removeEventListener(type, listener);
  }

  /** Select a feature by id without a click; bounds [west, south, east, north] bring it into view. */
  select(id, { layer = "patches", bounds = null, properties = {} } = {}) {
    const owner = this.layers.find(({ spec }) => spec.id === layer) ?? this.book.find(layer);
    this.selection.place = null;
    this.here.hide();
    this.selection.set(id === null || !owner ? null : { layer: owner, id, properties });
    if (bounds) this.fit(bounds);
  }

  /** Bring bounds [west, south, east, north] into view. */
  fit(bounds, { maxZoom = 17 } = {}) {
    bring(this.leaflet, bounds, { maxZoom, isCovered: !this.list.body.hidden });
  }

  setVisible(id, visible) {
    const layer = this.layers.find(({ spec }) => spec.id === id);
    if (layer) this.list.set(layer, visible);
    else this.book.find(id)?.show(visible);
  }

  /** The data behind a layer (all, without an id) is new; a new url shows another version. */
  refresh(id = null, url = null) {
    for (const layer of this.layers) {
      if (id !== null && layer.spec.id !== id) continue;
      if (url !== null) layer.source.url = url;
      layer.source.clear();
    }
    this.grid.repaint();
  }

  /** Close 此处 and forget the selection. */
  clear() {
    this.selection.place = null;
    this.here.hide();
    this.selection.set(null);
  }

  /** GeoJSON over the tiles, under an id of its own: what may be told, and what comes back, see shapes.js. */
  shapes(id, told = {}) {
    return this.book.add(id, told);
  }

  /** Let the user draw: {kind, onDone(geometry), onCancel()} gives {cancel()}; see draw.js. */
  draw(told) {
    return this.tools.draw(told);
  }

  /** A key of the page: {key, label, run(event), group}; answers a function that takes it away. */
  keys(told) {
    return this.keyboard.add({ group: "本页", ...told });
  }

  /** Tell people who listen instead of look. */
  say(text) {
    this.voice.textContent = text;
  }

  destroy() {
    this.tools.destroy();
    this.keyboard.destroy();
    this.theme.destroy();
    this.resizing.disconnect();
    this.images.destroy();
    this.leaflet.remove();
    this.element.replaceChildren();
  }
}

/** Make a map in an element from the page's config. */
export function createMap(element, config) {
  return new GisMap(element, readConfig(config));
}
