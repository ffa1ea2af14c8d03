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

/** Put the new content in; answers the new page. Throws a Problem where the server sent another page. */
export async function renew(panel, { url = window.location.href, body = null, signal = null } = {}) {
  const headers = { Accept: "text/html", "X-Requested-With": "panel" };
  if (body) headers["X-CSRFToken"] = csrfToken();
  const { page, response } = await read(url, { method: body ? "POST" : "GET", headers, body, signal });
  const fresh = page.getElementById(panel.id);
  if (response.redirected && !fresh) window.location.assign(response.url);
  else if (response.redirected && new URL(response.url).pathname !== window.location.pathname) window.location.assign(response.url);
  if (!fresh) throw refusal(page, response.status);
  const focused = panel.contains(document.activeElement) ? place(document.activeElement) : null;
  const top = panel.scrollTop;
  panel.replaceChildren(...document.adoptNode(fresh).childNodes);
  panel.scrollTop = top;
  if (focused) panel.querySelector(focused)?.focus({ preventScroll: true });
  return page;
}

/** The JSON block of a page that was fetched. */
export function blockOf(page, id) {
  const block = page.getElementById(id);
  return block ? JSON.parse(block.textContent) : null;
}
