/** The field page: list, one case, what waits to be sent; works on without a network. */

import { csrfToken } from "./api.js";
import { el, fill, readJson } from "./dom.js";
import { CaseView } from "./field/caseview.js";
import { showCases, showOutbox } from "./field/listview.js";
import { keepPictures, keepTold, load } from "./field/near.js";
import { Outbox } from "./field/outbox.js";
import { clean, ofUser, whoNow } from "./field/store.js";
import { cannotLocate, compass, locate, mayLocate } from "./field/where.js";

const SOON_MS = 4000;
const config = readJson("field-config");
const part = (id) => document.getElementById(id);
const state = { told: null, at: 0, place: null };
const turned = compass();

function say(text, isFault = false) {
  part("field-said").textContent = text;
  part("field-said").classList.toggle("is-fault", isFault);
}

const outbox = new Outbox(() => showWaiting());
const view = new CaseView(part("field-case"), config, {
  place: () => state.place,
  fixPlace,
  heading: () => turned.heading(),
  say,
  keep: (item) =>
    outbox.keep(item).catch((error) => {
      const name = item.name ?? "核查结果";
      throw new Error(`${name}：本机存不下（${error.name}），没有收下。请清理手机空间，或连上网络后在案件页上传。`, { cause: error });
    }),
  found: async (id, found) => {
    const listed = state.told?.cases.find((one) => one.id === id);
    if (!listed) return;
    listed.found = found;
    await keepTold(state.told, state.at);
  },
  sendOff,
});

/** Say what the phone has and send it, without waiting for it; a fault stays to be read. */
async function sendOff(said, isFault) {
  say(said, isFault);
  await outbox.send();
  if (isFault) return;
  const left = (await waitingItems()).length;
  say(left ? `待发 ${left} 件，见“待发”。连上服务器后自动发送。` : "已送到，服务器回执已核对。");
}

async function waitingItems() {
  const who = whoNow();
  return who ? ofUser("outbox", who).catch(() => []) : [];
}

async function showWaiting() {
  const who = whoNow();
  const items = await waitingItems();
  const receipts = who ? (await ofUser("receipts", who).catch(() => [])).reverse() : [];
  const count = items.length;
  part("field-waiting").textContent = count ? `待发 ${count}` : "全部已发送";
  part("field-waiting").classList.toggle("is-waiting", count > 0);
  showOutbox(part("field-waiting-list"), part("field-receipts"), {
    items,
    receipts,
    onAgain: (item) => outbox.again(item),
    onDrop: (item) => window.confirm("删除后不能找回，确定删除？") && outbox.drop(item),
  });
  part("field-none-waiting").hidden = count > 0;
  if (state.told) showList(items);
}

function showList(items) {
  const waiting = new Map();
  for (const item of items) waiting.set(item.case, (waiting.get(item.case) ?? 0) + 1);
  showCases(part("field-list"), state.told.cases, { place: state.place, waiting });
}

function showRegions(regions) {
  const select = part("field-region");
  const before = select.value;
  const options = regions.map(({ code, name, level }) => el("option", { value: code, text: level === "township" ? `　${name}` : name }));
  fill(select, el("option", { value: "", text: "全部" }), options);
  select.value = before;
}

async function refresh() {
  const asked = { place: state.place, region: part("field-region").value, mine: part("field-mine").checked };
  try {
    const { told, at, isKept } = await load(config, asked);
    Object.assign(state, { told, at });
    part("field-user").textContent = told.name;
    showRegions(told.regions);
    const when = new Date(at).toLocaleString("zh-CN", { hour12: false });
    const many = told.cases.length === config.most ? `只列最近的 ${config.most} 件，` : "";
    say(isKept ? `没有网络：${when} 保存的 ${told.cases.length} 个图斑。填写和照片先存在本机。` : `${many}共 ${told.cases.length} 个图斑，${when} 更新。`);
  } catch (error) {
    state.told = null;
    fill(part("field-list"));
    say(error.message, true);
    if (error.status === 401) {
      view.one = null; // whoever is not logged in sees no case
      toLogin();
    }
  }
  await showWaiting();
  route();
}

function toLogin() {
  fill(part("field-said"), "请先登录，再使用外业核查。", el("a", { href: "/login/?next=/field/", text: "登录" }));
}

/** Which part is shown: #ID a case, #outbox what waits, else the list. An open case stays, listed anew or not. */
function route() {
  const name = window.location.hash.slice(1);
  const listed = state.told?.cases.find(({ id }) => String(id) === name) ?? null;
  const isShown = view.one !== null && String(view.one.id) === name;
  const open = name === "outbox" ? "field-outbox" : listed || isShown ? "field-case" : "field-near";
  for (const id of ["field-near", "field-case", "field-outbox"]) part(id).hidden = id !== open;
  if (listed && !isShown) view.show(listed, state.told);
  else if (listed && view.one !== listed) view.renew(listed, state.told);
}

function turnTo() {
  route();
  window.scrollTo(0, 0);
  [...document.querySelectorAll("main > section")].find((section) => !section.hidden)?.querySelector("h1, h2")?.focus();
}

async function placeMe() {
  try {
    state.place = await locate();
    part("field-place").textContent = `已定位（误差约 ${Math.round(state.place.accuracy_m)} 米）`;
  } catch (error) {
    part("field-place").textContent = error.message;
  }
  if (view.one) view.showPlace();
  await refresh();
}

/** Where the phone is when a photo is taken: a short while is waited for it, then the last place holds. */
async function fixPlace() {
  if (await mayLocate()) state.place = await locate(SOON_MS).catch(() => state.place);
}

async function keepAll() {
  if (!state.told) return;
  const button = part("field-keep");
  button.disabled = true;
  const { done, of } = await keepPictures(config, state.told.cases, (at, all) => say(`正在保存影像 ${at} / ${all}…`));
  button.disabled = false;
  say(`本机已有 ${done} / ${of} 张影像，${config.keep_hours} 小时后自动清除。`);
}

/** Leaving: what was shown goes from the phone; what was not sent stays for its owner. */
async function leave() {
  const left = (await waitingItems()).length;
  if (left && !window.confirm(`还有 ${left} 件没有发送。退出后仍留在本机，只有您再次登录才看得到、发得出。确定退出？`)) return;
  const body = new URLSearchParams({ csrfmiddlewaretoken: csrfToken() });
  await fetch("/logout/", { method: "POST", body, credentials: "same-origin" }).catch(() => {});
  document.cookie = "gisland_field=; path=/; max-age=0; samesite=lax";
  await clean("", config.keep_hours).catch(() => {});
  window.location.assign("/login/?next=/field/");
}

/** The page itself is kept for offline use; only https (or localhost) allows that. */
async function keepShell() {
  const said = part("field-shell");
  if (!navigator.serviceWorker) {
    said.textContent = "本站未启用 https：没有网络时不能打开本页，请保持页面打开；填写和照片仍先存在本机。";
    return;
  }
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (data?.kept) said.textContent = "本页可离线打开。";
  });
  try {
    await navigator.serviceWorker.register("worker.js", { scope: "./" });
    const ready = await navigator.serviceWorker.ready;
    const own = performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname);
    ready.active.postMessage({ keep: ["/field/", ...new Set(own.filter((path) => path.startsWith("/static/")))] });
  } catch {
    said.textContent = "没有网络，或浏览器不许保存本页。";
  }
}

async function start() {
  if (!("indexedDB" in window)) return say("这个浏览器不能保存数据，请换用新版浏览器。", true);
  window.addEventListener("hashchange", turnTo);
  part("field-locate").addEventListener("click", placeMe);
  part("field-region").addEventListener("change", refresh);
  part("field-mine").addEventListener("change", refresh);
  part("field-keep").addEventListener("click", keepAll);
  part("field-send").addEventListener("click", () => outbox.send());
  part("field-leave").addEventListener("click", leave);
  part("field-place").textContent = cannotLocate();
  const who = whoNow();
  await clean(who, config.keep_hours).catch(() => {});
  if (!who) {
    toLogin();
    return keepShell();
  }
  navigator.storage?.persist?.().catch(() => {});
  await refresh();
  outbox.send();
  if (await mayLocate()) placeMe();
  return keepShell();
}

start();
