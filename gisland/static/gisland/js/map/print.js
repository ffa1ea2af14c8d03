/**
 * The print: one A4 page across with title, north arrow, scale, legend, sources and date. The map is laid out as
 * the page will be, so that what is seen is printed; tiles for the new size come before the printer is asked.
 */

import { el, fill } from "../dom.js";

const METRES_PER_CSS_PIXEL = 0.0254 / 96;
const EQUATOR_PIXEL_M = (2 * Math.PI * 6378137) / 256;
const FIGURES = 3;

/** The denominator of the scale at a latitude and zoom, to three figures: what a ruler on the paper finds. */
export function scaleDenominator(latitude, zoom) {
  const exact = (EQUATOR_PIXEL_M * Math.cos((latitude * Math.PI) / 180)) / 2 ** zoom / METRES_PER_CSS_PIXEL;
  return Number(exact.toPrecision(FIGURES));
}

/** The line of sources: each layer on screen with its date, then the images, then the coordinate system. */
export function sourceLine(layers, images, note) {
  const names = [...layers, ...images].map(({ title, date }) => (date ? `${title} ${date}` : title));
  return `资料：${names.join("、") || "无"}。${note ? `坐标系：${note}。` : ""}`;
}

const dayOf = (date) => `${date.getFullYear()}年${date.getMonth() + 1}月${date.getDate()}日`;

export class Print {
  /** map: the MapView; config: {print_title, print_note}. */
  constructor(map) {
    this.map = map;
    this.isOpen = false;
    this.title = el("input", { type: "text", class: "gis-print-title", "aria-label": "图名", onkeydown: ({ key }) => key === "Escape" && this.close(), value: map.config.print_title ?? document.querySelector("h1")?.textContent.trim() ?? "" });
    this.head = el("header", { class: "gis-print-head", hidden: true }, this.title);
    this.scale = el("p", { class: "gis-print-scale" });
    this.source = el("p", { class: "gis-print-source" });
    this.foot = el("footer", { class: "gis-print-foot", hidden: true }, this.scale, this.source);
    this.north = el("div", { class: "gis-north", hidden: true, role: "img", "aria-label": "指北针：上为北" }, "北");
    this.bar = el(
      "div",
      { class: "gis-print-bar", hidden: true, role: "toolbar", "aria-label": "打印" },
      el("span", { text: "A4 横向。可移动、缩放地图，改图名。" }),
      el("button", { type: "button", class: "primary", onclick: () => this.print() }, "打印"),
      el("button", { type: "button", onclick: () => this.close() }, "返回 ", el("kbd", { text: "Esc" })),
    );
    map.stage.before(this.head);
    map.stage.after(this.foot);
    map.stage.append(this.north);
    map.element.append(this.bar);
    this.onMove = () => this.describe();
  }

  open() {
    if (this.isOpen) return;
    this.before = { focus: document.activeElement, center: this.map.leaflet.getCenter(), theme: document.documentElement.dataset.theme };
    const middle = this.map.middle();
    document.documentElement.dataset.theme = "light";
    this.map.legend.open(true);
    this.show(true);
    this.map.leaflet.setView(middle, this.map.leaflet.getZoom(), { animate: false });
    this.map.leaflet.on("moveend", this.onMove);
    this.map.grid.on("painted", this.onMove);
    this.describe();
    this.bar.querySelector("button").focus();
  }

  show(isOpen) {
    this.isOpen = isOpen;
    for (const part of [this.head, this.foot, this.north, this.bar]) part.hidden = !isOpen;
    document.documentElement.classList.toggle("gis-print", isOpen);
    this.map.leaflet.invalidateSize({ pan: true, animate: false });
  }

  describe() {
    const { leaflet, legend, config, images } = this.map;
    const zoom = leaflet.getZoom();
    legend.update(leaflet);
    const dated = config.dated ?? {};
    const layers = legend.seen.map(({ spec }) => ({ title: spec.title, date: dated[spec.id] }));
    const base = this.map.basemaps.current;
    const shown = images.shown().map(({ taken_on: date }) => ({ title: "影像", date }));
    if (base) shown.push({ title: `底图 ${base.attribution || base.title}` });
    fill(this.scale, `约 1:${scaleDenominator(leaflet.getCenter().lat, zoom).toLocaleString("en")}`, this.map.status.bar());
    this.source.textContent = `${sourceLine(layers, shown, config.crs_note)}${config.print_note ?? ""} 制图日期：${dayOf(new Date())}`;
  }

  /** When all tiles of the page are there. */
  async print() {
    const idle = () => this.map.grid.isIdle() || new Promise((done) => this.map.grid.once("painted", done));
    await idle();
    window.print();
  }

  /** Answers whether it was open. */
  close() {
    if (!this.isOpen) return false;
    this.map.leaflet.off("moveend", this.onMove);
    this.map.grid.off("painted", this.onMove);
    if (this.before.theme) document.documentElement.dataset.theme = this.before.theme;
    else delete document.documentElement.dataset.theme;
    this.show(false);
    this.map.leaflet.setView(this.before.center, this.map.leaflet.getZoom(), { animate: false });
    this.before.focus?.focus?.();
    return true;
  }
}
