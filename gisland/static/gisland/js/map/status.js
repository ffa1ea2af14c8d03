/** The strip under the map: where the pointer is, in degrees and on the plane, and what is being loaded. */

import { copyText, el } from "../dom.js";
import { degrees } from "../format.js";
import { gauss, zoneNumber, zoneOf } from "../gauss.js";

const QUIET_MS = 100;
const COUNT_MS = 1000;

/** A place in all coordinates that offices write: [{name, text, plain}]; north (X) stands before east (Y). */
export function coordinatesOf({ lng, lat }, centralMeridian = null) {
  const meridian = centralMeridian ?? zoneOf(lng).centralMeridian;
  const zone = zoneNumber(meridian);
  const { east, north } = gauss(lng, lat, meridian);
  const [x, y] = [north.toFixed(3), ((zone ?? 0) * 1e6 + east).toFixed(3)];
  return [
    { name: "经纬度", text: `${degrees(lng)}, ${degrees(lat)}`, plain: `${degrees(lng)},${degrees(lat)}` },
    { name: zone === null ? `高斯 ${meridian}°` : `高斯 ${zone} 带`, text: `X ${x}  Y ${y}`, plain: `${x},${y}` },
  ];
}

/** A button that shows a coordinate and copies it. */
export function copyButton({ text, plain, name }) {
  const button = el("button", { type: "button", class: "gis-copy", text, title: `复制${name}` });
  button.addEventListener("click", async () => {
    const isCopied = await copyText(plain);
    button.dataset.said = isCopied ? "已复制" : "请手工复制";
    window.setTimeout(() => delete button.dataset.said, 1500);
  });
  return button;
}

export class Status {
  constructor({ centralMeridian = null, note = "" }) {
    this.centralMeridian = centralMeridian;
    this.places = [0, 1].map(() => el("span", { class: "gis-coordinate" }));
    this.copy = el("button", { type: "button", class: "gis-copy-place", title: "复制坐标（G）", "aria-label": "复制坐标", "aria-keyshortcuts": "G", text: "复制" });
    this.zoom = el("span", { class: "gis-zoom" });
    this.loading = el("progress", { class: "gis-loading", hidden: true, "aria-label": "正在载入" });
    this.left = el("span");
    this.fault = el("button", { type: "button", class: "gis-fault", hidden: true });
    this.scale = el("span", { class: "gis-scale" });
    this.element = el(
      "footer",
      { class: "gis-status" },
      this.scale,
      this.zoom,
      this.places,
      this.copy,
      this.fault,
      this.loading,
      this.left,
      (this.note = el("span", { class: "gis-note", text: note })),
    );
  }

  /** The source line: the coordinate system, and whose the base map is. */
  tell(note, attribution = "") {
    this.note.textContent = [note, attribution ? `底图 ${attribution}` : ""].filter(Boolean).join(" · ");
  }

  point(latlng) {
    coordinatesOf(latlng, this.centralMeridian).forEach(({ name, text }, index) => {
      this.places[index].textContent = `${name} ${text}`;
    });
  }

  /** The scale bar again, for a print. */
  bar() {
    const line = this.scale.querySelector(".leaflet-control-scale-line");
    const copy = el("span", { class: "gis-print-rule", text: line?.textContent ?? "" });
    copy.style.width = line?.style.width ?? "";
    return copy;
  }

  /** A word on the button that copies, for a moment. */
  say(text) {
    this.copy.textContent = text;
    window.clearTimeout(this.saying);
    this.saying = window.setTimeout(() => (this.copy.textContent = "复制"), 1500);
  }

  /** Tiles still to come: below a tenth of a second nothing, to a second a bar, then their number. */
  busy(pending) {
    this.pending = pending;
    if (pending === 0) {
      window.clearInterval(this.timer);
      this.timer = null;
      this.loading.hidden = true;
      this.left.textContent = "";
    } else if (!this.timer) {
      const since = performance.now();
      this.timer = window.setInterval(() => this.wait(performance.now() - since), QUIET_MS);
    }
  }

  wait(passed) {
    this.loading.hidden = false;
    if (passed > COUNT_MS) this.left.textContent = `还有 ${this.pending} 块`;
  }

  failed(count, retry) {
    this.fault.hidden = count === 0;
    this.fault.textContent = `${count} 块图没有载入，点此重试`;
    this.fault.onclick = retry;
  }
}
