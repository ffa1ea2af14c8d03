/** Who else has the open patch open, and whether it was decided since: asked again and again. */

import { postJson } from "../api.js";

const EVERY_MS = 30000;

export class Presence {
  /** onTold({others, isStale, last}) each time the server was asked. */
  constructor(onTold) {
    this.onTold = onTold;
    this.timer = null;
    this.turn = 0;
  }

  /** Watch a patch that was seen so. */
  watch(patch, seen) {
    this.stop();
    const turn = this.turn;
    const look = async () => {
      const told = await postJson(`/review/patches/${patch}/visit`, {}).catch(() => null);
      if (turn !== this.turn) return;
      if (told) this.onTold({ others: told.others, isStale: told.seen !== seen, last: told.last });
      this.timer = window.setTimeout(look, EVERY_MS);
    };
    look();
  }

  stop() {
    this.turn += 1;
    window.clearTimeout(this.timer);
  }
}
