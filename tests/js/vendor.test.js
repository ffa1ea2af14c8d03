import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));
const { dependencies, devDependencies } = readJson(join(ROOT, "package.json"));
const lock = readJson(join(ROOT, "package-lock.json"));
const FOLDERS = [
  { folder: join(ROOT, "gisland", "static", "vendor"), wanted: dependencies },
  { folder: join(ROOT, "tests", "browser", "vendor"), wanted: devDependencies },
].map((one) => ({ ...one, packages: readJson(join(one.folder, "VERSIONS.json")).packages }));

function filesUnder(folder, prefix = "") {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesUnder(path, `${prefix}${name}/`) : [`${prefix}${name}`];
  });
}

test("each vendored file has the hash that VERSIONS.json says", () => {
  for (const { folder, packages } of FOLDERS) {
    for (const [name, { sha256 }] of Object.values(packages).flatMap(({ files }) => Object.entries(files))) {
      assert.equal(createHash("sha256").update(readFileSync(join(folder, name))).digest("hex"), sha256, name);
    }
  }
});

test("nothing lies beside the vendored files", () => {
  for (const { folder, packages } of FOLDERS) {
    const listed = Object.values(packages).flatMap(({ files }) => Object.keys(files));
    assert.deepEqual(filesUnder(folder).sort(), [...listed, "LICENSES.md", "VERSIONS.json"].sort());
  }
});

test("package.json, the lock and VERSIONS.json name the same exact versions, and the lock no addresses", () => {
  for (const { packages, wanted } of FOLDERS) {
    assert.deepEqual(Object.keys(packages).sort(), Object.keys(wanted).sort());
    for (const [name, { version, integrity }] of Object.entries(packages)) {
      assert.equal(wanted[name], version);
      assert.equal(lock.packages[`node_modules/${name}`].version, version);
      assert.equal(lock.packages[`node_modules/${name}`].integrity, integrity);
    }
  }
  assert.ok(Object.values(lock.packages).every((entry) => !("resolved" in entry)));
  assert.ok(!JSON.stringify(lock).includes("://"), "take the funding entries out of package-lock.json");
});
