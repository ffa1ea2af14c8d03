/** The page of an upload: keeps the draft on the server as it is filled in, and the map in step. */

import { readJson } from "./dom.js";
import { askFirst } from "./imports/confirm.js";
import { blockOf, renew, snapshot } from "./imports/panel.js";
import { watchJobs } from "./imports/watch.js";
import { createMap } from "./map/map.js";

const panel = document.getElementById("panel");
const element = document.getElementById("map");
const config = readJson("map-config");
const map = createMap(element, { ...config, shapes: [] });
element.gisMap = map;

let shown = new Map();
let bounds = JSON.stringify(config.bounds);
let queue = Promise.resolve();
let waiting = 0;

function draw(told) {
  for (const shapes of shown.values()) shapes.remove();
  shown = new Map(told.shapes.map(({ id, ...shapes }) => [id, map.shapes(id, shapes)]));
  const place = JSON.stringify(told.bounds);
  if (place !== bounds) map.fit(told.bounds);
  bounds = place;
}

function say(text) {
  const saved = document.getElementById("saved");
  if (saved) saved.textContent = text;
}

const isAtWork = () => panel.querySelector("[data-job][data-open=yes]") !== null;

/** After the panel is new: the map as it says, jobs watched, what was typed meanwhile sent. */
function settle({ page, unsaved }) {
  const told = blockOf(page, "map-config");
  if (told) draw(told);
  watchJobs(panel, ended);
  if (unsaved > 0) send();
}

async function ended(job) {
  if (job.next) {
    window.location.assign(job.next);
    return;
  }
  settle(await renew(panel));
}

/** One request after another, each with what the form says when its turn comes. */
function send(submitter = null) {
  if (isAtWork()) {
    say("任务结束后保存");
    return;
  }
  waiting += 1;
  say("正在保存");
  queue = queue.then(async () => {
    waiting -= 1;
    if (waiting > 0 && !submitter) return;
    const form = document.getElementById("options");
    if (!form) return;
    const body = new FormData(form);
    if (submitter?.name) body.set(submitter.name, submitter.value);
    try {
      settle(await renew(panel, { url: form.getAttribute("action"), body, sent: snapshot(panel) }));
      say(panel.querySelector("#fault, [id$=-fault]") ? "有内容没有保存，见红字" : "已保存");
      if (submitter) reveal(panel.querySelector("#bring-job"));
    } catch (problem) {
      say(problem.message);
    }
  });
}

/** After a press: the work begun comes into view, or the first fault, with the focus. */
function reveal(begun) {
  const fault = panel.querySelector("#fault") ?? panel.querySelector("[aria-invalid=true]");
  (begun ?? fault)?.scrollIntoView({ block: begun ? "nearest" : "center" });
  if (!begun) fault?.focus({ preventScroll: true });
}

panel.addEventListener("change", (event) => event.target.form?.id === "options" && send());
panel.addEventListener("submit", (event) => {
  if (event.target.id !== "options" || event.defaultPrevented) return;
  event.preventDefault();
  send(event.submitter);
});
askFirst();
draw(config);
watchJobs(panel, ended);
