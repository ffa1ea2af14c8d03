/** The review desk: queue, map and drawer about one patch, what is done with it, and undoing that. */

import { Problem, getJson, postJson } from "./api.js";
import { readCoordinates } from "./coordinates.js";
import { el, isTyping, readJson } from "./dom.js";
import { mu, squareMetres } from "./format.js";
import { createMap } from "./map/map.js";
import { Ahead } from "./review/ahead.js";
import { askApproval, changes, follow } from "./review/approval.js";
import { Cutting } from "./review/cutting.js";
import { Drawer } from "./review/drawer.js";
import { filesOf, filesOfAll } from "./review/files.js";
import { FilterBar, readAddress, writeAddress } from "./review/filters.js";
import { bindKeys } from "./review/keys.js";
import { Presence } from "./review/presence.js";
import { Queue } from "./review/queue.js";
import { toaster } from "./review/toast.js";
import { Totals } from "./review/totals.js";
import { bulkMenu, bulkWords, wordsOf } from "./review/words.js";

const AROUND = 0.4;
const CLOSEST = 19;
const desk = readJson("desk-config");
const mapConfig = readJson("map-config");
const byId = (id) => document.getElementById(id);
const areaText = (m2) => `${mu(m2)} 亩（${squareMetres(m2)} m²）`;

const map = createMap(byId("map"), mapConfig);
byId("map").gisMap = map;
const patchLayer = map.layers.find(({ spec }) => spec.kind === "patch");
const look = (style) => patchLayer?.spec.byKey.get(style) ?? null;

const state = readAddress(window.location.search);
let told = null; // the patch in the drawer, as the server told it
let isBusy = false;

// ---------------------------------------------------------------- what was done, and undoing it

const toast = toaster(byId("desk-toast"), (action) => undoAction(action));

async function attempt(work) {
  if (isBusy) return null;
  isBusy = true;
  document.body.classList.add("is-busy");
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    toast(error.message);
    if (error.status === 409 && told) await open(told.row.id);
    return null;
  } finally {
    isBusy = false;
    document.body.classList.remove("is-busy");
  }
}

async function undoAction(id) {
  const done = await attempt(() => postJson("/review/undo", { action: id }));
  if (!done) return;
  toast(`已撤销 ${done.count} 个图斑的处置${done.left ? `；另 ${done.left} 个之后已有新的处置，未动` : ""}。`);
  await reload();
}

async function undoLast() {
  const { actions } = await getJson("/review/actions.json");
  if (actions.length === 0) toast("没有可撤销的处置。");
  else await undoAction(actions[0].id);
}

// ---------------------------------------------------------------- one patch

function remember() {
  window.history.replaceState(null, "", writeAddress(state) + window.location.hash);
}

const ahead = new Ahead();

async function open(id, { fly = true } = {}) {
  cutting.stop();
  told = null; // until it is read nothing can be done with it
  state.patch = id;
  remember();
  drawer.wait(queue.row(id)?.address ?? "");
  const asked = id;
  let found;
  try {
    found = await ahead.get(id);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    toast(error.message);
    drawer.close();
    return;
  }
  if (state.patch !== asked) return;
  told = found;
  drawer.show(found);
  queue.update([found.row]);
  const [west, south, east, north] = found.extent;
  const margin = AROUND * Math.max(east - west, north - south, 0.0005);
  map.select(id);
  if (fly) map.fit([west - margin, south - margin, east + margin, north + margin], { maxZoom: CLOSEST });
  map.refresh("pieces", `/tiles/pieces-${id}/live/{z}/{x}/{y}.mvt`);
  map.setVisible("pieces", found.assessment !== null);
  pairImages(found.images);
  presence.watch(id, found.seen);
  const next = queue.after(id);
  if (next) ahead.fetch(next.id);
}

/** The image before the act and the one after it are those that swipe and twin maps show. */
function pairImages({ before, after, all }) {
  if (all.length < 2 && map.images.mode() !== "off") map.images.mode("off");
  if (all.length > 1) map.images.pair(before ?? all[0], after ?? all.at(-1));
}

/** What else is to be known before one decides. */
function tellPresence({ others, isStale, last }) {
  drawer.warn([
    others.length ? `${others.join("、")} 也打开着这个图斑。` : "",
    isStale ? `这个图斑在您打开之后已有变化${last ? `：${last}` : ""}。` : "",
  ], isStale ? () => open(told.row.id, { fly: false }) : null);
}

function close() {
  cutting.stop();
  state.patch = null;
  told = null;
  presence.stop();
  remember();
  drawer.close();
  map.clear();
  map.setVisible("pieces", false);
  queue.chosen = null;
  queue.mark();
}

// ---------------------------------------------------------------- acts

async function act(code) {
  if (!desk.may_decide || !state.patch) return;
  if (!told) {
    toast("正在读取图斑，请稍候再判。");
    return;
  }
  if (told.assessment === null) return;
  if (code === "split") return cutting.begin(told);
  const images = map.images.shown().map((image) => image.id);
  const words = await wordsOf(code, { said: `${told.row.address}：${told.row.label}，${areaText(told.row.area_m2)}`, conclusions: told.conclusions, desk });
  if (!words) return;
  const { id } = told.row;
  const done = await attempt(() => postJson(`/review/patches/${id}/act`, { kind: code, seen: told.seen, images, ...words }));
  if (!done) return;
  toast(`${done.action.term}：图斑 ${done.rows[0].jcbh}。`, done.action.id);
  queue.update(done.rows);
  map.refresh("patches");
  totals.load(state.filters);
  const hadFocus = drawer.hasFocus();
  await queue.step(1);
  if (state.patch === id) await open(id, { fly: false });
  if (hadFocus) drawer.focus(code);
}

// ---------------------------------------------------------------- a paper is added

async function addApproval() {
  if (!told || desk.ledgers.length === 0) return;
  cutting.stop();
  const { id, address, label } = told.row;
  const begun = await askApproval({ map, patch: id, said: `${address}：${label}，${areaText(told.row.area_m2)}`, holder: told.row.holder, ledgers: desk.ledgers });
  if (!begun) return;
  const done = await attempt(() => follow(begun.job, (words) => toast(words)));
  if (!done) return;
  if (done.state !== "done") {
    toast(done.error || `登记${done.state_term}。`);
    return;
  }
  toast(`已登记 ${done.result.number}，重判 ${done.result.changes.length} 个图斑。`);
  map.refresh();
  await reload();
  if (state.patch === id) drawer.note(changes(done.result, { onOpen: (patch) => queue.choose(patch) }));
}

async function actOnAll(code) {
  const found = totals.found;
  if (!found || found.count === 0) return;
  const words = await bulkWords(code, found, { desk, areaText });
  if (!words) return;
  const done = await attempt(() => postJson("/review/act", { kind: code, filters: state.filters, count: found.count, area_m2: found.area_m2, ...words }));
  if (!done) {
    totals.load(state.filters);
    return;
  }
  toast(`${done.action.term} ${done.count} 个图斑，${areaText(done.area_m2)}。`, done.action.id);
  map.refresh("patches");
  await reload();
}

// ---------------------------------------------------------------- split

const cutting = new Cutting({
  map,
  drawer: () => drawer,
  attempt,
  reasons: desk.change_reasons,
  areaText,
  onGiveUp: (id) => open(id, { fly: false }),
  onDone: async (done, id) => {
    toast(`已分割判定图斑 ${done.rows[0].jcbh}。`, done.action.id);
    queue.update(done.rows);
    totals.load(state.filters);
    await open(id, { fly: false });
  },
});

// ---------------------------------------------------------------- the page

const bulk = (found) => bulkMenu(found, { mayDecide: desk.may_decide, onAct: actOnAll });

const links = ({ row }) => [
  desk.ledgers.length && told.assessment !== null ? el("button", { type: "button", onclick: () => addApproval() }, "登记批准 ", el("kbd", { text: "L" })) : null,
  desk.may_export ? filesOf(row.id) : null,
  el("a", { href: `/patches/${row.id}/`, target: "_blank", rel: "noopener", text: "全页" }),
];

const files = (found) => (desk.may_export && found.count > 0 ? filesOfAll(state.filters, found.count, (text, more) => toast(text, null, more)) : null);

const totals = new Totals(byId("desk-totals"), byId("desk-clock"), {
  tools: (found) => [files(found), bulk(found)],
  onBatch: (code) => filters.set({ ...state.filters, batch: code }),
});
const presence = new Presence(tellPresence);
const queue = new Queue(byId("desk-rows"), {
  look,
  onSelect: (id) => open(id),
  onOrder: (order) => {
    state.order = order;
    remember();
    queue.load(state.filters, order);
  },
  onFault: (text) => filters.say(text),
});
const drawer = new Drawer(byId("desk-drawer"), {
  mayDecide: desk.may_decide,
  mayRegister: desk.ledgers.length > 0,
  look,
  links,
  onAct: act,
  onStep: (by) => queue.step(by),
  onClose: close,
  onPiece: (number) => map.select(number, { layer: "pieces" }),
});
const filters = new FilterBar(byId("desk-filters"), desk, {
  filters: state.filters,
  readPlace: (text) => {
    try {
      const { lng, lat } = readCoordinates(text, mapConfig.crs?.central_meridian ?? null);
      return [lng.toFixed(8), lat.toFixed(8)];
    } catch {
      return null;
    }
  },
  onChange: (asked) => {
    state.filters = asked;
    remember();
    reload();
  },
});
byId("desk-filters").append(el("label", { class: "desk-field" }, el("span", { text: "排序" }), queue.order));

async function reload() {
  ahead.clear();
  totals.load(state.filters);
  await queue.load(state.filters, state.order);
  if (state.patch) {
    queue.chosen = state.patch;
    queue.mark();
    await open(state.patch, { fly: false });
  }
}

map.on("select", ({ detail }) => {
  if (detail?.layer === "patches" && detail.id !== state.patch) queue.choose(detail.id);
  if (detail?.layer === "pieces") drawer.markPiece(detail.id);
});

bindKeys(map, desk, { act, undoLast, addApproval, step: (by) => queue.step(by), focus: () => drawer.focus(), search: () => filters.focus() });

byId("desk-rows").addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || isTyping(event)) return;
  event.preventDefault();
  queue.step(step);
});
window.addEventListener("popstate", () => window.location.reload());

await queue.load(state.filters, state.order);
totals.load(state.filters);
if (state.patch) queue.choose(state.patch);
