/**
 * All vector layers of the map on one canvas per tile, in one Leaflet grid layer. Canvas, not WebGL:
 * see docs/adr/0004-vector-tile-renderer.md.
 *
 * A map tile is 512 px wide and shows the data tile one zoom below: a quarter of the requests.
 * Beyond a source's last zoom its tiles are enlarged, as vectors.
 */

import { L } from "./leaflet.js";
import { paintLayer } from "./paint.js";
import { featuresAt } from "./pick.js";
import { isInRange, paintedFrom } from "./style.js";

const TILE_PX = 512;
const FRAME_MS = 12;
const PATIENCE_MS = 300;
const TOUCH_PX = 3;
const EDGE_PX = 8;

/** Software painting: without it Chromium sends canvases through emulated GL on PCs without a GPU. */
const SOFTWARE = { willReadFrequently: true };

const devicePixels = () => window.devicePixelRatio || 1;

export const VectorGrid = L.GridLayer.extend({
  options: { tileSize: TILE_PX, noWrap: true, updateWhenZooming: false, keepBuffer: 1, maxZoom: 22, halo: "white" },

  /** layers: [{spec, source, visible}], the lowest first. */
  initialize(layers, options) {
    L.setOptions(this, options);
    this.layers = layers;
    this._waiting = [];
    this._failed = new Map();
    this._pending = 0;
    this.on("tileunload", ({ coords }) => this._forget(coords));
  },

  onAdd(map) {
    map.on("zoomend", this._mend, this);
    L.GridLayer.prototype.onAdd.call(this, map);
  },

  onRemove(map) {
    map.off("zoomend", this._mend, this);
    this._waiting = [];
    L.GridLayer.prototype.onRemove.call(this, map);
  },

  /** The data tile under a map tile, and where in it the map tile lies. */
  place(source, coords) {
    const wanted = { z: coords.z - 1, x: coords.x, y: coords.y };
    const tile = source.holder(wanted);
    const parts = 2 ** (wanted.z - tile.z);
    return { tile, parts, column: wanted.x - tile.x * parts, row: wanted.y - tile.y * parts };
  },

  /** Layers that are switched on and drawn at this zoom. */
  shown(zoom) {
    return this.layers.filter(({ spec, source, visible }) => visible && isInRange(spec, zoom) && zoom - 1 >= source.min);
  },

  createTile(coords, done) {
    const canvas = L.DomUtil.create("canvas", "leaflet-tile gis-tile");
    canvas.width = Math.round(TILE_PX * devicePixels());
    canvas.height = canvas.width;
    this._load({ canvas, coords, done });
    return canvas;
  },

  /** Fetch what a tile needs and paint it: at once when all is there, by and by when a layer is slow. */
  async _load(job) {
    const since = performance.now();
    const wanted = this.shown(job.coords.z).map(async ({ spec, source }) => {
      const { tile } = this.place(source, job.coords);
      this._await(1);
      try {
        await source.get(tile);
        this._report(spec.id, tile, null);
        if (performance.now() - since > PATIENCE_MS) this._enqueue(job);
      } catch (error) {
        if (error.name !== "AbortError") this._report(spec.id, tile, error);
      } finally {
        this._await(-1);
      }
    });
    await Promise.all(wanted);
    this._enqueue(job);
  },

  _await(count) {
    this._pending += count;
    this.fire("vectorwait", { pending: this._pending });
  },

  _report(id, { z, x, y }, error) {
    const key = `${id}/${z}/${x}/${y}`;
    if (error) this._failed.set(key, { id, status: error.status ?? 0 });
    else if (!this._failed.delete(key)) return;
    this.fire("vectorfail", { failed: [...this._failed.values()] });
  },

  _forget(coords) {
    const key = this._tileCoordsToKey(coords);
    this._waiting = this._waiting.filter((job) => this._tileCoordsToKey(job.coords) !== key);
    for (const { source } of this.layers) source.release(this.place(source, coords).tile);
  },

  /** Paint in slices of a frame, so that the pointer never waits for a tile. */
  _enqueue(job) {
    if (!this._map || job.canvas.width === 0) return;
    if (!this._waiting.includes(job)) this._waiting.push(job);
    if (this._frame) return;
    this._frame = L.Util.requestAnimFrame(this._paintSome, this);
  },

  _paintSome() {
    this._frame = null;
    const end = performance.now() + FRAME_MS;
    while (this._waiting.length > 0 && performance.now() < end) {
      const job = this._waiting.shift();
      this._paint(job.canvas, job.coords);
      if (job.done) {
        this._uncover(job.coords);
        job.done(null, job.canvas);
        job.done = null;
      }
    }
    if (this._waiting.length > 0) this._frame = L.Util.requestAnimFrame(this._paintSome, this);
    else this.fire("painted");
  },

  /** Tiles of the zoom before lie under ours until all is here; ours are transparent, so wipe what they cover. */
  _uncover({ x, y, z }) {
    for (const { el: canvas, coords } of Object.values(this._tiles)) {
      if (coords.z === z) continue;
      const side = 2 ** (z - coords.z);
      const [left, top] = [x / side - coords.x, y / side - coords.y];
      if (left >= 1 || top >= 1 || left + 1 / side <= 0 || top + 1 / side <= 0) continue;
      const context = canvas.getContext("2d", SOFTWARE);
      const { width } = canvas;
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(left * width, top * width, width / side, width / side);
      canvas.isWiped = true;
    }
  },

  /** Back at a zoom whose tiles were kept but wiped: paint them again. */
  _mend() {
    for (const { el: canvas, coords } of Object.values(this._tiles)) {
      if (!canvas.isWiped || coords.z !== this._map.getZoom()) continue;
      canvas.isWiped = false;
      this._load({ canvas, coords, done: null });
    }
  },

  _paint(canvas, coords) {
    const context = canvas.getContext("2d", SOFTWARE);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    for (const { spec, source } of this.shown(coords.z)) {
      const at = this.place(source, coords);
      const layers = source.peek(at.tile);
      for (const name of layers ? paintedFrom(spec, coords.z) : []) {
        if (layers.has(name)) this._paintLayer(context, layers.get(name), spec, at, coords.z);
      }
    }
  },

  _paintLayer(context, tileLayer, spec, { parts, column, row }, zoom) {
    const { width } = context.canvas;
    const side = tileLayer.extent / parts;
    const scale = width / side;
    const unit = side / TILE_PX;
    const [left, top] = [column * side, row * side];
    const edge = EDGE_PX * unit;
    context.setTransform(scale, 0, 0, scale, -left * scale, -top * scale);
    paintLayer(context, tileLayer, spec, {
      unit,
      zoom,
      ratio: width / TILE_PX,
      halo: this.options.halo,
      bare: this.options.bare === true,
      window: { minX: left - edge, minY: top - edge, maxX: left + side + edge, maxY: top + side + edge },
    });
  },

  /** Over an image findings are lines only, so that the ground is seen. */
  bare(isBare) {
    if (this.options.bare === isBare) return;
    this.options.bare = isBare;
    this.repaint();
  },

  /** Is everything that was asked for here and painted? */
  isIdle() {
    return this._tileZoom !== undefined && this._pending === 0 && this._waiting.length === 0 && !this._frame;
  },

  /** Paint all present tiles again: a layer was switched, or its data is new. */
  repaint() {
    for (const { el: canvas, coords } of Object.values(this._tiles)) {
      this._load({ canvas, coords, done: null });
    }
  },

  /** Visit the tiles of one layer that are on screen: visit(tileLayer, {x, y, scale}), map pixels. */
  eachTile(layer, visit) {
    const zoom = this._tileZoom;
    if (zoom === undefined || !this.shown(zoom).includes(layer)) return;
    const seen = new Set();
    for (const { coords, current } of Object.values(this._tiles)) {
      if (!current || coords.z !== zoom) continue;
      const { tile, parts } = this.place(layer.source, coords);
      const key = `${tile.z}/${tile.x}/${tile.y}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const layers = layer.source.peek(tile);
      if (!layers) continue;
      const size = TILE_PX * parts;
      visit(layers, { x: tile.x * size, y: tile.y * size, size });
    }
  },

  /** Features under a place, per layer from the top down: [{layer, features}]. */
  at(latlng) {
    const zoom = this._tileZoom;
    if (zoom === undefined || !this._map) return [];
    const point = this._map.project(latlng, zoom);
    const coords = { z: zoom, x: Math.floor(point.x / TILE_PX), y: Math.floor(point.y / TILE_PX) };
    const hits = [];
    for (const layer of this.shown(zoom).reverse()) {
      const { tile, parts } = this.place(layer.source, coords);
      const tileLayer = layer.source.peek(tile)?.get(layer.spec.source);
      if (!tileLayer) continue;
      const unit = tileLayer.extent / parts / TILE_PX;
      const x = (point.x - tile.x * TILE_PX * parts) * unit;
      const y = (point.y - tile.y * TILE_PX * parts) * unit;
      const features = featuresAt(tileLayer, x, y, TOUCH_PX * unit);
      if (features.length > 0) hits.push({ layer, features });
    }
    return hits;
  },
});
