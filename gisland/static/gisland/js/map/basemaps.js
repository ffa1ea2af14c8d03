/** What lies under everything: an archive of this machine, 天地图, or nothing; the choice is kept in this browser. */

import { el } from "../dom.js";
import { L } from "./leaflet.js";

const PANE = "gis-base";
const STORED = "gisland.basemap";

const kept = () => {
  try {
    return window.localStorage.getItem(STORED);
  } catch {
    return null;
  }
};

const keep = (id) => {
  try {
    window.localStorage.setItem(STORED, id ?? "");
  } catch {
    // A browser that keeps nothing: the choice holds for this page.
  }
};

export class Basemaps {
  /** basemaps: [{id, title, urls, minzoom, maxzoom, bounds, attribution}]; onChange(basemap or null). */
  constructor(map, basemaps, { keys, onChange }) {
    Object.assign(this, { basemaps, onChange });
    this.grounds = new Map();
    this.current = null;
    this.under(map);
    this.element = basemaps.length > 0 ? this.build() : null;
    if (basemaps.length === 0) return;
    keys.add({ key: "b", label: "换底图", group: "影像", run: () => this.next() });
    this.show(basemaps.find(({ id }) => id === kept()) ?? null);
  }

  build() {
    this.radios = new Map();
    const choice = (basemap, title) => {
      const radio = el("input", { type: "radio", name: "gis-basemap", onchange: () => this.choose(basemap) });
      this.radios.set(basemap, radio);
      return el("label", {}, radio, el("span", { class: "gis-layer-title", text: title }));
    };
    return el("fieldset", { class: "gis-images" }, el("legend", { text: "底图" }), choice(null, "无"), this.basemaps.map((basemap) => choice(basemap, basemap.title)));
  }

  next() {
    const all = [null, ...this.basemaps];
    this.choose(all[(all.indexOf(this.current) + 1) % all.length]);
  }

  choose(basemap) {
    keep(basemap?.id);
    this.show(basemap);
  }

  show(basemap) {
    this.current = basemap;
    this.radios.get(basemap).checked = true;
    for (const map of this.grounds.keys()) this.lay(map);
    this.onChange(basemap);
  }

  /** The base map lies under this map too, until it is removed: under the other of two. */
  under(map) {
    map.createPane(PANE).style.zIndex = 100;
    this.grounds.set(map, []);
    map.on("unload", () => this.grounds.delete(map));
    this.lay(map);
  }

  lay(map) {
    for (const layer of this.grounds.get(map)) layer.remove();
    this.grounds.set(map, this.current ? this.layersOf(this.current).map((layer) => layer.addTo(map)) : []);
  }

  layersOf({ urls, minzoom, maxzoom, bounds }) {
    const box = bounds ? L.latLngBounds([bounds[1], bounds[0]], [bounds[3], bounds[2]]) : undefined;
    return urls.map((url) => L.tileLayer(url, { pane: PANE, bounds: box, noWrap: true, minNativeZoom: minzoom, maxNativeZoom: maxzoom, maxZoom: 22 }));
  }
}
