/** Why the rules before the claiming one did not claim: judged again by the server, so asked for only when opened. */

import { Problem, getJson } from "../api.js";
import { el, fill } from "../dom.js";

const KINDS = ["before", "differ"];

export class Reasons {
  constructor(body, told) {
    Object.assign(this, { body, address: `/review/patches/${told.row.id}/reasons/${told.assessment}.json`, asked: null });
  }

  /** Ask once; what was refused may be asked for again by opening again. */
  read() {
    this.asked ??= this.show();
    return this.asked;
  }

  async show() {
    try {
      const parsed = new DOMParser().parseFromString((await getJson(this.address)).html, "text/html");
      for (const kind of KINDS) for (const place of this.body.querySelectorAll(`[data-${kind}]`)) this.put(place, parsed.querySelector(`[data-${kind}="${place.dataset[kind]}"]`));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.asked = null;
      for (const place of this.body.querySelectorAll("details[data-before]")) fill(place, place.querySelector("summary"), el("p", { class: "gap", role: "status", text: `${error.message}收起后再展开可重试。` }));
    }
  }

  put(place, found) {
    const summary = place.querySelector(":scope > summary");
    fill(place, summary, found ? [...found.children] : el("p", { class: "quiet", text: "没有可说明的。" }));
  }
}
