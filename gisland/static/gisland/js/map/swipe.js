/** Two images of the same ground side by side under one handle: a range input, so keys move it too. */

import { el } from "../dom.js";
import { L } from "./leaflet.js";

const THUMB_PX = 36;
const STEPS = 1000;

export class Swipe {
  /** before, after: {pane, label}: the names of two Leaflet panes and what is written beside the line. */
  constructor(map, { before, after }) {
    this.map = map;
    this.panes = [map.getPane(before.pane), map.getPane(after.pane)];
    this.range = el("input", {
      type: "range",
      class: "gis-swipe-range",
      min: 0,
      max: STEPS,
      value: STEPS / 2,
      "aria-label": `卷帘：左 ${before.label}，右 ${after.label}`,
      oninput: () => this.clip(),
    });
    this.line = el(
      "div",
      { class: "gis-swipe-line" },
      el("span", { class: "gis-swipe-before", text: before.label }),
      el("span", { class: "gis-swipe-after", text: after.label }),
    );
    this.element = el("div", { class: "gis-swipe" }, this.range, this.line);
    map.getContainer().parentElement.append(this.element);
    map.on("move zoomend resize", this.clip, this);
    this.clip();
    this.range.focus({ preventScroll: true });
  }

  /** Where the line stands, in pixels from the left of the map. */
  position() {
    const width = this.map.getSize().x - THUMB_PX;
    return THUMB_PX / 2 + (width * Number(this.range.value)) / STEPS;
  }

  clip() {
    const at = this.position();
    this.line.style.transform = `translateX(${at}px)`;
    const corner = this.map.containerPointToLayerPoint([0, 0]);
    const end = corner.add(this.map.getSize());
    const middle = corner.x + at;
    const box = (left, right) => `polygon(${left}px ${corner.y}px, ${right}px ${corner.y}px, ${right}px ${end.y}px, ${left}px ${end.y}px)`;
    this.panes[0].style.clipPath = box(corner.x, middle);
    this.panes[1].style.clipPath = box(middle, end.x);
  }

  destroy() {
    this.map.off("move zoomend resize", this.clip, this);
    for (const pane of this.panes) pane.style.clipPath = "";
    this.element.remove();
  }
}

/** An image as a Leaflet layer in its own pane. */
export function imageLayer(image, pane) {
  const bounds = image.bounds ? L.latLngBounds([image.bounds[1], image.bounds[0]], [image.bounds[3], image.bounds[2]]) : undefined;
  return L.tileLayer(image.url, {
    pane,
    bounds,
    noWrap: true,
    maxZoom: 22,
    maxNativeZoom: image.maxzoom ?? 20,
    minZoom: image.minzoom ?? 0,
  });
}
