/** One patch on the phone: picture or plan, photos, the finding. */

import { el, fill } from "../dom.js";
import { size } from "../imports/send.js";
import { picture } from "./near.js";
import { plan } from "./plan.js";
import { hashOf, newReceipt } from "./sha256.js";
import { bearing, distance, metres, sideOf } from "./where.js";

const HERE_M = 10;

const today = () => {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
};

export class CaseView {
  /** `hooks`: send(item), place() → {lon, lat} or null, fixPlace(), heading() → degrees or null, say(text, isFault). */
  constructor(root, config, hooks) {
    this.root = root;
    this.config = config;
    this.hooks = hooks;
    this.one = null;
    this.shown = "";
    this.part = (name) => root.querySelector(`[data-part=${name}]`);
    this.part("photo").addEventListener("change", () => this.takePhotos());
    this.part("form").addEventListener("submit", (event) => this.sendFinding(event));
  }

  /** Show a case; what was found there before stands in the form. */
  show(one, rights) {
    this.one = one;
    this.part("title").textContent = `图斑 ${one.jcbh}`;
    this.part("told").textContent = [one.county, one.township, `${one.area_mu} 亩`, one.report, one.handling].filter(Boolean).join(" · ");
    this.part("coordinates").textContent = `经度 ${one.lon.toFixed(6)}，纬度 ${one.lat.toFixed(6)}`;
    this.part("case").setAttribute("href", one.urls.case);
    this.part("attach").hidden = !rights.may_attach;
    this.part("form").hidden = !rights.may_handle;
    this.part("report").disabled = !one.may_report;
    this.fillForm(one.found);
    this.showPictures();
    this.showPlace();
  }

  fillForm(found) {
    const form = this.part("form");
    form.reset();
    form.elements.on.value = today();
    form.elements.on.max = today();
    if (!found) return;
    form.elements.result.value = found.result;
    form.elements.purpose.value = found.purpose;
    form.elements.land_class.value = found.land_class;
  }

  showPlace() {
    const place = this.hooks.place();
    const away = place ? distance(place, this.one) : null;
    const side = away > HERE_M ? `，图斑在您的${sideOf(bearing(place, this.one))}方` : "";
    this.part("away").textContent = away === null ? "" : `距图斑中心 ${metres(away)}${side}。`;
    fill(this.part("plan"), plan(this.one.outline, place && away < 5000 ? place : null));
  }

  showPictures() {
    const buttons = this.one.pictures.map((shot) =>
      el("button", { type: "button", text: shot.term, "aria-pressed": "false", onclick: (event) => this.showPicture(shot, event.currentTarget) }),
    );
    fill(this.part("moments"), buttons);
    fill(this.part("picture"));
    if (buttons.length) this.showPicture(this.one.pictures[0], buttons[0]);
    else this.part("picture").textContent = "没有影像。";
  }

  async showPicture(shot, button) {
    const { one } = this;
    for (const other of this.part("moments").children) other.setAttribute("aria-pressed", String(other === button));
    const url = await picture(this.config, one.id, shot.url);
    if (this.one !== one) return;
    if (this.shown) URL.revokeObjectURL(this.shown);
    this.shown = url ?? "";
    if (url) fill(this.part("picture"), el("img", { src: url, alt: `图斑 ${one.jcbh}，${shot.term}影像` }));
    else this.part("picture").textContent = "这张影像没有保存在本机，连上网络后再看。";
  }

  async takePhotos() {
    const input = this.part("photo");
    const files = [...input.files];
    await this.hooks.fixPlace();
    for (const file of files) await this.takePhoto(file);
    input.value = "";
  }

  async takePhoto(file) {
    const { one } = this;
    if (file.size > this.config.limit_bytes) {
      this.hooks.say(`${file.name} 有 ${size(file.size)}，超过单张 ${size(this.config.limit_bytes)} 的上限，没有收下。`, true);
      return;
    }
    const blob = new Blob([await file.arrayBuffer()], { type: file.type });
    await this.hooks.send({
      receipt: newReceipt(), case: one.id, jcbh: one.jcbh, kind: "photo", url: one.urls.photo,
      name: file.name || "现场.jpg", blob, sha256: await hashOf(blob), fields: this.fieldsOf(file),
    });
  }

  /** What the phone knows of a photo; what the photo says itself comes first, on the server. */
  fieldsOf(file) {
    const fields = { taken_at: new Date(file.lastModified || Date.now()).toISOString(), from_device: "1", note: this.part("note").value };
    const place = this.hooks.place();
    if (place) Object.assign(fields, { lon: place.lon, lat: place.lat });
    const chosen = this.part("azimuth").value;
    const heading = this.hooks.heading();
    if (chosen) Object.assign(fields, { azimuth: chosen, azimuth_said: "1" });
    else if (heading !== null) fields.azimuth = heading.toFixed(0);
    return fields;
  }

  async sendFinding(event) {
    event.preventDefault();
    const { one } = this;
    const given = Object.fromEntries(new FormData(event.currentTarget));
    const body = { ...given, report: given.report === "1" };
    one.found = { result: given.result, purpose: given.purpose, land_class: given.land_class, note: given.note, on: given.on };
    await this.hooks.send({ receipt: newReceipt(), case: one.id, jcbh: one.jcbh, kind: "result", url: one.urls.result, body });
  }
}
