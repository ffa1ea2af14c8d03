/**
 * The map of every gisland page.
 *
 *     const map = createMap(document.querySelector(".gis-map"), readJson("map-config"));
 *     map.on("select", ({ detail }) => …);      // {layer, id, properties} or null
 *
 * The element needs a height; everything else is made here. What config may hold: config.js.
 */

import { el, isTyping, wantsStillness } from "../dom.js";
import { readAddress, writeAddress } from "./address.js";
import { drawLabels, drawOutline, drawPlace, identity } from "./annotate.js";
import { readConfig } from "./config.js";
import { VectorGrid } from "./grid.js";
import { Here } from "./identify.js";
import { Imagery } from "./imagery.js";
import { LayerList } from "./layers.js";
import { L } from "./leaflet.js";
import { Legend } from "./legend.js";
import { Overlay } from "./overlay.js";
import { TileSource } from "./source.js";
import { Status } from "./status.js";
import { layerSpec } from "./style.js";
import { begin, bring, openPanels } from "./view.js";

const PANES = { "gis-vectors": 350, "gis-outlines": 440, "gis-labels": 450 };
const LAST_TILE_ZOOM = 16;

const isPickable = (layer) => layer.spec.kind === "patch" || layer.config.selectable === true;

class GisMap extends EventTarget {
  constructor(element, config) {
    super();
    this.element = element;
    this.config = config;
    this.hovered = null;
    this.selected = null;
    this.place = null;
    this.layers = config.layers.map((layer) => this.prepare(layer));
    this.initial = new Map(this.layers.map((layer) => [layer.spec.id, layer.visible]));
    this.onTheme = () => this.retheme();
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
    this.stage = el("div", { class: "gis-stage" }, canvas, this.aside);
    this.status = new Status({ centralMeridian: this.config.crs?.central_meridian ?? null, note: this.config.crs_note ?? "" });
    this.element.classList.add("gis-map");
    this.element.replaceChildren(this.stage, this.status.element);
    this.leaflet = L.map(canvas, {
      attributionControl: false,
      zoomControl: false,
      maxZoom: 20,
      minZoom: 4,
      zoomAnimation: !wantsStillness(),
      fadeAnimation: false,
      markerZoomAnimation: false,
    });
    L.control.zoom({ zoomInTitle: "放大（+）", zoomOutTitle: "缩小（−）" }).addTo(this.leaflet);
    this.status.scale.append(L.control.scale({ imperial: false, maxWidth: 120 }).addTo(this.leaflet).getContainer());
    for (const [name, order] of Object.entries(PANES)) {
      const pane = this.leaflet.createPane(name);
      pane.style.zIndex = order;
      pane.style.pointerEvents = "none";
    }
    this.start();
    this.subject = this.subjectOf(this.config.selected);
    this.grid = new VectorGrid(this.layers, { pane: "gis-vectors", halo: this.ink().halo });
    this.outlines = new Overlay((context, frame) => this.drawOutlines(context, frame), { pane: "gis-outlines" });
    this.labels = new Overlay((context, frame) => drawLabels(context, frame, { grid: this.grid, map: this.leaflet, ink: this.ink() }), { pane: "gis-labels" });
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
    this.legend = new Legend(this.grid);
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
    this.onKey = (event) => event.key === "Escape" && !isTyping(event) && this.clear();
    document.addEventListener("keydown", this.onKey);
    this.theme = window.matchMedia("(prefers-color-scheme: dark)");
    this.theme.addEventListener("change", this.onTheme);
    this.resizing = new ResizeObserver(() => leaflet.invalidateSize({ pan: false }));
    this.resizing.observe(this.stage);
    for (const layer of [grid, this.outlines, this.labels]) layer.addTo(leaflet);
    this.remember();
  }

  ink() {
    const tokens = window.getComputedStyle(this.element);
    const token = (name) => tokens.getPropertyValue(name).trim();
    return { text: token("--map-ink"), halo: token("--map-halo"), hover: token("--map-hover"), selected: token("--map-selected") };
  }

  /** Take the interface's colours anew: the system or the page went dark or light. */
  retheme() {
    this.grid.options.halo = this.ink().halo;
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

  topmost(latlng) {
    for (const { layer, features } of this.grid.at(latlng)) {
      if (isPickable(layer)) return { layer, id: identity(features[0]), properties: features[0].properties };
    }
    return null;
  }

  hover(latlng) {
    this.pointer = latlng;
    if (this.hovering) return;
    this.hovering = window.requestAnimationFrame(() => {
      this.hovering = null;
      if (this.pointer) this.status.point(this.pointer);
      const target = this.pointer ? this.topmost(this.pointer) : null;
      if (target?.id === this.hovered?.id && target?.layer === this.hovered?.layer) return;
      this.hovered = target;
      this.leaflet.getContainer().classList.toggle("gis-over-finding", target !== null);
      this.outlines.redraw();
    });
  }

  pick(latlng) {
    this.place = latlng;
    this.here.show(latlng, this.grid.at(latlng));
    this.setSelected(this.topmost(latlng));
  }

  setSelected(target) {
    const isSame = target?.id === this.selected?.id && target?.layer === this.selected?.layer;
    this.selected = target;
    this.outlines.redraw();
    if (isSame) return;
    const detail = target ? { layer: target.layer.spec.id, id: target.id, properties: target.properties } : null;
    this.dispatchEvent(new CustomEvent("select", { detail }));
  }

  open(layer, feature) {
    const target = { layer, id: identity(feature), properties: feature.properties };
    this.setSelected(target);
    this.dispatchEvent(new CustomEvent("open", { detail: { layer: layer.spec.id, id: target.id, properties: target.properties } }));
  }

  drawOutlines(context, frame) {
    const ink = this.ink();
    const outline = ({ layer, id }, color, width) => drawOutline(context, frame, { grid: this.grid, layer, id, color, width, halo: ink.halo });
    if (this.subject) outline(this.subject, ink.selected, 2);
    if (this.hovered) outline(this.hovered, ink.hover, 2);
    if (this.selected) outline(this.selected, ink.selected, 3);
    if (!this.place) return Boolean(this.subject || this.hovered || this.selected);
    drawPlace(context, this.leaflet.project(this.place).subtract(frame.origin), ink);
    return true;
  }

  /** Listen to "select" and "open"; answers a function that stops listening. */
  on(type, listener) {
    this.addEventListener(type, listener);
    return () => this.removeEventListener(type, listener);
  }

  /** Select a feature by id without a click; bounds [west, south, east, north] bring it into view. */
  select(id, { layer = "patches", bounds = null, properties = {} } = {}) {
    const owner = this.layers.find(({ spec }) => spec.id === layer);
    this.place = null;
    this.here.hide();
    this.setSelected(id === null || !owner ? null : { layer: owner, id, properties });
    if (bounds) this.fit(bounds);
  }

  /** Bring bounds [west, south, east, north] into view. */
  fit(bounds, { maxZoom = 17 } = {}) {
    bring(this.leaflet, bounds, { maxZoom, isCovered: !this.list.body.hidden });
  }

  setVisible(id, visible) {
    const layer = this.layers.find(({ spec }) => spec.id === id);
    if (layer) this.list.set(layer, visible);
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
    this.place = null;
    this.here.hide();
    this.setSelected(null);
  }

  destroy() {
    document.removeEventListener("keydown", this.onKey);
    this.theme.removeEventListener("change", this.onTheme);
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
