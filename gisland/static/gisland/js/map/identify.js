/** The panel 此处: what lies under a point in every visible layer, from the tiles, then from the server. */

import { getJson } from "../api.js";
import { el, fill } from "../dom.js";
import { mu, squareMetres } from "../format.js";
import { identity } from "./annotate.js";
import { swatch } from "./legend.js";
import { coordinatesOf, copyButton } from "./status.js";
import { marksOf } from "./style.js";

const isTold = (value) => value !== undefined && value !== null && value !== "";
const pair = (name, value) => (isTold(value) ? [el("dt", { text: name }), el("dd", {}, value)] : []);
const area = (m2) => (isTold(m2) ? `${mu(m2)} 亩 · ${squareMetres(m2)} m²` : null);
const list = (rows) => (rows.length > 0 ? el("dl", {}, rows) : null);

/** Which version or ledger a zone stands in. */
const versionOf = ({ version }) => [version?.county?.name, version?.valid_from].filter(Boolean).join(" ");

/** What the server says of a zone. */
function zoneRows(zone) {
  const paper = zone.document;
  return [
    ...(zone.attributes ?? []).flatMap(({ term, text }) => pair(term, text)),
    ...pair("单位", zone.holder?.name),
    ...(paper ? pair("批文", [paper.number, paper.authority, paper.approved_on].filter(Boolean).join(" · ")) : []),
    ...pair("批文面积", area(paper?.stated_area_m2)),
    ...pair("图上面积", area(zone.area_m2)),
    ...pair("版本", versionOf(zone)),
  ];
}

export class Here {
  /** layers as the map holds them; onOpen(layer, feature) when a finding is pressed; onClose(). */
  constructor({ config, layers, onOpen, onClose }) {
    this.config = config;
    this.layers = layers;
    this.onOpen = onOpen;
    this.body = el("div", { "aria-live": "polite" });
    this.element = el(
      "section",
      { class: "gis-panel gis-here", "aria-label": "此处", hidden: true },
      el("h2", {}, "此处", el("button", { type: "button", class: "gis-close", "aria-label": "关闭", title: "关闭（Esc）", text: "×", onclick: onClose })),
      this.body,
    );
  }

  /** A heading that opens: a page where the layer has one, else the selection. */
  heading(layer, feature, text) {
    const url = layer.config.feature_url?.replace("{id}", identity(feature));
    if (url) return el("a", { class: "gis-open", href: url, text });
    if (layer.spec.kind !== "patch") return el("span", { class: "gis-name", text });
    return el("button", { type: "button", class: "gis-open", text, onclick: () => this.onOpen(layer, feature) });
  }

  item(layer, feature, said) {
    const { spec, config } = layer;
    const look = spec.byKey.get(spec.keyOf(feature));
    const name = spec.labelField ? feature.get(spec.labelField) : null;
    const own = (config.fields ?? []).flatMap(({ name: field, label }) => pair(label, feature.get(field)));
    const rows = spec.kind === "patch" ? this.patchRows(spec, feature, look) : isTold(name) && look?.key ? pair("类别", look.label) : [];
    return el(
      "li",
      {},
      look ? swatch(look, spec.kind) : el("span"),
      this.heading(layer, feature, String(isTold(name) ? name : look?.label ?? spec.title)),
      list(said && spec.kind !== "patch" ? zoneRows(said) : [...rows, ...own]),
    );
  }

  patchRows(spec, feature, look) {
    const { terms, styles } = this.config;
    const verdict = feature.get("label_term") ?? terms.class?.[feature.get("label_class")] ?? styles[feature.get("style")]?.label ?? look?.label;
    const marks = marksOf(feature, spec.marks).map((code) => spec.marks[code].label);
    const borderline = feature.get("borderline") ? el("em", { class: "gis-borderline", text: terms.borderline ?? "临界" }) : "";
    return [
      ...pair(terms.verdict ?? (feature.get("decided") ? "初判（已判定）" : "初判，疑似"), [verdict ?? "未分析", borderline]),
      ...pair("来源", feature.get("machine") ? "机器初筛，未经人工核实" : ""),
      ...pair(terms.marks ?? "涉及", marks.join("、")),
      ...pair("面积", area(feature.get("area_m2"))),
      ...pair(terms.address ?? "编号", feature.get("address")),
    ];
  }

  block({ layer, features }, said = new Map()) {
    const ones = new Map(features.map((feature) => [identity(feature) ?? feature, feature]));
    return [
      el("h3", { text: layer.spec.title }),
      el("ul", {}, [...ones].map(([id, feature]) => this.item(layer, feature, said.get(id)))),
    ];
  }

  /** Layers of which only the server knows: switched off, or not drawn at this zoom. */
  serverBlock({ title, features, more }) {
    const items = features.map((zone) => el("li", {}, el("span"), el("span", { class: "gis-name", text: zone.name || zone.code || zone.jcbh || title }), list(zoneRows(zone))));
    return [el("h3", {}, title, el("small", { text: "未显示" })), el("ul", {}, items), more > 0 ? el("p", { class: "gis-quiet", text: `另有 ${more} 个重叠的要素` }) : null];
  }

  /** Show a place; hits as the grid gives them. */
  show(latlng, hits) {
    this.places = coordinatesOf(latlng, this.config.crs?.central_meridian ?? null);
    this.element.hidden = false;
    this.list(hits, []);
    if (this.config.identify_url) this.ask(latlng, hits);
  }

  list(hits, answered, fault = null) {
    const said = (id) => new Map((answered.find(({ layer }) => layer === id)?.features ?? []).map((feature) => [feature.id, feature]));
    const drawn = hits.flatMap((hit) => this.block(hit, said(hit.layer.spec.id)));
    const isDrawn = (id) => hits.some(({ layer }) => layer.spec.id === id);
    const isOurs = (id) => this.layers.some(({ spec }) => spec.id === id);
    const others = answered.filter(({ layer, features }) => features.length > 0 && !isDrawn(layer) && isOurs(layer));
    const found = [...drawn, ...others.flatMap((entry) => this.serverBlock(entry))];
    fill(
      this.body,
      el("dl", { class: "gis-places" }, this.places.flatMap((place) => pair(place.name, copyButton(place)))),
      found.length > 0 ? found : el("p", { class: "gis-quiet", text: "可见图层在此处没有要素" }),
      fault ? el("p", { class: "gis-quiet", text: fault }) : null,
    );
  }

  /** The server knows more than the tiles: attributes, papers, versions, layers that are off. */
  async ask({ lng, lat }, hits) {
    this.control?.abort();
    this.control = new AbortController();
    const query = new URLSearchParams({ lng: lng.toFixed(8), lat: lat.toFixed(8) });
    try {
      const answer = await getJson(`${this.config.identify_url}?${query}`, { signal: this.control.signal });
      this.list(hits, answer?.layers ?? []);
    } catch (error) {
      if (error.name !== "AbortError") this.list(hits, [], error.message);
    }
  }

  hide() {
    this.control?.abort();
    this.element.hidden = true;
  }
}
