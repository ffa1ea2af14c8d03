/**
 * Renews a part of the page from the server's own page: what was said is kept there, so a reload, a
 * second window and this one show the same. The focus and what is scrolled stay where they were.
 */

import { csrfToken, Problem } from "../api.js";

async function read(url, options) {
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem("没有连上服务器，刚才填的还没有保存。请检查网络后重试。");
  }
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return { page, response };
}

/** What a refusal page says. */
function refusal(page, status) {
  const said = page.querySelector("main p")?.textContent.trim();
  return new Problem(said || `服务器答复 ${status}。请刷新页面重试。`, { status });
}

function place(element) {
  return element?.id ? `#${CSS.escape(element.id)}` : element?.name ? `[name="${CSS.escape(element.name)}"]` : null;
}

const said = (control) => (control.type === "checkbox" ? control.checked : control.value);

/** What the server wrote into a control. */
function served(control) {
  if (control.type === "checkbox") return control.defaultChecked;
  if (control instanceof HTMLSelectElement) return ([...control.options].find((option) => option.defaultSelected) ?? control.options[0])?.value;
  return control.defaultValue;
}

const controls = (panel) => [...panel.querySelectorAll("input[name], select[name]")].filter(({ type }) => type !== "hidden" && type !== "file");

/** What a form says at this moment, by name: hand it to `renew` with the request that carries it. */
export function snapshot(panel) {
  return new Map(controls(panel).map((control) => [control.name, said(control)]));
}

/** What was typed since (since the page came, or since `sent` was taken). */
function typed(panel, sent) {
  const isNew = (control) => said(control) !== (sent?.has(control.name) ? sent.get(control.name) : served(control));
  return controls(panel).filter(isNew).map((control) => [control.name, said(control)]);
}

function retype(panel, kept) {
  const fresh = new Map(controls(panel).map((control) => [control.name, control]));
  return kept.filter(([name, value]) => {
    const control = fresh.get(name);
    if (!control) return false;
    if (control.type === "checkbox") control.checked = value;
    else control.value = value;
    return said(control) !== served(control);
  }).length;
}

/**
 * Put the new content in; what was typed meanwhile stays. Answers {page, unsaved}: the new page, and how
 * many controls say what the server does not know. Throws a Problem where it sent another page.
 */
export async function renew(panel, { url = window.location.href, body = null, sent = null, signal = null } = {}) {
  const headers = { Accept: "text/html", "X-Requested-With": "panel" };
  if (body) headers["X-CSRFToken"] = csrfToken();
  const { page, response } = await read(url, { method: body ? "POST" : "GET", headers, body, signal });
  const fresh = page.getElementById(panel.id);
  if (response.redirected && !fresh) window.location.assign(response.url);
  else if (response.redirected && new URL(response.url).pathname !== window.location.pathname) window.location.assign(response.url);
  if (!fresh && response.ok) {
    window.location.reload(); // it goes on at a page of another kind
    await new Promise(() => {});
  }
  if (!fresh) throw refusal(page, response.status);
  const focused = panel.contains(document.activeElement) ? place(document.activeElement) : null;
  const top = panel.scrollTop;
  const kept = typed(panel, sent);
  panel.replaceChildren(...document.adoptNode(fresh).childNodes);
  const unsaved = retype(panel, kept);
  panel.scrollTop = top;
  if (focused) panel.querySelector(focused)?.focus({ preventScroll: true });
  return { page, unsaved };
}

/** The JSON block of a page that was fetched. */
export function blockOf(page, id) {
  const block = page.getElementById(id);
  return block ? JSON.parse(block.textContent) : null;
}
