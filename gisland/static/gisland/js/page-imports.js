/** The list of imports: drop files, watch what is in work. */

import { askFirst } from "./imports/confirm.js";
import { renew } from "./imports/panel.js";
import { sendFiles, size } from "./imports/send.js";
import { watchJobs } from "./imports/watch.js";

const drop = document.getElementById("drop");
const chooser = document.getElementById("files");
const going = document.getElementById("going");
const bar = document.getElementById("going-bar");
const said = document.getElementById("going-said");
const fault = document.getElementById("drop-fault");

let sending = null;

function tell(message) {
  fault.textContent = message;
  fault.hidden = !message;
}

async function take(files) {
  if (sending || files.length === 0) return;
  tell("");
  const whole = [...files].reduce((sum, file) => sum + file.size, 0);
  const name = files.length === 1 ? files[0].name : `${files[0].name} 等 ${files.length} 个文件`;
  going.hidden = false;
  drop.classList.add("is-going");
  said.textContent = `正在上传 ${name}（${size(whole)}）`;
  sending = sendFiles(drop.action, files, (loaded, total) => {
    Object.assign(bar, { max: total, value: loaded });
    said.textContent = loaded < total ? `正在上传 ${name}：${size(loaded)} / ${size(total)}` : `${name} 已传完，正在登记`;
  });
  try {
    const { url } = await sending.promise;
    window.location.assign(url);
  } catch (problem) {
    tell(problem.message);
    going.hidden = true;
    drop.classList.remove("is-going");
    chooser.value = "";
    sending = null;
  }
}

/** Files of a drop; a folder cannot be sent by a browser form, which is said. */
function dropped({ items, files }) {
  const folders = [...items].filter((item) => item.webkitGetAsEntry?.()?.isDirectory);
  if (folders.length === 0) return files;
  tell("拖入的是文件夹。File GDB 请先把 .gdb 文件夹压缩为 zip，再拖入；其他请拖入文件夹里的文件。");
  return [];
}

chooser.addEventListener("change", () => take(chooser.files));
document.getElementById("going-stop").addEventListener("click", () => sending?.stop());
drop.classList.add("is-live");
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("is-over");
});
document.addEventListener("dragleave", (event) => event.relatedTarget === null && drop.classList.remove("is-over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("is-over");
  tell("");
  take(dropped(event.dataTransfer));
});

const work = document.getElementById("work");
const watch = () =>
  watchJobs(work, async () => {
    await renew(work).catch(() => window.location.reload());
    watch();
  });
watch();
askFirst();
