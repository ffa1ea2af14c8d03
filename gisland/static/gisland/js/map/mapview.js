/**
 * The map on screen: the parts of which it is made, and what they do when the map moves, the pointer moves
 * or something is pressed. What a page may ask of it stands in map.js.
 */

import { el } from "../dom.js";
import { drawLabels, identity } from "./annotate.js";
import { Basemaps } from "./basemaps.js";
import { VectorGrid } from "./grid.js";
import { Here } from "./identify.js";
import { Imagery } from "./imagery.js";
import { Keys } from "./keys.js";
import { LayerList } from "./layers.js";
import { L } from "./leaflet.js";
import { Legend } from "./legend.js";
import { Memory } from "./memory.js";
import { Overlay } from "./overlay.js";
import { Print } from "./print.js";
import { Selection, toldOf } from "./selection.js";
import { ShapeBook } from "./shapebook.js";
import { TileSource } from "./source.js";
import { secondMap } from "./side.js";
import { Status } from "./status.js";
import { layerSpec } from "./style.js";
import { Theme } from "./theme.js";
import { Tools } from "./tools.js";
import { begin, makeLeaflet, openPanels } from "./view.js";

const LAST_TILE_ZOOM = 16;

export class MapView extends EventTarget {
  constructor(element, config) {
    super();
    this.element = element;
    this.config = config;
    this.theme = new Theme(element, () => this.retheme());
    this.layers = config.layers.map((layer) => this.prepare(layer));
    this.memory = new Memory(this.layers, config.address !== false);
    this.keyboard = new Keys();
    this.build();
    this.listen();
  }

  prepare(layer) {
    return {
      config: layer,
      spec: layerSpec(layer, { ...this.config, ground: this.theme.ground() }),
      visible: layer.visible !== false,
      source: new TileSource(layer.url, { min: Math.max(0, (layer.minzoom ?? 1) - 1), max: layer.tile_maxzoom ?? LAST_TILE_ZOOM }),
    };
  }

  build() {
    const canvas = el("div", { class: "gis-canvas", tabindex: 0, role: "application", "aria-label": "地图。方向键移动，Enter 查看十字处，问号键列出按键" });
    this.aside = el("aside", { class: "gis-aside" });
    this.voice = el("p", { class: "visually-hidden", role: "status" });
    this.stage = el("div", { class: "gis-stage" }, canvas, el("div", { class: "gis-crosshair", "aria-hidden": "true" }), this.aside, this.voice);
    this.status = new Status({ centralMeridian: this.config.crs?.central_meridian ?? null, note: this.config.crs_note ?? "" });
    this.element.classList.add("gis-map");
    this.element.replaceChildren(this.stage, this.status.element);
    this.leaflet = makeLeaflet(canvas);
    this.status.scale.append(L.control.scale({ imperial: false, maxWidth: 120 }).addTo(this.leaflet).getContainer());
    this.start();
    this.grid = new VectorGrid(this.layers, { pane: "gis-vectors", halo: this.theme.ink().halo });
    this.selection = new Selection({
      subject: this.subjectOf(this.config.selected),
      hits: (latlng) => this.at(latlng),
      onHover: (isOver) => canvas.classList.toggle("gis-over-finding", isOver),
      onSelect: (detail) => this.dispatchEvent(new CustomEvent("select", { detail })),
      redraw: () => this.redraw(),
    });
    this.book = new ShapeBook({
      pane: "gis-shapes",
      token: (name) => this.theme.token(name),
      halo: () => this.theme.ink().halo,
      fit: (bounds) => this.fit(bounds),
      selection: this.selection,
      changed: () => this.painted(),
    });
    const own = { grid: this.grid, leaflet: this.leaflet };
    this.outlines = new Overlay((context, frame) => this.drawOutlines(context, frame, own), { pane: "gis-outlines" });
    this.labels = new Overlay((context, frame) => this.drawLabels(context, frame, own), { pane: "gis-labels" });
    this.panels();
  }

  start() {
    const said = this.memory.read();
    this.opened = openPanels(this.config, this.stage.clientWidth);
    begin(this.leaflet, this.config, said, this.opened.layers);
  }

  /** The feature that the page is about: outlined all the time. */
  subjectOf(told) {
    const layer = told ? this.layers.find(({ spec }) => spec.id === told.layer) : null;
    return layer ? { layer, id: told.id } : null;
  }

  panels() {
    const { imagery, swipe, image } = this.config;
    this.images = new Imagery(this.leaflet, imagery, {
      keys: this.keyboard,
      swipe,
      shown: image,
      second: (element, other) => this.beside(element, other),
      onChange: (isShown) => this.grid.bare(isShown),
    });
    this.list = new LayerList({ layers: this.layers, keys: this.keyboard, onSwitch: () => this.switched() });
    this.basemaps = new Basemaps(this.leaflet, this.config.basemaps, { keys: this.keyboard, onChange: (shown) => this.status.tell(this.config.crs_note ?? "", shown?.attribution) });
    for (const { element } of [this.basemaps, this.images]) if (element) this.list.body.append(element);
    this.legend = new Legend(this.grid, this.book);
    this.here = new Here({
      config: this.config,
      layers: this.layers,
      onOpen: (layer, feature) => this.open(layer, feature),
      onClose: () => this.clear(),
    });
    this.aside.append(this.here.element, this.list.element);
    if (!this.opened.layers && this.images.offer) this.stage.append(this.images.offer);
    this.stage.append(this.legend.element);
    this.print = new Print(this);
    this.tools = new Tools(this.host());
    this.list.open(this.opened.layers);
    this.legend.open(this.opened.legend);
  }

  /** What the tools may ask of the map. */
  host() {
    return {
      leaflet: this.leaflet,
      stage: this.stage,
      status: this.status,
      keys: this.keyboard,
      meridian: this.config.crs?.central_meridian ?? null,
      token: (name) => this.theme.token(name),
      say: (text) => this.say(text),
      shapes: (id, told) => this.shapes(id, told),
      pick: (latlng) => this.pick(latlng),
      settled: (run) => this.settled(run),
      pointer: () => this.pointer,
      clear: () => this.print.close() || this.clear(),
      choose: (by) => this.book.step(by, (text) => this.say(text)),
      print: () => this.print.open(),
      search: this.config.search_url ? (text) => window.location.assign(this.config.search_url.replace("{text}", encodeURIComponent(text))) : null,
    };
  }

  listen() {
    const { leaflet, grid } = this;
    grid.on("vectorwait", ({ pending }) => this.status.busy(pending));
    grid.on("painted", () => this.painted());
    grid.on("vectorfail", ({ failed }) => {
      this.failed = failed;
      this.status.failed(failed.length, () => grid.repaint());
    });
    leaflet.on("moveend", () => this.remember());
    leaflet.on("mousemove", ({ latlng }) => this.hover(latlng));
    leaflet.on("mouseout", () => this.hover(null));
    leaflet.on("click", ({ latlng }) => this.pick(latlng));
    this.resizing = new ResizeObserver(() => leaflet.invalidateSize({ pan: false }));
    this.resizing.observe(this.stage);
    grid.addTo(leaflet);
    this.book.addTo(leaflet, this.list);
    for (const layer of [this.outlines, this.labels]) layer.addTo(leaflet);
    for (const { id, ...told } of this.config.shapes ?? []) this.shapes(id, told);
    this.remember();
  }

  /** Take the interface's colours anew: the system or the page went dark or light. */
  retheme() {
    for (const layer of this.layers) {
      const { looks, byKey } = layerSpec(layer.config, { ...this.config, ground: this.theme.ground() });
      Object.assign(layer.spec, { looks, byKey });
    }
    this.list.restyle();
    this.legend.forget();
    this.grid.options.halo = this.theme.ink().halo;
    this.book.restyle();
    this.grid.repaint();
  }

  /** The other map of two beside each other. */
  beside(element, image) {
    this.twin = secondMap(element, image, {
      layers: this.layers,
      halo: this.theme.ink().halo,
      view: this.leaflet,
      draw: {
        "gis-shapes": (context, frame, { leaflet }) => this.book.draw(context, frame, leaflet),
        "gis-outlines": (context, frame, own) => this.drawOutlines(context, frame, own),
        "gis-labels": (context, frame, own) => this.drawLabels(context, frame, own),
      },
      onPick: (latlng) => this.pick(latlng),
      onHover: (latlng) => this.hover(latlng),
    });
    this.basemaps.under(this.twin);
    this.twin.on("unload", () => (this.twin = null));
    return this.twin;
  }

  /** Run when all tiles are here and painted, unless the map was asked about another place meanwhile. */
  settled(run) {
    const { place } = this.selection;
    const again = () => {
      if (this.selection.place !== place) return;
      if (this.grid.isIdle()) run();
      else this.grid.once("painted", again);
    };
    again();
  }

  /** The middle of what is not covered by the list of layers. */
  middle() {
    const { x, y } = this.leaflet.getSize();
    const covered = this.list.body.hidden ? 0 : this.list.element.offsetWidth;
    return this.leaflet.containerPointToLatLng([(x - covered) / 2, y / 2]);
  }

  drawOutlines(context, frame, own) {
    return this.selection.draw(context, frame, { ...own, ink: this.theme.ink() });
  }

  drawLabels(context, frame, { grid, leaflet }) {
    return drawLabels(context, frame, { grid, shapes: this.book, map: leaflet, ink: this.theme.ink() });
  }

  redraw() {
    this.outlines.redraw();
    this.twin?.redraw();
  }

  painted() {
    this.labels.redraw();
    this.redraw();
    this.describe();
  }

  describe() {
    if (this.soon) return;
    this.soon = window.requestAnimationFrame(() => {
      this.soon = null;
      this.legend.update(this.leaflet);
      this.list.describe(this.leaflet.getZoom(), this.failed ?? []);
    });
  }

  switched() {
    this.grid.repaint();
    this.twin?.repaint();
    this.remember();
  }

  remember() {
    this.status.zoom.textContent = `${this.leaflet.getZoom()} 级`;
    this.describe();
    this.memory.write(this.leaflet);
  }

  /** What lies under a place, from the top down: shapes, then tiles. */
  at(latlng) {
    return [...this.book.at(latlng), ...this.grid.at(latlng)];
  }

  hover(latlng) {
    this.pointer = latlng;
    if (this.hovering) return;
    this.hovering = window.requestAnimationFrame(() => {
      this.hovering = null;
      if (this.pointer) this.status.point(this.pointer);
      this.selection.hover(this.tools.current ? null : this.pointer);
    });
  }

  pick(latlng) {
    if (this.tools.current) return;
    const hits = this.at(latlng);
    this.selection.place = latlng;
    this.here.show(latlng, hits);
    this.selection.set(this.selection.topmost(hits));
  }

  get selected() {
    return this.selection.selected;
  }

  open(layer, feature) {
    const target = { layer, id: identity(feature), properties: feature.properties };
    this.selection.set(target);
    this.dispatchEvent(new CustomEvent("open", { detail: toldOf(target) }));
  }
}
