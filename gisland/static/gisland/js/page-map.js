/**
 * Starts the map of a page from the JSON block that the server put there, and ties what the page says
 * to it: samples of looks (data-look), and rows of pieces (data-piece) that light up with the map.
 */

import { readJson } from "./dom.js";
import { swatch } from "./map/legend.js";
import { createMap } from "./map/map.js";

const element = document.getElementById("map");
const map = createMap(element, readJson("map-config"));
element.gisMap = map;

/** Put the map's own sample of a look before a term. */
function showLooks() {
  const patches = map.layers.find(({ spec }) => spec.kind === "patch");
  for (const place of document.querySelectorAll("[data-look]")) {
    const look = patches?.spec.byKey.get(place.dataset.look);
    if (look) place.prepend(swatch(look, "patch"));
  }
}

/** A piece pressed in the table is outlined on the map; one clicked on the map is marked in the table. */
function tiePieces() {
  const rows = new Map([...document.querySelectorAll("tr[data-piece]")].map((row) => [Number(row.dataset.piece), row]));
  const mark = (chosen) => {
    for (const [number, row] of rows) {
      row.classList.toggle("is-chosen", number === chosen);
      row.querySelector("button").setAttribute("aria-pressed", String(number === chosen));
    }
  };
  for (const [number, row] of rows) {
    row.querySelector("button").addEventListener("click", ({ currentTarget }) => {
      const isChosen = currentTarget.getAttribute("aria-pressed") === "true";
      map.select(isChosen ? null : number, { layer: "pieces" });
      mark(isChosen ? null : number);
    });
  }
  map.on("select", ({ detail }) => {
    const number = detail?.layer === "pieces" ? detail.id : null;
    mark(number);
    rows.get(number)?.scrollIntoView({ block: "nearest" });
  });
}

/** A link to a piece's reasons opens them. */
function openTarget() {
  const target = document.getElementById(window.location.hash.slice(1));
  if (!(target instanceof HTMLDetailsElement)) return;
  target.open = true;
  target.scrollIntoView({ block: "nearest" });
}

showLooks();
tiePieces();
window.addEventListener("hashchange", openTarget);
openTarget();
