/** Work in the background as a page watches it: asked after until it ends, then the page is loaded anew. */

import { getJson } from "./api.js";
import { fill } from "./dom.js";

const FIRST_MS = 600;
const MOST_MS = 4000;

/** Follow the work that an element names (data-work), until it ends. */
export function follow(element) {
  const said = element.querySelector("[data-work-said]");
  const bar = element.querySelector("progress");
  let wait = FIRST_MS;
  const ask = async () => {
    let now;
    try {
      now = await getJson(`${element.dataset.work}?state=1`);
    } catch (error) {
      if (said) fill(said, error.message);
    }
    if (now && !now.open) {
      window.location.reload();
      return;
    }
    if (now && said) fill(said, [now.state, now.phase, now.total ? `${now.done} / ${now.total}` : ""].filter(Boolean).join(" · "));
    if (now?.total && bar) Object.assign(bar, { max: now.total, value: now.done });
    wait = Math.min(MOST_MS, wait * 1.4);
    window.setTimeout(ask, wait);
  };
  window.setTimeout(ask, wait);
}
