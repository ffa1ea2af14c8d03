/** The page on which one paper is registered: ground drawn on the map, holders offered while typing. */

import { getJson } from "./api.js";
import { el, fill, readJson } from "./dom.js";
import { createMap } from "./map/map.js";

const PAUSE_MS = 200;
const LOOK = { color: "--map-selected", opacity: 0.2, width: 2 };

const element = document.getElementById("map");
const map = createMap(element, readJson("map-config"));
element.gisMap = map;

/** Drawn parcels go into the form as a list of geometries. */
function tieDrawing() {
  const button = document.getElementById("draw");
  if (!button) return;
  const field = document.getElementById("drawing");
  const said = document.getElementById("drawn");
  const drawn = [];
  const shapes = map.shapes("drawn", { title: "画的地块", features: [], look: LOOK });
  const show = () => {
    shapes.set({ type: "FeatureCollection", features: drawn.map((geometry, index) => ({ type: "Feature", id: index + 1, properties: {}, geometry })) });
    field.value = drawn.length ? JSON.stringify(drawn) : "";
    const again = el("button", { type: "button", onclick: () => { drawn.length = 0; show(); } }, "清除");
    fill(said, ...(drawn.length ? [`已画 ${drawn.length} 块 `, again] : []));
  };
  button.addEventListener("click", () => {
    map.draw({
      kind: "polygon",
      onDone: (geometry) => {
        drawn.push(geometry);
        show();
        button.focus();
      },
      onCancel: () => button.focus(),
    });
    element.querySelector(".gis-canvas")?.focus();
  });
}

/** Names of holders that are in use here, offered as one types; a chosen name brings its code. */
function offerHolders() {
  const list = document.getElementById("holders");
  const name = document.getElementById("f_holder_name");
  const code = document.getElementById("f_holder_code");
  if (!list || !name) return;
  const codes = new Map();
  let soon = null;
  name.addEventListener("input", () => {
    if (codes.has(name.value)) {
      if (code && codes.get(name.value)) code.value = codes.get(name.value);
      return;
    }
    window.clearTimeout(soon);
    soon = window.setTimeout(async () => {
      if (!name.value.trim()) return;
      try {
        const { holders } = await getJson(`${list.dataset.url}?q=${encodeURIComponent(name.value.trim())}`);
        for (const holder of holders) codes.set(holder.name, holder.code);
        fill(list, ...holders.map((holder) => el("option", { value: holder.name })));
      } catch {
        fill(list);
      }
    }, PAUSE_MS);
  });
}

/** A file chosen takes the place of what was pasted, and the other way round. */
function oneGround() {
  const text = document.getElementById("text");
  const file = document.getElementById("file");
  if (!text || !file) return;
  file.addEventListener("change", () => {
    if (file.files.length) text.value = "";
  });
  text.addEventListener("input", () => {
    if (text.value) file.value = "";
  });
}

tieDrawing();
offerHolders();
oneGround();
document.getElementById("looked")?.scrollIntoView({ block: "start" });
