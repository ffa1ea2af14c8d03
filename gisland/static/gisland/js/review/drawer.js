/** The drawer: one patch with its proof and what may be done with it. */

import { el, fill } from "../dom.js";
import { swatch } from "../map/legend.js";
import { Reasons } from "./reasons.js";

/** What may be done, in the order of the bar: code, words, key. */
export const ACTIONS = [
  ["confirm", "确认", "C"],
  ["change", "改判", "E"],
  ["split", "分割", "X"],
  ["field_check", "外业", "F"],
  ["reject", "退回", "R"],
];

export class Drawer {
  /** onAct(code), onStep(by), onClose(), look(style), onPiece(number or null). */
  constructor(element, { mayDecide, mayRegister, look, onAct, onStep, onClose, onPiece, links }) {
    Object.assign(this, { element, mayDecide, mayRegister, look, onAct, onStep, onClose, onPiece, links });
  }

  wait(address) {
    this.element.hidden = false;
    this.element.setAttribute("aria-busy", "true");
    if (!this.element.childElementCount) fill(this.element, el("p", { class: "quiet", text: `正在读取 ${address}…` }));
  }

  show(told) {
    this.element.hidden = false;
    this.element.setAttribute("aria-busy", "false");
    const parsed = new DOMParser().parseFromString(told.html, "text/html");
    const body = el("div", { class: "drawer-body" }, ...parsed.body.children);
    const canAct = this.mayDecide && told.assessment !== null;
    const act = ([code, text, key]) => el("button", { type: "button", class: code === "confirm" ? "primary" : null, data: { act: code }, onclick: () => this.onAct(code) }, `${text} `, el("kbd", { text: key }));
    const bar = el(
      "div",
      { class: "drawer-bar" },
      el("h2", { class: "drawer-title", tabindex: -1 }, `${told.row.jcbh} `, el("small", { class: "quiet", text: told.row.address })),
      canAct ? ACTIONS.map(act) : el("span", { class: "quiet", text: this.mayDecide ? "未评定，不能判定" : "您的角色只能查看" }),
      el("span", { class: "drawer-links" }, this.links(told)),
      el("button", { type: "button", onclick: () => this.onStep(-1) }, "上一个 ", el("kbd", { text: "K" })),
      el("button", { type: "button", onclick: () => this.onStep(1) }, "下一个 ", el("kbd", { text: "J" })),
      el("button", { type: "button", class: "drawer-close", "aria-label": "收起", onclick: () => this.onClose() }, "×"),
    );
    this.warning = el("div", { class: "drawer-warning", role: "status", hidden: true });
    fill(this.element, bar, this.warning, body);
    this.dress(body, new Reasons(body, told));
  }

  /** Sentences above the proof; onAgain() reads the patch again. */
  warn(sentences, onAgain = null) {
    const said = sentences.filter(Boolean);
    if (!this.warning) return;
    this.warning.hidden = said.length === 0;
    if (this.warning.dataset.said === said.join()) return;
    this.warning.dataset.said = said.join();
    fill(this.warning, said.map((text) => el("span", { text })), onAgain ? el("button", { type: "button", onclick: onAgain }, "重新读取") : null);
  }

  /** What came of the last thing done, at the head of the proof. */
  note(element) {
    this.element.querySelector(".drawer-part")?.prepend(element);
  }

  hasFocus() {
    return this.element.contains(document.activeElement);
  }

  /** The focus goes to an act's button, else to the title. */
  focus(code = null) {
    const place = (code && this.element.querySelector(`[data-act="${code}"]`)) || this.element.querySelector(".drawer-title");
    place?.focus({ preventScroll: true });
  }

  /** Samples of looks, pieces that light up on the map, and reasons that come when they are opened. */
  dress(body, reasons) {
    for (const place of body.querySelectorAll("details[data-before]")) place.addEventListener("toggle", () => place.open && reasons.read());
    if (body.querySelector("[data-differ]")) reasons.read();
    for (const place of body.querySelectorAll("[data-look]")) {
      const look = this.look(place.dataset.look);
      if (look) place.prepend(swatch(look, "patch"));
    }
    for (const button of body.querySelectorAll(".piece-button")) {
      button.addEventListener("click", () => {
        const isChosen = button.getAttribute("aria-pressed") === "true";
        this.markPiece(isChosen ? null : Number(button.textContent));
        this.onPiece(isChosen ? null : Number(button.textContent));
      });
    }
  }

  markPiece(number) {
    for (const line of this.element.querySelectorAll("tr[data-piece]")) {
      const isChosen = Number(line.dataset.piece) === number;
      line.classList.toggle("is-chosen", isChosen);
      line.querySelector("button").setAttribute("aria-pressed", String(isChosen));
    }
  }

  /** The parts of a split, each to be decided: in place of the body. */
  showParts(parts, { conclusions, reasons, areaText, onDone, onCancel }) {
    const option = ({ code, term }) => el("option", { value: code, text: term });
    const rows = parts.map(({ properties }) => {
      const conclusion = el("select", { "aria-label": `第 ${properties.number} 部分的结论` }, el("option", { value: "", text: "按初判确认" }), conclusions.map(option));
      const reason = el("select", { "aria-label": `第 ${properties.number} 部分的改判理由`, disabled: true }, el("option", { value: "", text: "—" }), Object.entries(reasons).map(([value, text]) => el("option", { value, text })));
      const note = el("input", { type: "text", maxlength: 1000, "aria-label": `第 ${properties.number} 部分的说明` });
      conclusion.addEventListener("change", () => {
        reason.disabled = conclusion.value === "";
        if (reason.disabled) reason.value = "";
      });
      return { line: el("tr", {}, el("td", { class: "number", text: String(properties.number) }), el("td", { class: "number", text: areaText(properties.area_m2) }), el("td", {}, conclusion), el("td", {}, reason), el("td", {}, note)), read: () => ({ kind: conclusion.value ? "change" : "confirm", conclusion: conclusion.value, reason_code: reason.value, note: note.value.trim() }) };
    });
    const table = el("table", { class: "drawer-parts" }, el("thead", {}, el("tr", {}, ...["部分", "面积", "判定", "改判理由", "说明"].map((text) => el("th", { scope: "col", text })))), el("tbody", {}, rows.map(({ line }) => line)));
    const body = el("div", { class: "drawer-split" }, el("p", { text: `分割线把图斑分成 ${parts.length} 部分，逐一判定后保存；各部分面积之和等于图斑面积。` }), table, el("p", {}, el("button", { type: "button", class: "primary", onclick: () => onDone(rows.map(({ read }) => read())) }, "保存分割判定"), el("button", { type: "button", onclick: onCancel }, "取消")));
    this.element.querySelector(".drawer-body, .drawer-split")?.replaceWith(body);
    body.querySelector("select").focus();
  }

  close() {
    this.element.hidden = true;
    fill(this.element);
  }
}
