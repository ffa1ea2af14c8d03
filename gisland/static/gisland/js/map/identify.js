/** The panel 此处: what lies under a point in every visible layer, from the tiles, then from the server. */

import { getJson } from "../api.js";
import { el, fill } from "../dom.js";
import { identity } from "./annotate.js";
import { swatch } from "./legend.js";
import { coordinatesOf, copyButton } from "./status.js";
import { marksOf } from "./style.js";

const pair = (name, value) => [el("dt", { text: name }), el("dd", {}, value)];

/** Rows that config asks for: layer.fields = [{name, label}]. */
function fieldRows(fields, properties) {
  return fields
    .filter(({ name }) => properties[name] !== undefined && properties[name] !== null && properties[name] !== "")
    .flatMap(({ name, label }) => pair(label, String(properties[name])));
}

export class Here {
  /** onOpen(layer, feature) when a finding's heading is pressed; onClose() when the panel is closed. */
  constructor({ config, onOpen, onClose }) {
    this.config = config;
    this.onOpen = onOpen;
    this.body = el("div", { "aria-live": "polite" });
    this.element = el(
      "section",
      { class: "gis-panel gis-here", "aria-label": "此处", hidden: true },
      el("h2", {}, "此处", el("button", { type: "button", class: "gis-close", "aria-label": "关闭", title: "关闭（Esc）", text: "×", onclick: onClose })),
      this.body,
    );
  }

  item(layer, feature) {
    const { spec, config } = layer;
    const { properties } = feature;
    const look = spec.byKey.get(spec.keyOf(feature));
    const isPatch = spec.kind === "patch";
    const name = spec.labelField && properties[spec.labelField] ? String(properties[spec.labelField]) : null;
    const heading = name ?? look?.label ?? spec.title;
    const rows = isPatch ? this.patchRows(spec, feature, look) : name && look?.key ? pair("类别", look.label) : [];
    rows.push(...fieldRows(config.fields ?? [], properties));
    return el(
      "li",
      {},
      look ? swatch(look, spec.kind) : null,
      isPatch ? el("button", { type: "button", class: "gis-open", text: heading, onclick: () => this.onOpen(layer, feature) }) : el("span", { class: "gis-name", text: heading }),
      rows.length > 0 ? el("dl", {}, rows) : null,
    );
  }

  patchRows(spec, feature, look) {
    const { properties } = feature;
    const { terms = {}, styles = {} } = this.config;
    const said = terms.label_class?.[properties.label_class] ?? styles[properties.style]?.label ?? look?.label ?? "";
    const marks = marksOf(feature, spec.marks).map((code) => spec.marks[code].label);
    return [
      ...pair(terms.verdict ?? "判定", [said, properties.borderline ? el("em", { class: "gis-borderline", text: terms.borderline ?? "临界" }) : null]),
      ...(marks.length > 0 ? pair(terms.marks ?? "涉及", marks.join("、")) : []),
      ...(properties.address ? pair(terms.address ?? "编号", properties.address) : []),
    ];
  }

  layerBlock({ layer, features }) {
    const ones = new Map(features.map((feature) => [identity(feature) ?? feature, feature]));
    return [el("h3", { text: layer.spec.title }), el("ul", {}, [...ones.values()].map((feature) => this.item(layer, feature)))];
  }

  serverBlock({ title, version, items }) {
    const rows = (item) => (item.rows ?? []).flatMap(([name, value]) => pair(name, String(value)));
    const heading = (item) => (item.href ? el("a", { href: item.href, text: item.title }) : el("span", { class: "gis-name", text: item.title }));
    return [
      el("h3", {}, title, version ? el("small", { text: version }) : null),
      el("ul", {}, items.map((item) => el("li", {}, heading(item), el("dl", {}, rows(item))))),
    ];
  }

  /** Show a place; hits as the grid gives them. */
  show(latlng, hits, zoom) {
    const places = coordinatesOf(latlng, this.config.crs?.central_meridian ?? null);
    const found = hits.flatMap((hit) => this.layerBlock(hit));
    this.more = el("div");
    this.element.hidden = false;
    fill(
      this.body,
      el("dl", { class: "gis-places" }, places.flatMap((place) => pair(place.name, copyButton(place)))),
      found.length > 0 ? found : el("p", { class: "gis-quiet", text: "可见图层在此处没有要素" }),
      this.more,
    );
    if (this.config.identify_url) this.ask(latlng, zoom);
  }

  /** The server knows more than the tiles: other versions, layers that are off, stated areas. */
  async ask({ lng, lat }, zoom) {
    this.control?.abort();
    this.control = new AbortController();
    const query = new URLSearchParams({ lng: lng.toFixed(8), lat: lat.toFixed(8), z: zoom });
    try {
      const answer = await getJson(`${this.config.identify_url}?${query}`, { signal: this.control.signal });
      fill(this.more, (answer?.layers ?? []).flatMap((block) => this.serverBlock(block)));
    } catch (error) {
      if (error.name !== "AbortError") fill(this.more, el("p", { class: "gis-quiet", text: error.message }));
    }
  }

  hide() {
    this.control?.abort();
    this.element.hidden = true;
  }
}
