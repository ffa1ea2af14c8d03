/**
 * The image under the map, and two of them compared: under the swipe, or side by side.
 *
 *     map.images.pair(beforeId, afterId); map.images.mode("swipe");   // "swipe", "side" or "off"
 */

import { el } from "../dom.js";
import { SideBySide } from "./side.js";
import { imageLayer, Swipe } from "./swipe.js";

const LEFT = "gis-image-before";
const RIGHT = "gis-image-after";
const MODES = { swipe: { key: "s", word: "卷帘" }, side: { key: "d", word: "双图" } };

const labelOf = (word, image) => `${word} ${image.taken_on || image.title}`;

export class Imagery {
  /**
   * images: [{id, title, taken_on, url, bounds}]; swipe: {before, after} ids, else the oldest and newest;
   * keys: keys.js; second(element, image) makes the other map; onChange(isImage) when the ground changes.
   */
  constructor(map, images, { keys, second, swipe = null, shown = null, onChange = () => {} }) {
    Object.assign(this, { map, second, onChange });
    this.images = [...images].sort((one, other) => String(one.taken_on).localeCompare(String(other.taken_on)));
    for (const [index, pane] of [LEFT, RIGHT].entries()) map.createPane(pane).style.zIndex = 150 + index;
    this.chosen = [this.find(swipe?.before) ?? this.images[0], this.find(swipe?.after) ?? this.images.at(-1)];
    this.layers = [];
    this.comparing = null;
    this.now = "off";
    this.single = null;
    this.element = this.images.length > 0 ? this.build() : null;
    if (this.images.length > 1) for (const [mode, { key, word }] of Object.entries(MODES)) keys.add({ key, label: `前后对比：${word}`, group: "影像", run: () => this.toggle(mode) });
    if (this.find(shown)) this.show(this.find(shown));
  }

  find(id) {
    return id === null || id === undefined ? null : this.images.find((image) => image.id === id) ?? null;
  }

  build() {
    this.radios = new Map();
    const choice = (image, title) => {
      const radio = el("input", { type: "radio", name: "gis-image", onchange: () => this.show(image) });
      radio.checked = image === null;
      this.radios.set(image, radio);
      return el("label", {}, radio, el("span", { class: "gis-layer-title", text: title }), image ? el("time", { text: image.taken_on }) : null);
    };
    const isPair = this.images.length > 1;
    const { key, word } = MODES.swipe;
    this.offer = isPair ? el("button", { type: "button", class: "gis-offer", "aria-pressed": "false", onclick: () => this.toggle("swipe") }, `影像${word} `, el("kbd", { text: key.toUpperCase() })) : null;
    return el("fieldset", { class: "gis-images" }, el("legend", { text: "影像" }), choice(null, "无"), this.images.map((image) => choice(image, image.title)), isPair ? this.comparison() : null);
  }

  /** Any two dates, and the ways to compare them. */
  comparison() {
    this.selects = ["前", "后"].map((word, side) => {
      const options = this.images.map((image) => el("option", { value: String(image.id), text: image.taken_on || image.title }));
      return el("select", { "aria-label": `对比的${word}一期影像`, onchange: () => this.choose(side) }, options);
    });
    this.buttons = Object.entries(MODES).map(([mode, { key, word }]) =>
      el("button", { type: "button", class: "gis-swipe-button", "aria-pressed": "false", data: { mode }, onclick: () => this.toggle(mode) }, `${word} `, el("kbd", { text: key.toUpperCase() })),
    );
    this.tell();
    return el("div", { class: "gis-compare" }, this.selects[0], el("span", { text: "对" }), this.selects[1], this.buttons);
  }

  /** The selects say which pair is compared. */
  tell() {
    this.selects?.forEach((select, side) => (select.value = String(this.chosen[side].id)));
  }

  choose(side) {
    this.chosen[side] = this.images.find((image) => String(image.id) === this.selects[side].value);
    if (this.now !== "off") this.compare(this.now);
  }

  /** Which two images are compared; unknown ids leave their side as it is. */
  pair(before, after) {
    this.chosen = [this.find(before) ?? this.chosen[0], this.find(after) ?? this.chosen[1]];
    this.tell();
    if (this.now !== "off") this.compare(this.now);
  }

  /** "swipe", "side" or "off"; without a word the mode that is on. */
  mode(mode = null) {
    if (mode === null || this.images.length < 2) return this.now;
    if (mode !== "off" && !MODES[mode]) throw new RangeError(`images: mode "${mode}" is none of ${Object.keys(MODES).join(", ")}, off`);
    if (mode === "off") this.show(this.single);
    else this.compare(mode);
    return this.now;
  }

  /** The images that are on screen. */
  shown() {
    if (this.now !== "off") return this.chosen;
    return this.single ? [this.single] : [];
  }

  toggle(mode) {
    this.mode(this.now === mode ? "off" : mode);
  }

  clear() {
    this.comparing?.destroy();
    this.comparing = null;
    for (const layer of this.layers) layer.remove();
    this.layers = [];
    this.press("off");
  }

  press(mode) {
    this.now = mode;
    for (const button of this.buttons ?? []) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    this.offer?.setAttribute("aria-pressed", String(mode === "swipe"));
  }

  /** The map's ground is an image now, or is not. */
  ground(isImage) {
    this.map.getContainer().classList.toggle("gis-over-image", isImage);
    this.onChange(isImage);
  }

  /** Show one image, or none. */
  show(image) {
    this.clear();
    this.single = image;
    this.radios.get(image).checked = true;
    if (image) this.layers = [imageLayer(image, LEFT).addTo(this.map)];
    this.ground(image !== null);
  }

  compare(mode) {
    this.clear();
    const [before, after] = this.chosen;
    const [left, right] = [labelOf("前", before), labelOf("后", after)];
    this.layers = [imageLayer(before, LEFT).addTo(this.map)];
    if (mode === "swipe") {
      this.layers.push(imageLayer(after, RIGHT).addTo(this.map));
      this.comparing = new Swipe(this.map, { before: { pane: LEFT, label: left }, after: { pane: RIGHT, label: right } });
    } else {
      this.comparing = new SideBySide(this.map, { labels: [left, right], second: (element) => this.second(element, after) });
    }
    this.ground(true);
    this.press(mode);
    for (const radio of this.radios.values()) radio.checked = false;
  }

  destroy() {
    this.clear();
  }
}
