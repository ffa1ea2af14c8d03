/** Choosing the image under the map, or two of them under the swipe. */

import { el, isTyping } from "../dom.js";
import { imageLayer, Swipe } from "./swipe.js";

const LEFT = "gis-image-before";
const RIGHT = "gis-image-after";

const labelOf = (word, image) => `${word} ${image.taken_on || image.title}`;

export class Imagery {
  /** images: [{id, title, taken_on, url, bounds}]; swipe: {before, after} ids, else the oldest and newest. */
  constructor(map, images, { swipe = null, shown = null, onChange = () => {} } = {}) {
    this.map = map;
    this.onChange = onChange;
    this.images = [...images].sort((one, other) => String(one.taken_on).localeCompare(String(other.taken_on)));
    for (const [index, pane] of [LEFT, RIGHT].entries()) map.createPane(pane).style.zIndex = 150 + index;
    this.pair = [this.find(swipe?.before) ?? this.images[0], this.find(swipe?.after) ?? this.images.at(-1)];
    this.layers = [];
    this.swipe = null;
    this.element = this.images.length > 0 ? this.build() : null;
    this.onKey = (event) => {
      if (event.key.toLowerCase() === "s" && !isTyping(event) && !event.shiftKey) this.toggleSwipe();
    };
    document.addEventListener("keydown", this.onKey);
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
    this.button = el(
      "button",
      { type: "button", class: "gis-swipe-button", "aria-pressed": "false", hidden: this.images.length < 2, onclick: () => this.toggleSwipe() },
      "前后对比 ",
      el("kbd", { text: "S" }),
    );
    this.offer = this.images.length < 2 ? null : el("button", { type: "button", class: "gis-offer", "aria-pressed": "false", onclick: () => this.toggleSwipe() }, "影像前后对比 ", el("kbd", { text: "S" }));
    return el(
      "fieldset",
      { class: "gis-images" },
      el("legend", { text: "影像" }),
      choice(null, "无"),
      this.images.map((image) => choice(image, image.title)),
      this.button,
    );
  }

  clear() {
    this.swipe?.destroy();
    this.swipe = null;
    for (const layer of this.layers) layer.remove();
    this.layers = [];
    this.press(false);
  }

  press(isPressed) {
    for (const button of [this.button, this.offer]) button?.setAttribute("aria-pressed", String(isPressed));
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

  /** Compare the pair, or go back to what was shown. */
  toggleSwipe() {
    if (this.images.length < 2) return;
    if (this.swipe) {
      this.show(this.single ?? null);
      return;
    }
    this.clear();
    const [before, after] = this.pair;
    this.layers = [imageLayer(before, LEFT).addTo(this.map), imageLayer(after, RIGHT).addTo(this.map)];
    this.swipe = new Swipe(this.map, {
      before: { pane: LEFT, label: labelOf("前", before) },
      after: { pane: RIGHT, label: labelOf("后", after) },
    });
    this.ground(true);
    this.press(true);
    for (const radio of this.radios.values()) radio.checked = false;
  }

  destroy() {
    document.removeEventListener("keydown", this.onKey);
    this.clear();
  }
}
