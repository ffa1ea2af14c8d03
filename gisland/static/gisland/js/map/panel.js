/** A panel over the map whose heading folds it away. */

import { el } from "../dom.js";

/** {element, body, open(isOpen)}: a section whose heading opens and closes its body. */
export function panel(title, className = "") {
  const body = el("div", { class: "gis-panel-body" });
  const heading = el("button", { type: "button", class: "gis-fold" }, title);
  const element = el("section", { class: `gis-panel ${className}`, "aria-label": title }, el("h2", {}, heading), body);
  const open = (isOpen) => {
    heading.setAttribute("aria-expanded", String(isOpen));
    body.hidden = !isOpen;
  };
  heading.addEventListener("click", () => open(body.hidden));
  open(true);
  return { element, body, open };
}
