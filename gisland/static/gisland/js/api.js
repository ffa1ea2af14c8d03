/** Talking to the server: JSON in and out, problems (RFC 9457) as errors with the server's sentence. */

/** What the server refused, or why it could not be asked. `status` 0: it was not reached. */
export class Problem extends Error {
  constructor(message, { status = 0, body = null } = {}) {
    super(message);
    this.name = "Problem";
    this.status = status;
    this.body = body;
  }
}

function cookie(name) {
  for (const part of document.cookie.split("; ")) {
    const [key, ...rest] = part.split("=");
    if (key === name) return decodeURIComponent(rest.join("="));
  }
  return "";
}

/** The token that Django wants with every writing request. */
export function csrfToken() {
  const field = document.querySelector("input[name=csrfmiddlewaretoken]");
  return field ? field.value : cookie("csrftoken");
}

function isJson(response) {
  return /\bjson\b/.test(response.headers.get("Content-Type") || "");
}

async function problemOf(response) {
  const body = isJson(response) ? await response.json().catch(() => null) : null;
  const said = body && (body.detail || body.title);
  return new Problem(said || `服务器答复 ${response.status}。请重试；再不行，请告诉管理员。`, {
    status: response.status,
    body,
  });
}

/** Send a request; plain objects go as JSON, FormData as it is. Answers the parsed body, null if empty. */
export async function send(url, { method = "GET", body = null, signal = null } = {}) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  const isForm = body instanceof FormData;
  if (body !== null && !isForm) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(url, {
      method,
      headers,
      signal,
      credentials: "same-origin",
      body: body === null || isForm ? body : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem("没有连上服务器。请检查网络后重试。");
  }
  if (!response.ok) throw await problemOf(response);
  return isJson(response) ? response.json() : null;
}

export const getJson = (url, options = {}) => send(url, options);
export const postJson = (url, body, options = {}) => send(url, { ...options, method: "POST", body });
