/** The report of a delivery: issues and their places on the map, each leading to the other. */

import { readJson } from "./dom.js";
import { askFirst } from "./imports/confirm.js";
import { watchJobs } from "./imports/watch.js";
import { createMap } from "./map/map.js";

const CLOSE = 0.001;
const element = document.getElementById("map");
const { shapes: told, ...config } = readJson("map-config");
const map = createMap(element, config);
element.gisMap = map;
const shown = new Map(told.map(({ id, ...shapes }) => [id, map.shapes(id, shapes)]));
const places = new Map(told.filter(({ id }) => id === "issues").flatMap(({ features }) => features.features.map((one) => [one.id, one.geometry.coordinates])));

function mark(chosen) {
  for (const row of document.querySelectorAll("tr[data-issue]")) {
    const isChosen = Number(row.dataset.issue) === chosen;
    row.classList.toggle("is-chosen", isChosen);
    row.querySelector("button")?.setAttribute("aria-pressed", String(isChosen));
    if (isChosen) row.scrollIntoView({ block: "nearest" });
  }
}

function show(number) {
  const [longitude, latitude] = places.get(number) ?? [];
  mark(number);
  if (longitude === undefined) return;
  shown.get("issues").select(number);
  map.fit([longitude - CLOSE, latitude - CLOSE, longitude + CLOSE, latitude + CLOSE]);
}

for (const button of document.querySelectorAll("button[data-place]")) {
  button.addEventListener("click", () => show(Number(button.dataset.place)));
}
map.on("select", ({ detail }) => mark(detail?.layer === "issues" ? Number(detail.id) : null));
(shown.get("delivered") ?? shown.get("issues"))?.fit();
watchJobs(document.getElementById("panel"), () => window.location.reload());
askFirst();
