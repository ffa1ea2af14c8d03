/**
 * The site check: ground given by drawing, pasting or a file; what was found lit on the map. The form is
 * an ordinary one: what is drawn goes along as GeoJSON in a hidden field.
 */

import { copyText, el, fill, readJson } from "./dom.js";
import { mu, squareMetres } from "./format.js";
import { createMap } from "./map/map.js";
import { dropDraft, keepDraft, readDraft } from "./site/draft.js";
import { editOutline } from "./site/edit.js";
import { asText, collectionOf, freeName, parcelsOf } from "./site/ground.js";
import { areaOf } from "./statutory.js";

const SITE = "site-ground";
const MOST_TEXT_POINTS = 2000;
const config = readJson("site-config");
const mapConfig = readJson("map-config");
const form = document.getElementById("site-form");
const said = document.getElementById("site-said");
const pasteBox = document.getElementById("site-paste");
const fields = form.elements;
const buttons = Object.fromEntries([...document.querySelectorAll("[data-do]")].map((button) => [button.dataset.do, button]));
const map = createMap(document.getElementById("map"), mapConfig);
document.getElementById("map").gisMap = map;

let parcels = [];
let atWork = null; // the drawing or editing under way

// ---------------------------------------------------------------- the ground

const looks = { color: "--map-selected", width: 2.5, fill: false, term: "选址范围" };
const ground = map.shapes(SITE, {
  title: "选址范围",
  look: ({ properties }) => ({ ...looks, label: properties.name }),
  legend: true,
  name_field: "name",
});

for (const { id, line, ...told } of config.shapes) {
  const shapes = map.shapes(id, { legend: true, pickable: Boolean(line), name_field: "name", fields: [{ name: "area", label: "面积" }], ...told });
  shapes.line = line;
}

/** Square metres as the engine measures, in the plane of the county or of the ground itself. */
function areaSaid() {
  const first = parcels[0]?.geometry.coordinates[0][0];
  if (!first) return "";
  const meridian = mapConfig.crs?.central_meridian ?? 3 * Math.round(first[0] / 3);
  const area = parcels.reduce((sum, { geometry }) => sum + areaOf(geometry, meridian), 0).toFixed(2);
  return `${parcels.length} 块，约 ${mu(area)} 亩（${squareMetres(area)} m²）`;
}

function tell(text) {
  fill(said, text);
}

/** The ground is another now: on the map, in the form, in the draft. */
function changed({ isNew = true } = {}) {
  ground.set({ type: "FeatureCollection", features: parcels.map((parcel, index) => ({ ...parcel, id: index + 1 })) });
  const has = parcels.length > 0;
  fields.drawn.value = has ? JSON.stringify(collectionOf(parcels)) : "";
  if (isNew) fields.way.value = has ? "drawn" : "";
  buttons.edit.disabled = !has;
  buttons.clear.disabled = !has;
  tell(has ? areaSaid() : "");
  if (isNew) remember();
}

function remember() {
  keepDraft({ drawn: fields.drawn.value, pasted: fields.pasted.value, title: fields.title.value, purpose: fields.purpose.value });
}

function busy(tool) {
  atWork = tool;
  form.classList.toggle("is-drawing", tool !== null);
}

// ---------------------------------------------------------------- what the buttons do

function draw(kind) {
  atWork?.cancel();
  busy(
    map.draw({
      kind,
      onDone: (geometry) => {
        busy(null);
        // a result's ground is not added to but replaced: it is another site
        if (config.isResult && fields.way.value !== "drawn") parcels = [];
        parcels = [...parcels, { type: "Feature", properties: { name: freeName(parcels) }, geometry }];
        changed();
        map.say(`${areaSaid()}。按“检查”开始，或再画一块。`);
      },
      onCancel: () => busy(null),
    }),
  );
  document.querySelector(".gis-canvas").focus();
}

async function edit() {
  if (parcels.length === 0) return;
  atWork?.cancel();
  ground.show(false);
  const over = () => {
    busy(null);
    ground.show(true);
  };
  busy({ cancel: () => {} });
  busy(
    await editOutline(map, parcels, {
      meridian: mapConfig.crs?.central_meridian ?? null,
      onDone: (found) => {
        over();
        parcels = parcelsOf({ features: found });
        changed();
      },
      onCancel: over,
    }),
  );
}

function clear() {
  atWork?.cancel();
  parcels = [];
  fields.file.value = "";
  changed();
}

function paste(isOpen = pasteBox.hidden) {
  pasteBox.hidden = !isOpen;
  buttons.paste.setAttribute("aria-expanded", String(isOpen));
  if (!isOpen) return;
  const points = parcels.reduce((sum, { geometry }) => sum + geometry.coordinates.flat().length, 0);
  if (fields.pasted.value === "" && parcels.length > 0 && points <= MOST_TEXT_POINTS) fields.pasted.value = asText(parcels);
  fields.pasted.focus();
}

function check(way = "") {
  if (way) fields.way.value = way;
  if (fields.way.value === "" && fields.pasted.value.trim() !== "") fields.way.value = "pasted";
  if (fields.way.value === "" && fields.drawn.value !== "") fields.way.value = "drawn";
  form.requestSubmit(buttons.check);
}

const deeds = {
  draw: () => draw("polygon"),
  rectangle: () => draw("rectangle"),
  edit,
  clear,
  paste: () => paste(),
  "use-paste": () => check("pasted"),
  "copy-address": async () => {
    const isCopied = await copyText(window.location.href);
    fill(buttons["copy-address"], isCopied ? "已复制" : "请从地址栏复制");
  },
};

for (const [name, run] of Object.entries(deeds)) {
  buttons[name]?.addEventListener("click", run);
}
for (const name of ["draw", "rectangle"]) buttons[name].disabled = false;
map.keys({ key: "d", label: "画选址范围", run: () => draw("polygon") });
map.keys({ key: "e", label: "改界址点", run: () => edit() });

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.ctrlKey && !buttons.check.disabled) {
    event.preventDefault();
    check(event.target === fields.pasted ? "pasted" : "");
  }
});

fields.file.addEventListener("change", () => {
  const names = [...fields.file.files].map(({ name }) => name);
  if (names.length === 0) return;
  tell(`检查 ${names.join("、")} …`);
  check("file");
});

fields.pasted.addEventListener("input", () => {
  if (fields.way.value !== "file") fields.way.value = fields.pasted.value.trim() ? "pasted" : fields.drawn.value ? "drawn" : "";
  remember();
});
fields.title.addEventListener("input", remember);
fields.purpose.addEventListener("change", remember);

let isSent = false;
form.addEventListener("submit", (event) => {
  if (fields.way.value === "" && fields.drawn.value) fields.way.value = "drawn";
  if (!fields.way.value && fields.file.files.length === 0) {
    event.preventDefault();
    tell("还没有范围：请在图上画，或粘贴坐标、上传文件。");
    return;
  }
  if (isSent) {
    event.preventDefault();
    return;
  }
  isSent = true;
  if (fields.way.value !== "drawn") fields.drawn.disabled = true;
  if (fields.way.value !== "pasted") fields.pasted.disabled = true;
  if (fields.way.value !== "file") fields.file.disabled = true;
  tell("正在检查 …");
  form.classList.add("is-sent");
});
window.addEventListener("pageshow", () => {
  isSent = false;
  form.classList.remove("is-sent");
  for (const name of ["drawn", "pasted", "file"]) fields[name].disabled = false;
});

// ---------------------------------------------------------------- what was found

const rows = new Map([...document.querySelectorAll("li[data-line]")].map((row) => [`hit-${row.dataset.line}`, row]));

/** Light one line's ground and its row. */
function light(id) {
  for (const [key, row] of rows) row.classList.toggle("is-chosen", key === id);
  for (const shapes of map.book.all) if (shapes.line) shapes.select(null);
  const shapes = id ? map.book.find(id) : null;
  shapes?.show(true);
  shapes?.select(shapes.line);
  return shapes;
}

for (const [id, row] of rows) {
  row.querySelector("summary").addEventListener("click", () => light(id));
  row.querySelector("[data-show]")?.addEventListener("click", () => light(id)?.fit());
}
map.on("select", ({ detail }) => {
  const row = detail ? rows.get(detail.layer) : null;
  if (!row) return;
  for (const [key, other] of rows) other.classList.toggle("is-chosen", key === detail.layer);
  row.scrollIntoView({ block: "nearest" });
});

/** What remains, or the free place, as the ground of another check. */
for (const button of document.querySelectorAll("[data-take]")) {
  button.addEventListener("click", () => {
    const found = config.shapes.find(({ id }) => id === button.dataset.take);
    parcels = parcelsOf(found.features).map((parcel, index, all) => ({ ...parcel, properties: { name: all.length > 1 ? `地块 ${index + 1}` : "地块" } }));
    changed();
    check("drawn");
  });
}
const avoid = document.getElementById("site-avoid");
avoid?.addEventListener("change", () => avoid.requestSubmit());

// ---------------------------------------------------------------- begin

/** Ground from the server (a result, or what was refused), else the draft of last time. */
function begin() {
  const draft = config.isResult || config.drawn || document.getElementById("site-fault") ? null : readDraft();
  if (config.isResult) dropDraft();
  parcels = parcelsOf(config.drawn);
  if (draft) {
    try {
      parcels = parcelsOf(draft.drawn ? JSON.parse(draft.drawn) : null);
    } catch {
      parcels = [];
    }
    fields.pasted.value ||= draft.pasted ?? "";
    fields.title.value ||= draft.title ?? "";
    const isKnown = [...fields.purpose.options].some(({ value }) => value === draft.purpose);
    if (isKnown) fields.purpose.value = draft.purpose;
  }
  changed({ isNew: false });
  if (config.isResult) fields.way.value = "drawn";
  else fields.way.value = parcels.length > 0 ? "drawn" : fields.pasted.value ? "pasted" : "";
  if (fields.pasted.value && parcels.length === 0) paste(true);
  if (parcels.length > 0) ground.fit();
  if (draft) {
    const drop = el("button", { type: "button", class: "chip", onclick: () => { fields.pasted.value = ""; clear(); drop.remove(); } }, "丢弃草稿");
    said.append(" 已恢复草稿。", drop);
  }
  document.getElementById("site-fault")?.focus();
}

begin();
