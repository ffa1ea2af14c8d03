/** The list of cases near the phone, and what waits to be sent. */

import { el, fill } from "../dom.js";
import { size } from "../imports/send.js";
import { distance, metres } from "./where.js";

const dayOf = (at) => new Date(at).toLocaleString("zh-CN", { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });

/** The rows; those nearest to `place` first, where it is known. */
export function showCases(list, cases, { place, waiting }) {
  const rows = cases.map((one) => ({ one, away: place ? distance(place, one) : one.away_m }));
  if (place) rows.sort((a, b) => a.away - b.away);
  fill(list, rows.map(({ one, away }) => row(one, away, waiting.get(one.id) ?? 0)));
}

function row(one, away, waiting) {
  const where = [one.county, one.township].filter(Boolean).join(" · ");
  const said = [one.report, one.due && `${one.due.term} ${one.due.on}`, one.photos && `照片 ${one.photos}`];
  return el(
    "li",
    { class: one.mine ? "is-mine" : null },
    el(
      "a",
      { href: `#${one.id}`, class: "field-row" },
      el("strong", { text: one.jcbh }),
      el("span", { class: "field-away", text: away === null || away === undefined ? "" : metres(away) }),
      el("span", { class: "field-where", text: `${where} · ${one.area_mu} 亩` }),
      el("span", { class: "quiet", text: said.filter(Boolean).join(" · ") }),
      waiting ? el("span", { class: "tag", text: `待发 ${waiting}` }) : null,
    ),
  );
}

/** What waits, what was refused and why, and the last receipts. */
export function showOutbox(waitingList, receiptList, { items, receipts, onAgain, onDrop }) {
  fill(
    waitingList,
    items.map((item) =>
      el(
        "li",
        { class: item.state === "refused" ? "is-refused" : null },
        el("strong", { text: `${item.jcbh}：${titleOf(item)}` }),
        item.blob ? el("span", { class: "quiet", text: `${size(item.blob.size)} · ${dayOf(item.at)}` }) : el("span", { class: "quiet", text: dayOf(item.at) }),
        el("span", { text: item.state === "refused" ? `未收下：${item.fault}` : item.fault || "等待发送" }),
        item.fault
          ? el(
              "span",
              { class: "field-buttons" },
              el("button", { type: "button", text: "再发一次", onclick: () => onAgain(item) }),
              el("button", { type: "button", text: "删除", onclick: () => onDrop(item) }),
            )
          : null,
      ),
    ),
  );
  fill(
    receiptList,
    receipts.map((one) =>
      el(
        "li",
        {},
        el("strong", { text: `${one.jcbh}：${titleOf(one)}` }),
        el("span", { class: "quiet", text: `${dayOf(one.at)} 已收，编号 ${one.number}` }),
        one.sha256 ? el("span", { class: "quiet field-hash", text: `校验值 ${one.sha256}` }) : null,
        one.said ? el("span", { text: one.said }) : null,
      ),
    ),
  );
}

const titleOf = (item) => (item.kind === "photo" ? `照片 ${item.name}` : "外业核查结果");
