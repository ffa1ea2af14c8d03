/**
 * The ratio map: regions in the colour of their class with their figure, tied to the rows of ranking
 * and table; a choice made in the form is shown at once.
 */

import { readJson } from "./dom.js";
import { createMap } from "./map/map.js";

const OPACITY = 0.72;
const LINE = "--map-ink";
const NARROW_PX = 560;
const LARGE_LABEL_PX = 20;

const { features, looks, title } = readJson("ratio-shapes");
const none = looks.length - 1;
const element = document.getElementById("map");
const map = createMap(element, readJson("map-config"));
element.gisMap = map;

const isNarrow = element.clientWidth < NARROW_PX;
const isLarge = document.body.classList.contains("ratio-large");

/** A region's look: the colour of its class, or the hatch of no ratio. */
function lookOf({ properties }) {
  const at = properties.class < 0 ? none : properties.class;
  const { colour, hatch, term } = looks[at];
  const label = isNarrow ? properties.share : `${properties.name} ${properties.share}`;
  const ground = hatch ? { color: colour, hatch, opacity: 0.2 } : { color: LINE, fill: colour, opacity: OPACITY };
  return { ...ground, width: 1.25, label, term: at === none ? "— 没有比率" : term };
}

const shapes = map.shapes("ratio", {
  title,
  features,
  look: lookOf,
  pickable: true,
  legend: true,
  listed: false,
  ...(isLarge && { label_size: LARGE_LABEL_PX }),
  name_field: "name",
  fields: [
    { name: "share", label: "违法占耕比" },
    { name: "numerator", label: "分子" },
    { name: "denominator", label: "分母" },
    { name: "patches", label: "图斑" },
    { name: "remark", label: "说明" },
  ],
});
if (features.features.length > 0) shapes.fit();

/** Rows of a region, in ranking and table. */
const rowsOf = (code) => document.querySelectorAll(`tr[data-code="${CSS.escape(code)}"]`);

function mark(code) {
  for (const row of document.querySelectorAll("tr.is-chosen")) row.classList.remove("is-chosen");
  if (code === null) return;
  for (const row of rowsOf(code)) row.classList.add("is-chosen");
}

map.on("select", ({ detail }) => {
  const code = detail?.layer === "ratio" ? String(detail.id) : null;
  mark(code);
  if (code) rowsOf(code)[0]?.scrollIntoView({ block: "nearest" });
});

/** What the pointer or the keyboard is on in the ranking is outlined on the map. */
for (const row of document.querySelectorAll("#ratio-ranking tr[data-code]")) {
  const show = () => {
    shapes.select(row.dataset.code);
    mark(row.dataset.code);
  };
  row.addEventListener("pointerenter", show);
  row.addEventListener("focusin", show);
}

/** Empty controls stay out of the address. */
const form = document.getElementById("ratio-form");
form.addEventListener("submit", () => {
  for (const control of form.elements) {
    if (control.name && control.value === "") control.disabled = true;
  }
});
form.addEventListener("change", ({ target }) => {
  if (target instanceof HTMLSelectElement && !target.closest("details")) form.requestSubmit();
});
window.addEventListener("pageshow", () => {
  for (const control of form.elements) control.disabled = false;
});
