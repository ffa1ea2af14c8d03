/**
 * Corners by keys: one button holds the corner that is at hand. Arrows move it (1 m; Shift 10 m, Alt
 * 0.1 m), [ and ] or Page Up and Page Down walk, + adds one half way to the next, Delete takes it away;
 * two fields take its coordinates in metres. What happened is said.
 */

import { el, fill } from "../dom.js";
import { zoneOf } from "../gauss.js";
import { L } from "../map/leaflet.js";
import { added, cornersOf, metresOf, moved, placeOf, put, removed, stepped } from "./corners.js";

const ARROWS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const HELP = "方向键移 1 米（Shift 10 米，Alt 0.1 米），[ ] 换点，+ 加点，Delete 去点";
const MARK_PX = 9;

const stepOf = ({ shiftKey, altKey }) => (shiftKey ? 10 : altKey ? 0.1 : 1);

export class CornerKeys {
  /** host: {map, color, names, meridian (null for the zone's), read(): parcels, write(parcels)}. */
  constructor(host) {
    this.host = host;
    this.corner = cornersOf(host.read())[0];
    this.button = el("button", { type: "button", class: "gis-corner", "aria-describedby": "gis-corner-help", onkeydown: (event) => this.key(event), onfocus: () => this.show() });
    this.east = this.field("横坐标 Y（东）");
    this.north = this.field("纵坐标 X（北）");
    this.element = el(
      "span",
      { class: "gis-corner-keys", role: "group", "aria-label": "用键盘改界址点" },
      this.button,
      el("label", {}, "Y ", this.east),
      el("label", {}, "X ", this.north),
      el("button", { type: "button", text: "加点", onclick: () => this.add() }),
      el("button", { type: "button", text: "去点", onclick: () => this.remove() }),
      el("small", { id: "gis-corner-help", text: HELP }),
    );
    this.mark = L.circleMarker([0, 0], { radius: MARK_PX, color: host.color, weight: 3, fillOpacity: 0, interactive: false, pmIgnore: true });
    this.mark.addTo(host.map.leaflet);
    this.tell();
  }

  field(label) {
    return el("input", { type: "text", inputmode: "decimal", size: 11, "aria-label": `${label}，米`, onkeydown: (event) => this.typed(event), onchange: () => this.place() });
  }

  /** The plane of the county, else of the zone in which the corner lies. */
  get meridian() {
    return this.host.meridian ?? zoneOf(placeOf(this.host.read(), this.corner).longitude).centralMeridian;
  }

  /** Another change of the ground: the corner at hand may be gone. */
  refresh() {
    this.corner = stepped(this.host.read(), this.corner, 0);
    this.tell();
  }

  said() {
    const parcels = this.host.read();
    const { parcel, ring, index } = this.corner;
    const name = parcels.length > 1 ? `${this.host.names[parcel] ?? `地块 ${parcel + 1}`} ` : "";
    const inner = ring > 0 ? `内环 ${ring} ` : "";
    return `${name}${inner}第 ${index + 1} 点，共 ${parcels[parcel][ring].length - 1} 点`;
  }

  /** Button, fields and mark say where the corner is. */
  tell() {
    const parcels = this.host.read();
    const { longitude, latitude } = placeOf(parcels, this.corner);
    const { east, north } = metresOf(parcels, this.corner, this.meridian);
    fill(this.button, this.said());
    this.east.value = east.toFixed(3);
    this.north.value = north.toFixed(3);
    this.mark.setLatLng([latitude, longitude]);
  }

  /** The corner is in sight. */
  show() {
    const { leaflet } = this.host.map;
    const latlng = this.mark.getLatLng();
    if (!leaflet.getBounds().pad(-0.05).contains(latlng)) leaflet.panTo(latlng);
  }

  say(text) {
    this.host.map.say(text);
  }

  changed(parcels, corner = this.corner) {
    this.corner = corner;
    this.host.write(parcels);
    this.tell();
    this.show();
  }

  go(by) {
    this.corner = stepped(this.host.read(), this.corner, by);
    this.tell();
    this.show();
    this.say(`${this.said()}：Y ${this.east.value}，X ${this.north.value}`);
  }

  move(east, north) {
    this.changed(moved(this.host.read(), this.corner, east, north, this.meridian));
    const way = [[east, "东", "西"], [north, "北", "南"]].find(([by]) => by !== 0);
    this.say(`向${way[0] > 0 ? way[1] : way[2]}移 ${Math.abs(way[0])} 米：Y ${this.east.value}，X ${this.north.value}`);
  }

  add() {
    const found = added(this.host.read(), this.corner, this.meridian);
    this.changed(found.parcels, found.corner);
    this.say(`加了一点。${this.said()}`);
  }

  remove() {
    const found = removed(this.host.read(), this.corner);
    if (!found) {
      this.say("一个环至少要三点，不能再去");
      return;
    }
    this.changed(found.parcels, found.corner);
    this.say(`去了一点。${this.said()}`);
  }

  /** Typed metres; what is no number, or far from here, is put back. */
  place() {
    const [east, north] = [this.east, this.north].map(({ value }) => Number(value.trim().replace(/^\d{2}(?=\d{6}(\.|$))/, "")));
    const here = metresOf(this.host.read(), this.corner, this.meridian);
    const isNear = Math.hypot(east - here.east, north - here.north) < 1e5;
    if (!isNear) {
      this.tell();
      this.say("坐标读不出来，或离这里超过 100 公里，没有改。请填高斯平面的米数，不带带号");
      return;
    }
    this.changed(put(this.host.read(), this.corner, { east, north }, this.meridian));
    this.say(`已移到 Y ${this.east.value}，X ${this.north.value}`);
  }

  typed(event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    this.place();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey) return;
    const arrow = ARROWS[event.key];
    const step = stepOf(event);
    if (arrow) this.move(arrow[0] * step, arrow[1] * step);
    else if (event.key === "]" || event.key === "PageDown") this.go(1);
    else if (event.key === "[" || event.key === "PageUp") this.go(-1);
    else if (event.key === "+" || event.key === "=" || event.key === "Insert") this.add();
    else if (event.key === "Delete" || event.key === "Backspace" || event.key === "-") this.remove();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  destroy() {
    this.mark.remove();
    this.element.remove();
  }
}
