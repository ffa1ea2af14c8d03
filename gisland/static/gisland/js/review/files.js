/** What is taken away: files of one patch and of all that the filters find; many sheets are printed meanwhile. */

import { csrfToken, getJson, postJson, send } from "../api.js";
import { el } from "../dom.js";

const FORMS = [["xlsx", "台账 XLSX"], ["kml", "KML"], ["geojson", "GeoJSON"], ["pdf", "一图一表 PDF"]];
/** By form: up to how many patches a file is made while one waits, what is counted, and what goes on meanwhile. */
const LONG = {
  pdf: { atOnce: 10, unit: "页", name: "一图一表", doing: "正在打印" },
  xlsx: { atOnce: 2000, unit: "个", name: "台账", doing: "正在生成" },
};
const POLL_MS = 1000;

const link = (form, text, query) => el("a", { href: `/review/export.${form}?${new URLSearchParams(query)}`, download: "", text });

/** The files of one patch, folded. */
export function filesOf(patch) {
  return menu(FORMS.map(([form, text]) => link(form, text, { only: patch })));
}

/** The files of what the filters find; say(text, {link, stop}) tells how one that takes long goes. */
export function filesOfAll(filters, count, say) {
  const entry = ([form, text]) => {
    const long = LONG[form];
    if (!long || count <= long.atOnce) return link(form, `${text}（${count} 个）`, filters);
    return el("button", { type: "button", onclick: () => make(form, filters, say) }, `${text}（${count} ${long.unit}，后台${form === "pdf" ? "打印" : "生成"}）`);
  };
  return menu(FORMS.map(entry));
}

function menu(entries) {
  const box = el("details", { class: "desk-menu" }, el("summary", {}, "导出"), el("div", {}, entries));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !box.open) return;
    event.preventDefault();
    event.stopPropagation();
    box.open = false;
    box.querySelector("summary").focus();
  });
  return box;
}

/** Why nothing goes on yet, if so. */
function waits({ state, worker, ahead, stopping }) {
  if (stopping) return "正在停止…";
  if (state !== "waiting") return null;
  return worker ? `排队等候，前面还有 ${ahead} 项任务` : "后台程序没有运行，请告诉系统管理员。";
}

async function make(form, filters, say) {
  const { unit, name, doing } = LONG[form];
  const body = new FormData();
  for (const [name, value] of Object.entries(filters)) body.append(name, value);
  body.append("csrfmiddlewaretoken", csrfToken());
  try {
    const { job } = await send(`/review/files/new.${form}`, { method: "POST", body });
    const address = `/review/files/${job}`;
    const stop = () => postJson(`${address}/stop`, {}).catch((error) => say(error.message));
    for (;;) {
      const told = await getJson(`${address}.json`);
      if (told.state === "done") return say(`${name}已完成，${told.result.count} ${unit}。`, { link: address });
      if (!told.open) return say(told.error || `${name}${told.state_term}。`);
      say(waits(told) ?? `${doing}${name} ${told.done}/${told.total || "…"}`, { stop: told.stopping ? null : stop });
      await new Promise((resolve) => window.setTimeout(resolve, POLL_MS));
    }
  } catch (error) {
    return say(error.message);
  }
}
