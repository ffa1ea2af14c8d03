/** A job in one line, as the server's JSON tells it. Pure. */

/** Seconds as people say them. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds < 60) return `${seconds} 秒`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} 分 ${seconds % 60} 秒` : `${Math.floor(minutes / 60)} 小时 ${minutes % 60} 分`;
}

/** 进行中 · 写入 1,200 / 5,000 · 12 秒 */
export function jobLine(job) {
  const count = job.total ? ` ${job.done.toLocaleString("en-US")} / ${job.total.toLocaleString("en-US")}` : "";
  const parts = [job.stopping ? "正在停止" : job.state_term];
  if (job.wait) parts.push(job.wait);
  if (job.open && (job.phase || count)) parts.push(`${job.phase}${count}`.trim());
  if (job.seconds) parts.push(duration(job.seconds));
  return parts.join(" · ");
}

/** How long to wait before asking again: eager at first, calm with long work. */
export function patience(seconds) {
  return Math.min(3000, 400 + 60 * (seconds ?? 0));
}
