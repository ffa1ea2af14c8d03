/** Sends files with a count of what has gone, and a way to break off. */

import { csrfToken, Problem } from "../api.js";

/** Bytes as people say them. */
export function size(bytes) {
  const units = ["B", "KB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

function answer(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return null;
  }
}

/** {promise, stop}: the promise answers the parsed body, or throws a Problem. */
export function sendFiles(url, files, onProgress) {
  const request = new XMLHttpRequest();
  const form = new FormData();
  for (const file of files) form.append("files", file, file.name);
  const promise = new Promise((resolve, reject) => {
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(loaded, total));
    request.addEventListener("load", () => {
      const body = answer(request);
      if (request.status < 300 && body) resolve(body);
      else reject(new Problem(body?.detail || body?.title || `服务器答复 ${request.status}，文件没有收下。请重试。`, { status: request.status }));
    });
    request.addEventListener("error", () => reject(new Problem("上传中断：没有连上服务器，或文件过大被拒收。请核对大小和网络后重试。")));
    request.addEventListener("abort", () => reject(new Problem("已取消上传，文件没有保留。")));
  });
  request.open("POST", url);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", csrfToken());
  request.send(form);
  return { promise, stop: () => request.abort() };
}
