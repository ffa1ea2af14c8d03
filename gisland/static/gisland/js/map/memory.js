/** The place and the switched layers in the page's address, so that a link shows the same. */

import { readAddress, writeAddress } from "./address.js";

export class Memory {
  /** layers: [{spec, visible}] as the page configured them. */
  constructor(layers, isKept) {
    this.layers = layers;
    this.isKept = isKept;
    this.initial = new Map(layers.map((layer) => [layer.spec.id, layer.visible]));
  }

  /** What the address says: the layers are switched; answers {zoom, center} or null. */
  read() {
    const said = this.isKept ? readAddress(window.location.hash) : null;
    for (const layer of said ? this.layers : []) {
      if (said.on.includes(layer.spec.id)) layer.visible = true;
      if (said.off.includes(layer.spec.id)) layer.visible = false;
    }
    return said;
  }

  write(leaflet) {
    if (!this.isKept) return;
    const { lat, lng } = leaflet.getCenter();
    const changed = (visible) => this.layers.filter((layer) => layer.visible === visible && this.initial.get(layer.spec.id) !== visible).map((layer) => layer.spec.id);
    window.history.replaceState(window.history.state, "", writeAddress({ zoom: leaflet.getZoom(), center: [lat, lng], on: changed(true), off: changed(false) }));
  }
}
