/**
 * The map of every gisland page.
 *
 *     const map = createMap(document.querySelector(".gis-map"), readJson("map-config"));
 *     map.on("select", ({ detail }) => …);      // {layer, id, properties} or null
 *
 * The element needs a height; everything else is made here. What config may hold: config.js.
 */

import { el, isTyping } from "../dom.js";
import { readAddress, writeAddress } from "./address.js";
import { drawLabels, identity } from "./annotate.js";
import { readConfig } from "./config.js";
import { VectorGrid } from "./grid.js";
import { Here } from "./identify.js";
import { Imagery } from "./imagery.js";
import { LayerList } from "./layers.js";
import { L } from "./leaflet.js";
import { Legend } from "./legend.js";
import { Overlay } from "./overlay.js";
import { Selection, toldOf } from "./selection.js";
import { ShapeBook } from "./shapebook.js";
import { TileSource } from "./source.js";
import { Status } from "./status.js";
import { layerSpec } from "./style.js";
import { Theme } from "./theme.js";
import { Tools } from "./tools.js";
import { begin, bring, makeLeaflet, openPanels } from "./view.js";

const LAST_TILE_ZOOM = 16;

class GisMap extends EventTarget {
  constructor(element, config) {
    super();
    this.element = element;
    this.config = config;
    this.layers = config.layers.map((layer) => this.prepare(layer));
    this.initial = new Map(this.layers.map((layer) => [layer.spec.id, layer.visible]));
    this.theme = new Theme(element, () => this.retheme());
    this.build();
    this.listen();
  }

  prepare(layer) {
    return {
      config: layer,
      spec: layerSpec(layer, this.config),
      visible: layer.visible !== false,
      source: new TileSource(layer.url, { min: Math.max(0, (layer.minzoom ?? 1) - 1), max: layer.tile_maxzoom ?? LAST_TILE_ZOOM }),
    };
  }

  build() {
    const canvas = el("div", { class: "gis-canvas", tabindex: 0, "aria-label": "地图" });
    this.aside = el("aside", { class: "gis-aside" });
    this.voice = el("p", { class: "visually-hidden", role: "status" });
    this.stage = el("div", { class: "gis-stage" }, canvas, this.aside, this.voice);
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
      redraw: () => this.outlines.redraw(),
    });
    this.book = new ShapeBook({
      pane: "gis-shapes",
      token: (name) => this.theme.token(name),
      halo: () => this.theme.ink().halo,
      fit: (bounds) => this.fit(bounds),
      choose: (shapes, id) => this.choose(shapes, id),
      changed: () => this.painted(),
    });
    this.outlines = new Overlay((context, frame) => this.selection.draw(context, frame, { grid: this.grid, leaflet: this.leaflet, ink: this.theme.ink() }), { pane: "gis-outlines" });
    this.labels = new Overlay((context, frame) => drawLabels(context, frame, { grid: this.grid, shapes: this.book, map: this.leaflet, ink: this.theme.ink() }), { pane: "gis-labels" });
    this.tools = new Tools({ leaflet: this.leaflet, stage: this.stage, token: (name) => this.theme.token(name), say: (text) => this.say(text) }, () => this.clear());
    this.panels();
  }

  start() {
    const said = this.config.address === false ? null : readAddress(window.location.hash);
    for (const layer of said ? this.layers : []) {
      if (said.on.includes(layer.spec.id)) layer.visible = true;
      if (said.off.includes(layer.spec.id)) layer.visible = false;
    }
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
    this.imagery = new Imagery(this.leaflet, imagery, { swipe, shown: image, onChange: (isShown) => this.grid.bare(isShown) });
    this.list = new LayerList({ layers: this.layers, onSwitch: () => this.switched() });
    if (this.imagery.element) this.list.body.append(this.imagery.element);
    this.legend = new Legend(this.grid, this.book);
    this.here = new Here({
      config: this.config,
      layers: this.layers,
      onOpen: (layer, feature) => this.open(layer, feature),
      onClose: () => this.clear(),
    });
    this.aside.append(this.here.element, this.list.element);
    if (!this.opened.layers && this.imagery.offer) this.stage.append(this.imagery.offer);
    this.stage.append(this.legend.element);
    this.list.open(this.opened.layers);
    this.legend.open(this.opened.legend);
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
    this.onKey = (event) => {
      if (this.tools.key(event)) return;
      if (event.key === "Escape" && !isTyping(event)) this.clear();
    };
    document.addEventListener("keydown", this.onKey);
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
    this.grid.options.halo = this.theme.ink().halo;
    this.book.restyle();
    this.grid.repaint();
  }

  painted() {
    this.labels.redraw();
    this.outlines.redraw();
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
    this.remember();
  }

  remember() {
    this.status.zoom.textContent = `${this.leaflet.getZoom()} 级`;
    this.describe();
    if (this.config.address === false) return;
    const { lat, lng } = this.leaflet.getCenter();
    const changed = (visible) => this.layers.filter((layer) => layer.visible === visible && this.initial.get(layer.spec.id) !== visible).map((layer) => layer.spec.id);
    window.history.replaceState(window.history.state, "", writeAddress({ zoom: this.leaflet.getZoom(), center: [lat, lng], on: changed(true), off: changed(false) }));
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

  /** Listen to "select" and "open"; answers a function that stops listening. */
  on(type, listener) {
    this.addEventListener(type, listener);
    return () => this.removeEventListener(type, listener);
  }

  /** Select a feature by id without a click; bounds [west, south, east, north] bring it into view. */
  select(id, { layer = "patches", bounds = null, properties = {} } = {}) {
    const owner = this.layers.find(({ spec }) => spec.id === layer) ?? this.book.find(layer);
    this.selection.place = null;
    this.here.hide();
    this.selection.set(id === null || !owner ? null : { layer: owner, id, properties });
    if (bounds) this.fit(bounds);
  }

  /** Bring bounds [west, south, east, north] into view. */
  fit(bounds, { maxZoom = 17 } = {}) {
    bring(this.leaflet, bounds, { maxZoom, isCovered: !this.list.body.hidden });
  }

  setVisible(id, visible) {
    const layer = this.layers.find(({ spec }) => spec.id === id);
    if (layer) this.list.set(layer, visible);
    else this.book.find(id)?.show(visible);
  }

  /** The data behind a layer (all, without an id) is new; a new url shows another version. */
  refresh(id = null, url = null) {
    for (const layer of this.layers) {
      if (id !== null && layer.spec.id !== id) continue;
      if (url !== null) layer.source.url = url;
      layer.source.clear();
    }
    this.grid.repaint();
  }

  /** Close 此处 and forget the selection. */
  clear() {
    this.selection.place = null;
    this.here.hide();
    this.selection.set(null);
  }

  /** GeoJSON over the tiles, under an id of its own: what may be told, and what comes back, see shapes.js. */
  shapes(id, told = {}) {
    return this.book.add(id, told);
  }

  /** Outline a feature of shapes quietly; null takes their outline away. */
  choose(shapes, id) {
    const feature = id === null ? null : shapes.features.find((one) => one.id === id);
    if (feature) this.selection.set({ layer: shapes, id, properties: feature.properties }, { isQuiet: true });
    else if (this.selected?.layer === shapes) this.selection.set(null, { isQuiet: true });
  }

  /** Let the user draw: {kind, onDone(geometry), onCancel()} gives {cancel()}; see draw.js. */
  draw(told) {
    return this.tools.draw(told);
  }

  /** Tell people who listen instead of look. */
  say(text) {
    this.voice.textContent = text;
  }

  destroy() {
    this.tools.destroy();
    document.removeEventListener("keydown", this.onKey);
    this.theme.destroy();
    this.resizing.disconnect();
    this.list.destroy();
    this.imagery.destroy();
    this.leaflet.remove();
    this.element.replaceChildren();
  }
}

/** Make a map in an element from the page's config. */
export function createMap(element, config) {
  return new GisMap(element, readConfig(config));
}
