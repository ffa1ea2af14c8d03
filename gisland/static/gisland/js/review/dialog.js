/** Asking for a reason before something is done: one native dialog, filled anew each time. */

import { el, fill } from "../dom.js";

const OTHER = "other";

function choices(name, rows) {
  return rows.map(([value, text, more]) => el("label", { class: "desk-choice" }, el("input", { type: "radio", name, value, required: true }), el("span", {}, text, more ? el("small", { class: "quiet", text: ` ${more}` }) : null)));
}

/** The form of one act: {title, said, conclusions, reasons, act}. Answers what was chosen, or null. */
export function ask({ title, said = "", conclusions = null, reasons = null, label, danger = false }) {
  const form = el("form", { method: "dialog", class: "desk-dialog-form" });
  const note = el("textarea", { name: "note", rows: 2, maxlength: 1000, "aria-label": "说明" });
  const dialog = el("dialog", { class: "desk-dialog", "aria-labelledby": "desk-dialog-title" }, form);
  const search = conclusions && conclusions.length > 8 ? el("input", { type: "search", placeholder: "查找结论", "aria-label": "查找结论" }) : null;
  const list = conclusions ? el("div", { class: "desk-choices" }, choices("conclusion", conclusions.map(({ code, term, source }) => [code, term, source]))) : null;
  search?.addEventListener("input", () => {
    for (const choice of list.children) choice.hidden = !choice.textContent.includes(search.value.trim());
  });
  fill(
    form,
    el("h2", { id: "desk-dialog-title", text: title }),
    said ? el("p", { text: said }) : null,
    conclusions ? el("fieldset", {}, el("legend", { text: "结论" }), search, list) : null,
    reasons ? el("fieldset", {}, el("legend", { text: "理由" }), choices("reason_code", Object.entries(reasons))) : null,
    el("label", { class: "desk-dialog-note" }, "说明", note),
    el("div", { class: "desk-dialog-buttons" }, el("button", { value: "cancel", formnovalidate: true, type: "submit", text: "取消" }), el("button", { value: "do", type: "submit", class: danger ? "primary is-danger" : "primary", text: label })),
  );
  form.addEventListener("change", () => {
    note.required = form.querySelector("input[name=reason_code]:checked")?.value === OTHER;
  });
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const told = new FormData(form);
      const answer = dialog.returnValue === "do" ? { conclusion: told.get("conclusion") ?? "", reason_code: told.get("reason_code") ?? "", note: told.get("note").trim() } : null;
      dialog.remove();
      resolve(answer);
    });
    dialog.showModal();
  });
}
