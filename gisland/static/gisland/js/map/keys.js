/**
 * The map's keys and the dialog that lists them. Single keys can be switched off (for people who dictate
 * or use a switch); a page adds its own by map.keys({key, label, run}).
 */

import { el, fill, isTyping } from "../dom.js";

const STORED = "gisland.single-keys";
const FIXED = [
  ["Tab", "走到地图；地图得到焦点后显示十字"],
  ["← ↑ → ↓", "移动地图（Shift 移得更远）"],
  ["+ −", "放大、缩小"],
  ["Enter", "查看十字处有什么；绘制时在十字处加点"],
  ["Esc", "取消、关闭、清除选择"],
];
const SPOKEN = { "]": "]", "[": "[" };

const read = () => {
  try {
    return window.localStorage.getItem(STORED) !== "off";
  } catch {
    return true;
  }
};

const write = (isOn) => {
  try {
    window.localStorage.setItem(STORED, isOn ? "on" : "off");
  } catch {
    // A browser that keeps nothing: the choice holds for this page.
  }
};

/** The key of an event as it is registered: small letters, the Chinese ？ as ?; null with Shift on a letter. */
export function keyOf({ key, shiftKey }) {
  if (key === "？") return "?";
  if (key === "／" || key === "、") return "/";
  if (!/^[a-z]$/i.test(key)) return key;
  return shiftKey ? null : key.toLowerCase();
}

export class Keys {
  constructor() {
    this.all = [];
    this.isOn = read();
    this.dialog = null;
    this.onKey = (event) => this.handle(event);
    document.addEventListener("keydown", this.onKey);
    this.add({ key: "?", label: "列出全部按键", run: () => this.help() });
  }

  /** Register a key; the last one registered wins. Answers a function that takes it away. */
  add({ key, label, group = "工具", run, always = false }) {
    const entry = { key, label, group, run, always };
    this.all.push(entry);
    return () => {
      this.all = this.all.filter((one) => one !== entry);
    };
  }

  handle(event) {
    if (event.defaultPrevented || isTyping(event) || document.querySelector("dialog[open]")) return;
    const key = keyOf(event);
    const entry = this.all.findLast((one) => one.key === key && (this.isOn || one.always));
    if (!entry || entry.run(event) === false) return;
    event.preventDefault();
  }

  /** Rows of the dialog by group; of entries that share a key the one that wins. */
  groups() {
    const won = new Map(this.all.filter(({ label }) => label).map((entry) => [entry.key, entry]));
    const groups = new Map();
    for (const entry of won.values()) groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
    return groups;
  }

  /** The dialog with all keys. */
  help() {
    this.dialog ??= this.build();
    const rows = (list) => el("dl", {}, list.flatMap(([key, label]) => [el("dt", {}, el("kbd", { text: SPOKEN[key] ?? key.toUpperCase() })), el("dd", { text: label })]));
    const ours = [...this.groups()].map(([title, entries]) => el("section", {}, el("h3", { text: title }), rows(entries.map(({ key, label }) => [key, label]))));
    fill(this.list, el("section", {}, el("h3", { text: "地图" }), rows(FIXED)), ours);
    this.dialog.showModal();
  }

  build() {
    this.list = el("div", { class: "gis-keys" });
    const box = el("input", { type: "checkbox", onchange: () => this.switch(box.checked) });
    box.checked = this.isOn;
    const close = el("button", { type: "button", class: "primary", text: "关闭", onclick: () => this.dialog.close() });
    const dialog = el(
      "dialog",
      { class: "gis-dialog", "aria-labelledby": "gis-keys-title" },
      el("h2", { id: "gis-keys-title", text: "按键" }),
      this.list,
      el("p", { class: "gis-dialog-foot" }, el("label", {}, box, " 启用单键"), close),
    );
    document.body.append(dialog);
    return dialog;
  }

  switch(isOn) {
    this.isOn = isOn;
    write(isOn);
  }

  destroy() {
    document.removeEventListener("keydown", this.onKey);
    this.dialog?.remove();
  }
}
