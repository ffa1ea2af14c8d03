/** Starts the map of a page from the JSON block that the server put there. */

import { readJson } from "./dom.js";
import { createMap } from "./map/map.js";

const element = document.getElementById("map");
const map = createMap(element, readJson("map-config"));
element.gisMap = map;
