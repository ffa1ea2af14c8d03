/** What was drawn and typed and not yet checked, kept in this browser until it is. */

const KEY = "gisland.site-draft";

/** The draft {drawn, pasted, title, purpose}, or null. */
export function readDraft() {
  try {
    return JSON.parse(window.localStorage.getItem(KEY));
  } catch {
    return null;
  }
}

/** Keep a draft; without ground and coordinates there is nothing to keep. */
export function keepDraft(draft) {
  try {
    if (draft.drawn || draft.pasted) window.localStorage.setItem(KEY, JSON.stringify(draft));
    else window.localStorage.removeItem(KEY);
  } catch {
    // a browser that keeps nothing: the page works without
  }
}

export function dropDraft() {
  keepDraft({});
}
