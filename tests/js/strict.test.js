// What the strict content security policy and the house rules ask of our own modules, by reading them.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const JS = fileURLToPath(new URL("../../gisland/static/gisland/js", import.meta.url));
const CSS = fileURLToPath(new URL("../../gisland/static/gisland/css", import.meta.url));

const modules = readdirSync(JS, { recursive: true }).filter((name) => name.endsWith(".js"));
const source = (name) => readFileSync(join(JS, name), "utf8");

const BANNED = [/\binnerHTML\b/, /\bouterHTML\b/, /insertAdjacentHTML/, /document\.write/, /\beval\(/, /new Function\b/, /setAttribute\("style"/];

test("no markup strings, no evaluated code, no inline style attributes", () => {
  for (const name of modules) {
    for (const pattern of BANNED) assert.ok(!pattern.test(source(name)), `${name}: ${pattern}`);
  }
});

test("a module has at most 300 lines and imports by relative paths on one line, with the suffix", () => {
  for (const name of modules) {
    const lines = source(name).split("\n");
    assert.ok(lines.length <= 301, `${name}: ${lines.length} lines`);
    for (const line of lines.filter((text) => /^import\b/.test(text))) assert.match(line, /from "\.{1,2}\/[\w/.-]+\.js";$/, `${name}: ${line}`);
  }
});

test("no colours outside tokens.css; findings' colours come from the server", () => {
  const colour = /#[0-9a-f]{3,8}\b(?!")/i;
  for (const name of modules) {
    const found = source(name).split("\n").filter((line) => colour.test(line.replace(/\/\/.*|^\s*\*.*/, "")) && !/`#|"#/.test(line));
    assert.deepEqual(found, [], name);
  }
  for (const name of readdirSync(CSS).filter((file) => file !== "tokens.css")) {
    assert.ok(!/#[0-9a-f]{3,8}\b/i.test(readFileSync(join(CSS, name), "utf8")), name);
  }
});
