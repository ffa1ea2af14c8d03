/** What is taken away: files of one patch and of all that the filters find; many sheets are printed meanwhile. */

import { csrfToken, getJson, send } from "../api.js";
import { el } from "../dom.js";

const FORMS = [["xlsx", "台账 XLSX"], ["kml", "KML"], ["geojson", "GeoJSON"], ["pdf", "一图一表 PDF"]];
const AT_ONCE = 10;
const POLL_MS = 1000;

const link = (form, text, query) => el("a", { href: `/review/export.${form}?${new URLSearchParams(query)}`, download: "", text });

/** The files of one patch, folded. */
export function filesOf(patch) {
  return menu(FORMS.map(([form, text]) => link(form, text, { only: patch })));
}

/** The files of what the filters find; say(text, link) tells how the printing goes. */
export function filesOfAll(filters, count, say) {
  const entry = ([form, text]) => {
    if (form !== "pdf" || count <= AT_ONCE) return link(form, `${text}（${count} 个）`, filters);
    return el("button", { type: "button", onclick: () => print(filters, say) }, `${text}（${count} 页，后台打印）`);
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

async function print(filters, say) {
  const body = new FormData();
  for (const [name, value] of Object.entries(filters)) body.append(name, value);
  body.append("csrfmiddlewaretoken", csrfToken());
  try {
    const { job } = await send("/review/sheets", { method: "POST", body });
    for (;;) {
      const told = await getJson(`/review/sheets/${job}.json`);
      if (told.state === "done") return say(`一图一表已打印，${told.result.count} 页。`, `/review/sheets/${job}.pdf`);
      if (!told.open) return say(told.error || `打印${told.state_term}。`);
      say(told.state === "waiting" && !told.worker ? "后台程序没有运行，请告诉系统管理员。" : `正在打印 ${told.done}/${told.total || "…"}`);
      await new Promise((resolve) => window.setTimeout(resolve, POLL_MS));
    }
  } catch (error) {
    return say(error.message);
  }
}
