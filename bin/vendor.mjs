// Copies the named files of the locked npm packages: what the browser of a user loads to gisland/static/vendor/,
// what only tests load to tests/browser/vendor/, each with a record of hashes and licences. The copies are
// committed, so that neither running gisland nor testing it needs npm.
//
//     npm ci && npm run vendor            copy
//     npm ci && npm run vendor -- --check compare, change nothing, exit 1 where they differ

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** What is copied where: folder → package → [file in the package, name under the folder]. */
const TARGETS = {
  "gisland/static/vendor": {
    "@geoman-io/leaflet-geoman-free": [
      ["dist/leaflet-geoman.min.js", "leaflet-geoman/leaflet-geoman.min.js"],
      ["dist/leaflet-geoman.css", "leaflet-geoman/leaflet-geoman.css"],
    ],
  },
  "tests/browser/vendor": {
    "axe-core": [["axe.min.js", "axe-core/axe.min.js"]],
  },
};

const CHANGE = "the last comment (sourceMappingURL) is removed: the map is not shipped";

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));

function withoutSourceMap(text) {
  return `${text.replace(/\n?(\/\/# sourceMappingURL=\S+|\/\*# sourceMappingURL=\S+ \*\/)\s*$/, "").trimEnd()}\n`;
}

/** Packages that one is made of, as the lock resolves them (peers are the page's own). */
function parts(lock, name, seen = new Set()) {
  const entry = lock.packages[`node_modules/${name}`];
  if (!entry || seen.has(name)) return seen;
  seen.add(name);
  for (const inner of Object.keys(entry.dependencies ?? {})) parts(lock, inner, seen);
  return seen;
}

function licenceText(name) {
  const folder = join(ROOT, "node_modules", name);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  return file ? readFileSync(join(folder, file), "utf8").trim() : "(the package carries no licence file)";
}

function licences(lock, wanted) {
  const out = ["# Licences of the vendored libraries", "", "Made by `npm run vendor`.", ""];
  for (const name of Object.keys(wanted)) {
    const [own, ...inner] = parts(lock, name);
    out.push(`## ${own} ${lock.packages[`node_modules/${own}`].version}`, "", "```", licenceText(own), "```", "");
    if (inner.length === 0) continue;
    out.push(`Its files contain parts of the following packages.`, "");
    for (const part of inner.sort()) {
      const { version, license } = lock.packages[`node_modules/${part}`];
      out.push(`### ${part} ${version} (${license})`, "", "```", licenceText(part), "```", "");
    }
  }
  return out.join("\n");
}

/** Name under the folder → bytes. */
function build(wanted) {
  const lock = readJson(join(ROOT, "package-lock.json"));
  const outputs = new Map();
  const packages = {};
  for (const [name, files] of Object.entries(wanted)) {
    const folder = join(ROOT, "node_modules", name);
    if (!existsSync(folder)) throw new Error(`${name} is not installed; run npm ci first`);
    const { version } = readJson(join(folder, "package.json"));
    const { version: locked, integrity } = lock.packages[`node_modules/${name}`];
    if (version !== locked) throw new Error(`${name} is ${version}, the lock says ${locked}; run npm ci`);
    packages[name] = { version, integrity, files: {} };
    for (const [from, to] of files) {
      const original = readFileSync(join(folder, from));
      const copy = Buffer.from(withoutSourceMap(original.toString("utf8")));
      outputs.set(to, copy);
      packages[name].files[to] = { from, sha256: sha256(copy), original_sha256: sha256(original), change: CHANGE };
    }
  }
  outputs.set("VERSIONS.json", Buffer.from(`${JSON.stringify({ packages }, null, 2)}\n`));
  outputs.set("LICENSES.md", Buffer.from(licences(lock, wanted)));
  return outputs;
}

for (const [folder, wanted] of Object.entries(TARGETS)) {
  const outputs = build(wanted);
  const target = join(ROOT, folder);
  if (process.argv.includes("--check")) {
    const stale = [...outputs].filter(([name, bytes]) => !existsSync(join(target, name)) || !readFileSync(join(target, name)).equals(bytes));
    for (const [name] of stale) console.error(`differs: ${folder}/${name}`);
    if (stale.length > 0) process.exitCode = 1;
    continue;
  }
  rmSync(target, { recursive: true, force: true });
  for (const [name, bytes] of outputs) {
    mkdirSync(dirname(join(target, name)), { recursive: true });
    writeFileSync(join(target, name), bytes);
  }
  console.log(`${outputs.size} files in ${folder}`);
}
