/** What the server tells of a patch; the next one is asked for ahead, and an answer is used once. */

import { getJson } from "../api.js";

const ask = (id) => getJson(`/review/patches/${id}.json`);

export class Ahead {
  constructor() {
    this.answers = new Map();
  }

  get(id) {
    const found = this.answers.get(id) ?? ask(id);
    this.answers.clear();
    return found;
  }

  fetch(id) {
    const found = ask(id);
    found.catch(() => this.answers.delete(id));
    this.answers.set(id, found);
  }

  clear() {
    this.answers.clear();
  }
}
