/** Tiles of one layer: fetched once, decoded once, kept while they are of use, given up when not. */

import { decodeTile } from "./vectortile.js";

const KEPT = 96;

const addressOf = ({ z, x, y }) => `${z}/${x}/${y}`;

export class TileSource {
  /** url has {z}, {x}, {y}; tiles exist from zoom `min` to `max` (tile zooms). */
  constructor(url, { min = 0, max = 16 } = {}) {
    this.url = url;
    this.min = min;
    this.max = max;
    this.tiles = new Map();
    this.underway = new Map();
  }

  /** The tile that holds the ground of a wanted one: itself, or its ancestor beyond `max`. */
  holder({ z, x, y }) {
    const up = Math.max(0, z - this.max);
    return { z: z - up, x: x >> up, y: y >> up };
  }

  /** The decoded tile if it is here, else undefined. */
  peek(tile) {
    return this.tiles.get(addressOf(tile));
  }

  /** The decoded tile (a Map of layers; empty where there is nothing). */
  get(tile) {
    const key = addressOf(tile);
    const here = this.tiles.get(key);
    if (here) {
      this.tiles.delete(key);
      this.tiles.set(key, here);
      return Promise.resolve(here);
    }
    let request = this.underway.get(key);
    if (!request) {
      request = this.fetch(tile, key);
      this.underway.set(key, request);
    }
    request.wanted += 1;
    return request.promise;
  }

  fetch(tile, key) {
    const control = new AbortController();
    const promise = this.load(tile, control.signal)
      .then((layers) => {
        if (this.underway.get(key)?.control === control) this.keep(key, layers);
        return layers;
      })
      .finally(() => {
        if (this.underway.get(key)?.control === control) this.underway.delete(key);
      });
    return { promise, control, wanted: 0 };
  }

  async load({ z, x, y }, signal) {
    const url = this.url.replace("{z}", z).replace("{x}", x).replace("{y}", y);
    const response = await fetch(url, { signal, credentials: "same-origin" });
    if (response.status === 204 || response.status === 404) return new Map();
    if (!response.ok) throw Object.assign(new Error(`${response.status}`), { status: response.status });
    return decodeTile(await response.arrayBuffer());
  }

  keep(key, layers) {
    this.tiles.set(key, layers);
    if (this.tiles.size > KEPT) this.tiles.delete(this.tiles.keys().next().value);
  }

  /** A tile left the screen before it came: stop fetching when nobody else waits for it. */
  release(tile) {
    const request = this.underway.get(addressOf(tile));
    if (!request) return;
    request.wanted -= 1;
    if (request.wanted <= 0) {
      this.underway.delete(addressOf(tile));
      request.control.abort();
    }
  }

  /** Forget everything, so that new data is fetched. */
  clear() {
    for (const request of this.underway.values()) request.control.abort();
    this.underway.clear();
    this.tiles.clear();
  }
}
