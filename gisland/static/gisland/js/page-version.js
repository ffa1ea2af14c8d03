/** The page of a version: what changed on the map, and the largest changes in a list that lights up with it. */

import { readJson } from "./dom.js";
import { watchJobs } from "./imports/watch.js";
import { createMap } from "./map/map.js";

const CHANGES = "changes";

function tieChanges(map, config) {
  const told = config.shapes?.find(({ id }) => id === CHANGES);
  if (!told) return;
  const shapes = map.shapes(CHANGES, told);
  const rows = new Map([...document.querySelectorAll("tr[data-change]")].map((row) => [Number(row.dataset.change), row]));
  const mark = (chosen) => {
    for (const [number, row] of rows) {
      row.classList.toggle("is-chosen", number === chosen);
      row.querySelector("button")?.setAttribute("aria-pressed", String(number === chosen));
    }
  };
  for (const [number, row] of rows) {
    row.querySelector("button")?.addEventListener("click", ({ currentTarget }) => {
      const isChosen = currentTarget.getAttribute("aria-pressed") === "true";
      const feature = told.features.features.find(({ id }) => id === number);
      shapes.select(isChosen ? null : number);
      if (!isChosen && feature) map.fit(boundsOf(feature.geometry));
      mark(isChosen ? null : number);
    });
  }
  map.on("select", ({ detail }) => {
    const number = detail?.layer === CHANGES ? Number(detail.id) : null;
    mark(number);
    rows.get(number)?.scrollIntoView({ block: "nearest" });
  });
}

function boundsOf({ coordinates }) {
  const places = coordinates.flat(2);
  const along = (axis) => places.map((place) => place[axis]);
  return [Math.min(...along(0)), Math.min(...along(1)), Math.max(...along(0)), Math.max(...along(1))];
}

const element = document.getElementById("map");
if (element) {
  const config = readJson("map-config");
  const map = createMap(element, { ...config, shapes: [] });
  element.gisMap = map;
  tieChanges(map, config);
}
watchJobs(document, () => window.location.reload());
