/** What was just done, at the foot of the desk, with what undoes it or the file that came of it. */

import { el, fill } from "../dom.js";

const SHOWN_MS = 12000;

/** A function (text, action, {link, stop}) that shows a message in a box; onUndo(action) takes an act back. */
export function toaster(box, onUndo) {
  let timer = null;
  let said = null;
  return (text, action = null, { link = null, stop = null } = {}) => {
    window.clearTimeout(timer);
    const undo = action ? el("button", { type: "button", onclick: () => onUndo(action) }, "撤销 ", el("kbd", { text: "U" })) : null;
    if (stop && said?.stop && !box.hidden) { // only the count changes: the button stays under the pointer
      said.words.textContent = text;
      said.stop = stop;
      return;
    }
    const words = el("span", { text });
    said = { words, stop };
    const given = said;
    const halt = stop ? el("button", { type: "button", onclick: () => given.stop() }, "停止") : null;
    fill(box, words, undo, halt, link ? el("a", { href: link, download: "", text: "取文件" }) : null, el("button", { type: "button", "aria-label": "关闭提示", onclick: () => (box.hidden = true) }, "×"));
    box.hidden = false;
    if (!link && !stop) timer = window.setTimeout(() => (box.hidden = true), SHOWN_MS);
  };
}
