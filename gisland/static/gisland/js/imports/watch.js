/** Keeps the jobs of a page true: line, bar, stop; and says when one has ended. */

import { getJson, postJson } from "../api.js";
import { jobLine, patience } from "./job-text.js";

function show(place, job) {
  place.querySelector(".job-said").textContent = jobLine(job);
  const bar = place.querySelector(".job-bar");
  if (bar && job.total) Object.assign(bar, { max: job.total, value: job.done });
  else bar?.removeAttribute("value");
  const stop = place.querySelector(".job-stop");
  if (stop && job.stopping) Object.assign(stop, { disabled: true, textContent: "正在停止" });
}

/** Watch the open jobs below an element until they end or leave the page. */
export function watchJobs(root, onEnd) {
  for (const place of root.querySelectorAll("[data-job][data-open=yes]")) watch(place, onEnd);
}

function watch(place, onEnd) {
  let timer = null;
  const again = (wait) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, wait);
  };
  const ask = async () => {
    if (!place.isConnected) return;
    try {
      const job = await getJson(place.dataset.job);
      if (!place.isConnected) return;
      show(place, job);
      if (job.open) again(patience(job.seconds));
      else onEnd(job);
    } catch (problem) {
      place.querySelector(".job-said").textContent = problem.message;
      again(5000);
    }
  };
  const button = place.querySelector(".job-stop");
  button?.addEventListener("click", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      show(place, await postJson(button.formAction, {}));
    } catch (problem) {
      place.querySelector(".job-said").textContent = problem.message;
      button.disabled = false;
    }
    again(100);
  });
  ask();
}
