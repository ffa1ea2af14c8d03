/** The box that goes to a pasted coordinate; words are the page's own search, where it has one. */

import { isCoordinates, readCoordinates } from "../coordinates.js";
import { el } from "../dom.js";

const ZOOM = 17;

export class Find {
  /** host: {stage, meridian, go(latlng, zoom), say, search(text) or null}. */
  constructor(host) {
    this.host = host;
    this.field = el("input", { type: "text", id: "gis-find", class: "gis-find-field", autocomplete: "off", spellcheck: "false", placeholder: "118.5382, 33.0019 或 X 3654437 Y 40360906" });
    this.answer = el("p", { class: "gis-quiet", role: "status" });
    this.element = el(
      "form",
      { class: "gis-float gis-find", hidden: true, onsubmit: (event) => this.submit(event), onkeydown: (event) => event.key === "Escape" && this.close() },
      el("label", { for: "gis-find", text: host.search ? "定位或查找" : "定位到坐标" }),
      this.field,
      el("button", { type: "submit", class: "primary" }, "到那里"),
      el("button", { type: "button", onclick: () => this.close() }, "关闭 ", el("kbd", { text: "Esc" })),
      this.answer,
    );
    host.stage.append(this.element);
  }

  open() {
    this.before = document.activeElement;
    this.element.hidden = false;
    this.answer.textContent = "经纬度、度分秒或高斯坐标均可，先后不限；Y 带带号，或按本县中央子午线";
    this.field.focus();
    this.field.select();
  }

  close() {
    this.element.hidden = true;
    this.before?.focus?.();
  }

  submit(event) {
    event.preventDefault();
    const text = this.field.value.trim();
    const { meridian, search, go } = this.host;
    if (search && !isCoordinates(text, meridian)) {
      search(text);
      return;
    }
    try {
      const found = readCoordinates(text, meridian);
      this.answer.textContent = `按${found.said}读取`;
      this.field.removeAttribute("aria-invalid");
      go({ lat: found.lat, lng: found.lng }, ZOOM);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.answer.textContent = error.message;
      this.field.setAttribute("aria-invalid", "true");
    }
  }
}
