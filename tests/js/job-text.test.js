import assert from "node:assert/strict";
import { test } from "node:test";

import { duration, jobLine, patience } from "../../gisland/static/gisland/js/imports/job-text.js";

const running = { open: true, state_term: "进行中", phase: "写入", done: 1200, total: 5000, seconds: 75, stopping: false };

test("a running job says its step, its count and its time", () => {
  assert.equal(jobLine(running), "进行中 · 写入 1,200 / 5,000 · 1 分 15 秒");
});

test("one that was asked to stop says so before anything else", () => {
  assert.equal(jobLine({ ...running, stopping: true, seconds: null }), "正在停止 · 写入 1,200 / 5,000");
});

test("a job that ended keeps no step, and a short one no time", () => {
  assert.equal(jobLine({ ...running, open: false, state_term: "已完成", seconds: 0 }), "已完成");
});

test("hours are told without seconds", () => {
  assert.equal(duration(3 * 3600 + 59), "3 小时 0 分");
  assert.equal(duration(null), "");
});

test("long work is asked after less often, but never more rarely than every three seconds", () => {
  assert.ok(patience(0) < patience(10));
  assert.equal(patience(3600), 3000);
});
