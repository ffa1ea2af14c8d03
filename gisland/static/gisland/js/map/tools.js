/** What a user does with the map besides looking: one tool at a time takes the clicks and the keys. */

import { Drawing } from "./draw.js";

export class Tools {
  /** host: {leaflet, stage, token(name), say(text)}; onBegin() before a tool starts. */
  constructor(host, onBegin) {
    this.host = { ...host, onEnd: (tool) => this.ended(tool) };
    this.onBegin = onBegin;
    this.current = null;
  }

  /** Let the user draw: {kind, onDone(geometry), onCancel()}; see draw.js. */
  draw(told) {
    this.current?.cancel();
    this.onBegin();
    this.current = new Drawing(this.host, told);
    return this.current;
  }

  ended(tool) {
    if (this.current === tool) this.current = null;
  }

  /** Answers whether a tool took the key. */
  key(event) {
    return this.current?.key(event) ?? false;
  }

  destroy() {
    this.current?.cancel();
  }
}
