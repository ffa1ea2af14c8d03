/** What a user does with the map besides looking; one tool at a time takes the clicks and the keys. */

import { copyText, el } from "../dom.js";
import { Drawing } from "./draw.js";
import { Find } from "./find.js";
import { Measure } from "./measure.js";
import { coordinatesOf } from "./status.js";
import { switchTheme } from "./theme.js";

export class Tools {
  /**
   * host: {leaflet, stage, meridian, keys, status, token(name), say(text), shapes(id, told), pick(latlng), settled(run), clear(),
   * pointer(), choose(step), print()}.
   */
  constructor(host) {
    this.host = { ...host, onEnd: (tool) => this.ended(tool), draw: (told) => this.draw(told), go: (latlng, zoom) => this.go(latlng, zoom) };
    this.current = null;
    this.measure = new Measure(this.host);
    this.find = new Find(this.host);
    this.actions = [
      { key: "m", label: "量距离", face: "量距", run: () => this.measure.start("line") },
      { key: "a", label: "量面积", face: "量面", run: () => this.measure.start("polygon") },
      { key: "/", label: "定位到坐标", face: "定位", run: () => this.find.open() },
      { key: "p", label: "打印", face: "打印", run: () => host.print() },
      { key: "n", label: "亮色、暗色", face: "明暗", run: () => host.say(`已换成${switchTheme()}`) },
    ];
    host.stage.append(this.build());
    this.listen();
  }

  build() {
    const { keys } = this.host;
    const button = ({ key, label, face, run }) => el("button", { type: "button", text: face, title: `${label}（${key.toUpperCase()}）`, "aria-keyshortcuts": key.toUpperCase(), onclick: run });
    const help = { key: "?", label: "列出全部按键", face: "按键", run: () => keys.help() };
    return el("div", { class: "gis-tools", role: "group", "aria-label": "地图工具" }, [...this.actions, help].map(button));
  }

  listen() {
    const { keys, leaflet, choose } = this.host;
    for (const action of this.actions) keys.add(action);
    keys.add({ key: "g", label: "复制指针处坐标；十字显示时复制十字处坐标", run: () => this.copy() });
    keys.add({ key: "]", label: "选下一个", run: () => choose(1) });
    keys.add({ key: "[", label: "选上一个", run: () => choose(-1) });
    keys.add({ key: "Escape", label: "", always: true, run: () => this.escape() });
    leaflet.getContainer().addEventListener("keydown", (event) => this.atCrosshair(event));
    this.host.status.copy.addEventListener("click", () => this.copy());
  }

  atCrosshair(event) {
    const { leaflet, pick } = this.host;
    if (this.current?.key(event)) return;
    if (event.key !== "Enter" || event.target !== leaflet.getContainer()) return;
    event.preventDefault();
    pick(leaflet.getCenter());
  }

  escape() {
    if (this.current) this.current.cancel();
    else if (!this.measure.clear()) this.host.clear();
  }

  /** The coordinate of the pointer, or of the crosshair while it is shown. */
  async copy() {
    const { leaflet, meridian, pointer, say, status } = this.host;
    const isCross = leaflet.getContainer().matches(":focus-visible");
    const place = (isCross ? null : pointer()) ?? leaflet.getCenter();
    const texts = coordinatesOf(place, meridian).map(({ name, text }) => `${name} ${text}`);
    const isCopied = await copyText(texts.join("\n"));
    status.point(place);
    status.say(isCopied ? "已复制" : "浏览器不让复制，请手工抄录");
    say(isCopied ? `已复制 ${texts.join("，")}` : "浏览器不让复制");
  }

  /** Bring a place to the middle and mark it. */
  go(latlng, zoom) {
    const { leaflet, pick, settled } = this.host;
    leaflet.setView(latlng, Math.max(zoom, leaflet.getZoom()), { animate: false });
    pick(latlng);
    settled(() => pick(latlng));
  }

  /** Let the user draw: {kind, onDone(geometry), onCancel()}; see draw.js. */
  draw(told) {
    this.current?.cancel();
    this.measure.clear();
    this.host.clear();
    this.current = new Drawing(this.host, told);
    return this.current;
  }

  ended(tool) {
    if (this.current === tool) this.current = null;
  }

  destroy() {
    this.current?.cancel();
    this.measure.clear();
  }
}
