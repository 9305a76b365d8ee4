// The packages that check the JavaScript are pinned, and come from whichever registry npm is set to use.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const read = async (name) => JSON.parse(await readFile(new URL(`../../${name}`, import.meta.url), "utf8"));
const { packages } = await read("package-lock.json");

test("the lock holds just the versions that package.json names", async () => {
  const { devDependencies } = await read("package.json");
  for (const [name, version] of Object.entries(devDependencies)) {
    assert.match(version, /^\d+\.\d+\.\d+$/);
    assert.equal(packages[`node_modules/${name}`].version, version);
  }
  assert.deepEqual(packages[""].devDependencies, devDependencies);
});

test("the lock names a checksum for every package and an address for none", () => {
  for (const [path, entry] of Object.entries(packages)) {
    if (path) assert.match(entry.integrity, /^sha512-/, path);
    assert.equal(entry.resolved, undefined, path);
  }
});
