/**
 * Clues: a place taken from the map, or an outline drawn on it, as fields of an ordinary form; the ground
 * of a clue that there is.
 */

import { fill, readJson } from "./dom.js";
import { createMap } from "./map/map.js";

const EIGHT = 8;
const element = document.getElementById("map");
const mapConfig = readJson("map-config");
const map = createMap(element, mapConfig);
element.gisMap = map;

const told = readJson("clue-shapes");
const form = document.getElementById("clue-form");
const said = document.getElementById("clue-said");
const look = { color: "--map-selected", width: 2.5, fill: false };

if (told.ground) {
  map.shapes("clue", { title: "线索范围", features: told.ground, look: () => ({ ...look, term: "线索范围" }), legend: true, name_field: "name" });
}

if (form) {
  const fields = form.elements;
  const buttons = Object.fromEntries([...form.querySelectorAll("[data-do]")].map((button) => [button.dataset.do, button]));
  const ground = map.shapes("drawn", { title: "勾绘的范围", look: () => ({ ...look, term: "勾绘的范围" }), legend: true, name_field: "name" });

  const shown = () => {
    const way = fields.way.value;
    for (const part of form.querySelectorAll("[data-way]")) part.hidden = part.dataset.way !== way;
  };

  const take = (features) => {
    ground.set({ type: "FeatureCollection", features });
    fields.drawn.value = features.length > 0 ? JSON.stringify({ type: "FeatureCollection", features }) : "";
    if (buttons.clear) buttons.clear.disabled = features.length === 0;
    fill(said, features.length > 0 ? "已勾绘范围。" : "");
  };

  const place = ({ lat, lng }) => {
    fields.lon.value = lng.toFixed(EIGHT);
    fields.lat.value = lat.toFixed(EIGHT);
    fill(said, `已取位置 ${fields.lon.value}，${fields.lat.value}。`);
  };

  const deeds = {
    draw: () => {
      map.draw({
        kind: "polygon",
        onDone: (geometry) => take([{ type: "Feature", id: 1, properties: { name: "勾绘的范围" }, geometry }]),
      });
      document.querySelector(".gis-canvas").focus();
    },
    clear: () => take([]),
    place: () => {
      fill(said, "请在图上点一下。");
      map.leaflet.once("click", ({ latlng }) => place(latlng));
    },
    middle: () => place(map.leaflet.getCenter()),
  };
  for (const [name, run] of Object.entries(deeds)) {
    if (!buttons[name]) continue;
    buttons[name].addEventListener("click", run);
    buttons[name].disabled = name === "clear";
  }
  form.addEventListener("change", ({ target }) => target.name === "way" && shown());
  if (told.drawn?.features) take(told.drawn.features);
  if (form.querySelector("[data-way]")) shown();

  let isSent = false;
  form.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
  });
  window.addEventListener("pageshow", () => {
    isSent = false;
  });
}

document.getElementById("fault")?.scrollIntoView({ block: "nearest" });
