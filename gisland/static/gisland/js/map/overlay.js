/** A canvas over the map that moves with it and is drawn anew when the map comes to rest. */

import { L } from "./leaflet.js";

const MARGIN = 0.15;

export const Overlay = L.Layer.extend({
  /** draw(context, {origin, width, height}): origin is the canvas corner in map pixels; answers whether it drew. */
  initialize(draw, options) {
    L.setOptions(this, options);
    this._draw = draw;
  },

  onAdd(map) {
    this._canvas = L.DomUtil.create("canvas", "gis-overlay leaflet-zoom-hide");
    this._canvas.setAttribute("aria-hidden", "true");
    this.getPane().append(this._canvas);
    map.on("moveend resize viewreset", this.settle, this);
    this.settle();
  },

  onRemove(map) {
    map.off("moveend resize viewreset", this.settle, this);
    this._canvas.remove();
  },

  /** Lay the canvas over the view again and draw. */
  settle() {
    const size = this._map.getSize();
    const margin = size.multiplyBy(MARGIN).round();
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [size.x + 2 * margin.x, size.y + 2 * margin.y];
    if (this._canvas.width !== Math.round(width * ratio) || this._canvas.height !== Math.round(height * ratio)) {
      this._canvas.width = Math.round(width * ratio);
      this._canvas.height = Math.round(height * ratio);
      this._canvas.style.width = `${width}px`;
      this._canvas.style.height = `${height}px`;
    }
    const corner = this._map.containerPointToLayerPoint(margin.multiplyBy(-1));
    L.DomUtil.setPosition(this._canvas, corner);
    this._origin = this._map.getPixelOrigin().add(corner);
    this._size = { width, height, ratio };
    this.redraw();
  },

  /** Draw again where the canvas lies; an empty canvas is hidden, so that nothing is composed for it. */
  redraw() {
    if (!this._map || !this._size) return;
    const { width, height, ratio } = this._size;
    const context = this._canvas.getContext("2d", { willReadFrequently: true });
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    this._canvas.hidden = !this._draw(context, { origin: this._origin, width, height });
  },
});
