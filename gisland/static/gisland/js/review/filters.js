/** The desk's filters: controls, chips, and the page's address, which always say the same. */

import { el, fill } from "../dom.js";

const SOON_MS = 300;
export const NAMES = ["batch", "region", "conclusion", "label_class", "mark", "area_from", "area_to", "land_class", "status", "date_from", "date_to", "declared", "borderline", "overtaken", "q", "at"];
const SHOWN_FIRST = ["q", "batch", "region", "status", "label_class"];

/** What an address asks for: {filters, order, patch}. */
export function readAddress(search) {
  const asked = new URLSearchParams(search);
  const filters = {};
  for (const name of NAMES) if (asked.get(name)) filters[name] = asked.get(name);
  return { filters, order: asked.get("order") || "address", patch: Number(asked.get("patch")) || null };
}

/** The address that asks for it again. */
export function writeAddress({ filters, order, patch }) {
  const asked = new URLSearchParams();
  for (const name of NAMES) if (filters[name]) asked.set(name, filters[name]);
  if (order && order !== "address") asked.set("order", order);
  if (patch) asked.set("patch", String(patch));
  const said = asked.toString();
  return said ? `?${said}` : window.location.pathname;
}

const STATUS_GROUPS = { waiting: "待处置（未判、外业、退回）", decided: "已判定" };

export class FilterBar {
  /** config: the page's desk-config; onChange(filters) when the user asks for something else. */
  constructor(element, config, { filters, onChange, readPlace }) {
    Object.assign(this, { element, config, onChange, readPlace });
    this.filters = { ...filters };
    this.controls = new Map();
    this.build();
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.apply();
    });
  }

  build() {
    const { config } = this;
    const options = (rows) => rows.map(([value, text]) => el("option", { value, text }));
    const pick = (name, label, rows) => this.keep(name, label, el("select", { onchange: () => this.apply() }, options([["", "全部"], ...rows])));
    const field = (name, label, type, more = {}) => this.keep(name, label, el("input", { type, oninput: () => this.later(), ...more }));
    const tick = (name, label) => this.keep(name, label, el("input", { type: "checkbox", value: "1", onchange: () => this.apply() }), true);
    const regions = config.regions.map(({ code, name, level }) => [code, level === "township" ? `　${name}` : name]);
    const first = [
      field("q", "查找", "search", { placeholder: "监测编号、项目、单位、文号、坐标", class: "desk-search" }),
      pick("batch", "批次", config.batches.map(({ code, title }) => [code, title])),
      pick("region", "行政区", regions),
      pick("status", "状态", [...Object.entries(STATUS_GROUPS), ...Object.entries(config.statuses)]),
      pick("label_class", "归类", Object.entries(config.classes)),
    ];
    const marks = config.marks.flatMap(({ code, term }) => [[code, term], [`${code}?`, `${term}：无数据`]]);
    const more = [
      pick("conclusion", "初判", config.conclusions.map(({ code, term }) => [code, term])),
      pick("mark", "涉及", marks),
      pick("land_class", "压占地类", Object.entries(config.land_classes).map(([code, term]) => [code, `${code} ${term}`])),
      el("span", { class: "desk-range" }, field("area_from", "面积（亩）自", "number", { min: 0, step: "any" }), field("area_to", "至", "number", { min: 0, step: "any" })),
      el("span", { class: "desk-range" }, field("date_from", "后时相自", "date"), field("date_to", "至", "date")),
      tick("declared", "监测面积与计算面积不符"),
      tick("borderline", "临界"),
      tick("overtaken", "判定后初判已变"),
    ];
    this.more = el("details", { class: "desk-more" }, el("summary", {}, "更多筛选"), el("div", { class: "desk-more-body" }, more));
    this.chips = el("span", { class: "desk-chips" });
    this.fault = el("p", { class: "desk-fault", role: "alert", hidden: true });
    fill(this.element, ...first, this.more, this.chips, this.fault);
    this.show();
  }

  keep(name, label, control, isTick = false) {
    control.name = name;
    this.controls.set(name, control);
    return el("label", { class: isTick ? "desk-tick" : "desk-field" }, isTick ? control : el("span", { text: label }), isTick ? label : control);
  }

  /** Put the filters into the controls and the chips. */
  show() {
    for (const [name, control] of this.controls) {
      const value = this.filters[name] ?? "";
      if (control.type === "checkbox") control.checked = value === "1";
      else control.value = name === "q" && this.filters.at ? this.placeText || this.filters.at : value;
    }
    const hidden = NAMES.filter((name) => this.filters[name] && !SHOWN_FIRST.includes(name) && name !== "at");
    fill(this.chips, hidden.map((name) => this.chip(name)), this.count() ? el("button", { type: "button", class: "desk-clear", onclick: () => this.set({}) }, "全部清除") : null);
  }

  count() {
    return NAMES.filter((name) => this.filters[name]).length;
  }

  chip(name) {
    const control = this.controls.get(name);
    const label = control.closest("label").textContent.trim();
    const said = control.tagName === "SELECT" ? control.selectedOptions[0]?.textContent.trim() : control.type === "checkbox" ? control.closest("label").textContent : `${label} ${this.filters[name]}`;
    return el("button", { type: "button", class: "chip", "aria-label": `去掉条件：${said}`, onclick: () => this.set({ ...this.filters, [name]: "" }) }, said, el("span", { "aria-hidden": "true", text: " ×" }));
  }

  later() {
    window.clearTimeout(this.soon);
    this.soon = window.setTimeout(() => this.apply(), SOON_MS);
  }

  /** Take what the controls say. A search that reads as coordinates becomes a place. */
  apply() {
    window.clearTimeout(this.soon);
    const filters = {};
    for (const [name, control] of this.controls) {
      const value = control.type === "checkbox" ? (control.checked ? "1" : "") : control.value.trim();
      if (value) filters[name] = value;
    }
    const place = filters.q ? this.readPlace(filters.q) : null;
    if (place) {
      this.placeText = filters.q;
      filters.at = place.join(",");
      delete filters.q;
    }
    this.set(filters);
  }

  set(filters) {
    const clean = Object.fromEntries(Object.entries(filters).filter(([, value]) => value));
    if (JSON.stringify(clean) === JSON.stringify(this.filters)) return;
    this.filters = clean;
    this.say("");
    this.show();
    this.onChange(clean);
  }

  /** What is wrong with the filters, under them. */
  say(fault) {
    this.fault.textContent = fault;
    this.fault.hidden = !fault;
  }

  focus() {
    this.controls.get("q").focus();
    this.controls.get("q").select();
  }
}
