/** Adding a paper under a patch: its dialog, the work in the background, and what changed by it. */

import { getJson, postJson } from "../api.js";
import { el, fill } from "../dom.js";
import { mu } from "../format.js";

const POLL_MS = 700;
const INPUT = { date: "date", number: "number" };
const wait = (ms) => new Promise((resolve) => window.setTimeout(resolve, ms));

/**
 * The dialog: answers {layer, fields, mode}, "draw" where the ground is to be drawn first, or null.
 * kept: what was typed before (a Map), which is filled again; ask(values) answers {faults} or {known, modes}.
 */
function form({ said, ledgers, kept, drawn, send }) {
  const dialog = el("dialog", { class: "desk-dialog", "aria-labelledby": "desk-approval-title" });
  const fault = el("p", { class: "desk-fault", role: "alert", hidden: true });
  const body = el("div", { class: "desk-approval-fields" });
  const modes = el("fieldset", { hidden: true });
  const layer = el("select", { name: "layer" }, ledgers.map(({ code, term }) => el("option", { value: code, text: term })));
  if (kept.has("layer")) layer.value = kept.get("layer");
  const controls = new Map();
  const build = () => {
    controls.clear();
    const { fields } = ledgers.find(({ code }) => code === layer.value);
    fill(
      body,
      fields.map(({ name, term, kind, required }) => {
        const input = el("input", { type: INPUT[kind] ?? "text", name, required, value: kept.get(name) ?? "", oninput: () => kept.set(name, input.value) });
        const wrong = el("small", { class: "desk-wrong" });
        controls.set(name, { input, wrong });
        return el("label", { class: "desk-approval-field" }, el("span", { text: required ? `${term}（必填）` : term }), input, wrong);
      }),
    );
  };
  layer.addEventListener("change", () => {
    kept.set("layer", layer.value);
    modes.hidden = true;
    build();
  });
  build();
  const values = () => ({
    layer: layer.value,
    fields: Object.fromEntries([...controls].map(([name, { input }]) => [name, input.value.trim()])),
    mode: new FormData(dialog.querySelector("form")).get("mode") ?? "",
  });
  const show = ({ faults = {}, known = 0, modes: choices = {} }) => {
    for (const [name, { input, wrong }] of controls) {
      wrong.textContent = faults[name] ?? "";
      input.setAttribute("aria-invalid", String(name in faults));
    }
    controls.get(Object.keys(faults)[0])?.input.focus();
    if (!known) return;
    modes.hidden = false;
    fill(modes, el("legend", { text: `该文号已有 ${known} 个在册地块` }), Object.entries(choices).map(([value, text]) => el("label", { class: "desk-choice" }, el("input", { type: "radio", name: "mode", value, required: true }), text)));
    modes.querySelector("input").focus();
  };
  return new Promise((resolve) => {
    let answer = null;
    const end = (told) => {
      answer = told;
      dialog.close();
    };
    const submit = async (event) => {
      event.preventDefault();
      fault.hidden = true;
      try {
        const told = await send(values());
        if (told.job) end(told);
        else show(told);
      } catch (error) {
        fault.textContent = error.message;
        fault.hidden = false;
      }
    };
    fill(
      dialog,
      el(
        "form",
        { class: "desk-dialog-form", onsubmit: submit },
        el("h2", { id: "desk-approval-title", text: "登记批准" }),
        el("p", { text: said }),
        el("p", { class: "desk-approval-ground" }, `地块：${drawn ? "图上画的部分" : "整个图斑"} `, el("button", { type: "button", onclick: () => end("draw") }, drawn ? "重画" : "改为画一部分")),
        el("label", { class: "desk-approval-field" }, el("span", { text: "台账" }), layer),
        body,
        modes,
        fault,
        el("p", { class: "quiet", text: "登记即入册，对所有图斑有效；本图斑和压盖的图斑立即重判。有误请数据管理员变更或撤回。" }),
        el("div", { class: "desk-dialog-buttons" }, el("button", { type: "button", onclick: () => end(null) }, "取消"), el("button", { type: "submit", class: "primary" }, "登记并重判")),
      ),
    );
    document.body.append(dialog);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    dialog.showModal();
  });
}

/** Let the user draw a part of the ground; null when they give up. */
const drawPart = (map) => new Promise((resolve) => map.draw({ kind: "polygon", onDone: resolve, onCancel: () => resolve(null) }));

/** The whole way to a started job: {job, area_m2}, or null. */
export async function askApproval({ map, patch, said, holder, ledgers }) {
  const kept = new Map([["holder_name", holder ?? ""]]);
  let drawing = null;
  for (;;) {
    const send = (told) => postJson(`/review/patches/${patch}/approval`, { ...told, drawing });
    const answer = await form({ said, ledgers, kept, drawn: drawing !== null, send });
    if (answer !== "draw") return answer;
    drawing = (await drawPart(map)) ?? drawing;
  }
}

/** Until the job has ended: its state; onProgress(words) meanwhile. */
export async function follow(job, onProgress) {
  for (;;) {
    const told = await getJson(`/review/approvals/${job}.json`);
    if (!told.open) return told;
    const count = told.total ? ` ${told.done}/${told.total}` : "";
    onProgress(told.state === "waiting" && !told.worker ? "后台程序没有运行，请告诉系统管理员。" : `${told.phase || told.state_term}${count}…`);
    await wait(POLL_MS);
  }
}

/** What changed: old and new of each patch, areas in 亩. */
export function changes({ number, area_m2: area, changes: rows }, { onOpen }) {
  const areas = (list) => (list.length ? el("ul", {}, list.map(({ term, old_m2: before, new_m2: after }) => el("li", { text: `${term}：${mu(before)} → ${mu(after)} 亩` }))) : null);
  const line = ({ patch, address, old, new: now, areas: list }) =>
    el("li", {}, el("button", { type: "button", class: "desk-pick", onclick: () => onOpen(patch) }, address), `：${old === now ? `${now}，不变` : `${old} → ${now}`}`, areas(list));
  return el("div", { class: "drawer-changes", role: "status" }, el("p", {}, el("b", { text: `已登记 ${number}，${mu(area)} 亩；重判 ${rows.length} 个图斑。` })), el("ul", {}, rows.map(line)));
}
