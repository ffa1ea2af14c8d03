/** What must be said before something is done, to one patch or to all that the filters find. */

import { el } from "../dom.js";
import { ask } from "./dialog.js";

const BULK = { confirm: "批量确认初判", change: "批量改判", field_check: "批量转外业核查", reject: "批量退回" };

/** The words for an act on one patch, or null; confirming needs none. */
export async function wordsOf(code, { said, conclusions, desk }) {
  if (code === "confirm") return { conclusion: "", reason_code: "", note: "" };
  const asked = {
    change: { title: "改判", conclusions, reasons: desk.change_reasons, label: "改判" },
    reject: { title: "退回初判", reasons: desk.reject_reasons, label: "退回" },
    field_check: { title: "转外业核查", label: "转外业" },
  }[code];
  return ask({ ...asked, said });
}

/** The words for an act on all that was found, or null; the dialog names how many and how much. */
export function bulkWords(code, found, { desk, areaText }) {
  const reasons = { change: desk.change_reasons, reject: desk.reject_reasons }[code] ?? null;
  return ask({
    title: BULK[code],
    said: `对当前筛选出的全部 ${found.count} 个图斑、${areaText(found.area_m2)}，其中已判定 ${found.count - found.waiting} 个。`,
    conclusions: code === "change" ? desk.conclusions : null,
    reasons,
    label: `${BULK[code]} ${found.count} 个`,
  });
}

/** The menu of acts on all that was found; null where there is nothing to do. */
export function bulkMenu(found, { mayDecide, onAct }) {
  if (!mayDecide || found.count === 0) return null;
  const item = (code, text) => el("button", { type: "button", onclick: () => onAct(code) }, `${text} ${found.count} 个…`);
  return el("details", { class: "desk-bulk" }, el("summary", {}, "批量处置"), el("div", {}, item("confirm", "确认初判"), item("change", "改判"), item("field_check", "转外业"), item("reject", "退回")));
}
