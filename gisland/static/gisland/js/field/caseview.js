/** One patch on the phone: picture or plan, photos, the finding. */

import { el, fill } from "../dom.js";
import { size } from "../imports/send.js";
import { picture } from "./near.js";
import { plan } from "./plan.js";
import { hashOf, newReceipt } from "./sha256.js";
import { whoNow } from "./store.js";
import { bearing, distance, metres, sideOf } from "./where.js";

const HERE_M = 10;

const today = () => {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
};

export class CaseView {
  /**
   * `hooks`: keep(item) resolves when the phone has it, found(id, what) what now stands there, sendOff(said),
   * place() → {lon, lat} or null, fixPlace(), heading() → degrees or null, say(text, isFault).
   */
  constructor(root, config, hooks) {
    this.root = root;
    this.config = config;
    this.hooks = hooks;
    this.one = null;
    this.shown = "";
    this.isTouched = false;
    this.part = (name) => root.querySelector(`[data-part=${name}]`);
    this.part("photo").addEventListener("change", () => this.takePhotos());
    this.part("form").addEventListener("input", () => (this.isTouched = true));
    this.part("form").addEventListener("submit", (event) => this.sendFinding(event));
  }

  /** Show a case; what was found there before stands in the form. */
  show(one, rights) {
    this.tell(one, rights);
    this.part("note").value = "";
    this.part("azimuth").value = "";
    this.fillForm(one.found);
    this.showPictures();
  }

  /** The same case as the list has it now; what somebody is writing there stays. */
  renew(one, rights) {
    this.tell(one, rights);
    if (!this.isTouched) this.fillForm(one.found);
  }

  tell(one, rights) {
    this.one = one;
    this.part("title").textContent = `图斑 ${one.jcbh}`;
    this.part("told").textContent = [one.county, one.township, `${one.area_mu} 亩`, one.report, one.handling].filter(Boolean).join(" · ");
    this.part("coordinates").textContent = `经度 ${one.lon.toFixed(6)}，纬度 ${one.lat.toFixed(6)}`;
    this.part("case").setAttribute("href", one.urls.case);
    this.part("attach").hidden = !rights.may_attach;
    this.part("form").hidden = !rights.may_handle;
    this.part("report").disabled = !one.may_report;
    this.showPlace();
  }

  fillForm(found) {
    const form = this.part("form");
    form.reset();
    this.isTouched = false;
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
    if (this.one?.id !== one.id || button.getAttribute("aria-pressed") !== "true") {
      if (url) URL.revokeObjectURL(url);
      return;
    }
    if (this.shown) URL.revokeObjectURL(this.shown);
    this.shown = url ?? "";
    if (url) fill(this.part("picture"), el("img", { src: url, alt: `图斑 ${one.jcbh}，${shot.term}影像` }));
    else this.part("picture").textContent = "这张影像没有保存在本机，连上网络后再看。";
  }

  /** All that belongs to the photos is read at once: whoever turns to the next patch meanwhile does not take them along. */
  async takePhotos() {
    const input = this.part("photo");
    const files = [...input.files];
    const taken = { one: this.one, who: whoNow(), note: this.part("note").value, azimuth: this.part("azimuth").value, heading: this.hooks.heading() };
    input.value = "";
    if (!files.length) return;
    if (!taken.who) return this.hooks.say("登录已失效，没有收下。请重新登录后再拍。", true);
    const { jcbh } = taken.one;
    this.hooks.say(`${jcbh}：正在把 ${files.length} 张照片存到本机，请不要关闭本页…`);
    await this.hooks.fixPlace();
    taken.place = this.hooks.place();
    const faults = [];
    for (const file of files) await this.keepPhoto(file, taken).catch((error) => faults.push(error.message));
    const kept = files.length - faults.length;
    const said = kept ? `${jcbh}：${kept} 张照片已存在本机，正在发送。` : "";
    this.hooks.sendOff(said + faults.join(""), faults.length > 0);
  }

  /** Resolves when the phone has the photo; throws a sentence. */
  async keepPhoto(file, taken) {
    const { one, who } = taken;
    const name = file.name || "现场.jpg";
    if (file.size > this.config.limit_bytes) {
      throw new Error(`${name} 有 ${size(file.size)}，超过单张 ${size(this.config.limit_bytes)} 的上限，没有收下。`);
    }
    const bytes = await file.arrayBuffer().catch((error) => {
      throw new Error(`${name} 读不出来（${error.name}），没有收下。请重选一次。`);
    });
    const blob = new Blob([bytes], { type: file.type });
    await this.hooks.keep({
      receipt: newReceipt(), who, case: one.id, jcbh: one.jcbh, kind: "photo", url: one.urls.photo,
      name, blob, sha256: await hashOf(blob), fields: fieldsOf(file, taken),
    });
  }

  async sendFinding(event) {
    event.preventDefault();
    const { one } = this;
    const who = whoNow();
    if (!who) return this.hooks.say("登录已失效，没有收下。请重新登录后再保存。", true);
    const given = Object.fromEntries(new FormData(event.currentTarget));
    const body = { ...given, report: given.report === "1" };
    try {
      await this.hooks.keep({ receipt: newReceipt(), who, case: one.id, jcbh: one.jcbh, kind: "result", url: one.urls.result, body });
    } catch (error) {
      return this.hooks.say(error.message, true);
    }
    await this.hooks.found(one.id, { result: given.result, purpose: given.purpose, land_class: given.land_class, note: given.note, on: given.on });
    this.hooks.sendOff(`${one.jcbh}：核查结果已存在本机，正在发送。`, false);
  }
}

/** What the phone knows of a photo; what the photo says itself comes first, on the server. */
function fieldsOf(file, { note, azimuth, heading, place }) {
  const fields = { taken_at: new Date(file.lastModified || Date.now()).toISOString(), from_device: "1", note };
  if (place) Object.assign(fields, { lon: place.lon, lat: place.lat });
  if (azimuth) Object.assign(fields, { azimuth, azimuth_said: "1" });
  else if (heading !== null) fields.azimuth = heading.toFixed(0);
  return fields;
}
