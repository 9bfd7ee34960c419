import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { projectRoot } from "../../src/setup/project.js";
import { temporaryFolder } from "../setup/sandbox.js";

interface Bootstrap {
  packagesInstalled(root: string): boolean;
  sourcesKey(root: string): string;
  removeOrphans(root: string): void;
  lockSetup(root: string, say?: (line: string) => void): Promise<() => void>;
}

function write(root: string, files: Record<string, string>): string {
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), content);
  }
  return root;
}

describe("kernel-setup/bootstrap", () => {
  let bootstrap: Bootstrap;
  before(async () => {
    bootstrap = await import(pathToFileURL(path.join(projectRoot, "kernel-setup/bootstrap.mjs")).href);
  });

  describe("packagesInstalled", () => {
    const lock = (packages: object) => JSON.stringify({ packages: { "": { name: "x" }, ...packages } });
    const a = { "node_modules/a": { version: "1.0.0" } };
    const manifest = { "node_modules/a/package.json": "{}" };
    const check = (wanted: object, installed?: string, files: Record<string, string> = manifest) => {
      const root = write(temporaryFolder(), { ...files, "package-lock.json": lock(wanted) });
      if (installed !== undefined) write(root, { "node_modules/.package-lock.json": installed });
      return bootstrap.packagesInstalled(root);
    };

    it("believes npm's own record, written last", () => assert.equal(check(a, lock(a)), true));
    it("says no without it, as after npm ci was killed", () => assert.equal(check(a), false));
    it("says no when it is cut short", () => assert.equal(check(a, lock(a).slice(0, 20)), false));
    it("says no when a package is missing or another version", () => {
      assert.equal(check(a, lock({})), false);
      assert.equal(check(a, lock({ "node_modules/a": { version: "1.0.1" } })), false);
    });
    it("says no when a package's folder is gone", () => assert.equal(check(a, lock(a), {}), false));
    it("does not wait for the binaries of other platforms", () =>
      assert.equal(
        check({ ...a, "node_modules/a-mac": { version: "1.0.0", optional: true } }, lock(a)),
        true,
      ));
  });

  it("has a lock file that lists every platform's packages, without which npm ci refuses to run", () => {
    const { packages } = JSON.parse(fs.readFileSync(path.join(projectRoot, "package-lock.json"), "utf8")) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const missing = Object.entries(packages).flatMap(([name, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (optional) => !packages[`${name}/node_modules/${optional}`] && !packages[`node_modules/${optional}`],
      ),
    );
    assert.deepEqual(missing, []);
  });

  it("builds again when a source is added, edited or removed, or the compiler changes", () => {
    const root = write(temporaryFolder(), {
      "tsconfig.json": "{}",
      "package.json": "{}",
      "package-lock.json": "{}",
      "src/a.ts": "1",
      "src/notes.md": "x",
    });
    const keys = [bootstrap.sourcesKey(root)];
    const expectChange = (change: () => void) => {
      change();
      const key = bootstrap.sourcesKey(root);
      assert.ok(!keys.includes(key));
      keys.push(key);
    };
    expectChange(() => write(root, { "src/b/c.ts": "2" }));
    expectChange(() => write(root, { "src/a.ts": "11" }));
    expectChange(() => fs.rmSync(path.join(root, "src/b/c.ts")));
    expectChange(() => write(root, { "package-lock.json": "{ }" }));
    write(root, { "src/notes.md": "y" });
    assert.equal(bootstrap.sourcesKey(root), keys.at(-1));
  });

  it("removes compiled files whose source is gone, and no others", () => {
    const root = write(temporaryFolder(), {
      "test/kept.test.ts": "",
      "dist/test/kept.test.js": "",
      "dist/test/gone.test.js": "",
      "dist/test/gone.test.js.map": "",
      "dist/test/gone.test.d.ts": "",
    });
    bootstrap.removeOrphans(root);
    assert.deepEqual(fs.readdirSync(path.join(root, "dist/test")), ["kept.test.js"]);
  });

  describe("lockSetup", () => {
    it("lets one set-up in at a time, and the other say that it waits", async () => {
      const root = temporaryFolder();
      const said: string[] = [];
      const unlock = await bootstrap.lockSetup(root);
      const second = bootstrap.lockSetup(root, (line: string) => said.push(line));
      const first = await Promise.race([second.then(() => "entered"), setTimeout(600, "waits")]);
      assert.equal(first, "waits");
      assert.deepEqual(said, [
        `Another command is setting up this folder (process ${process.pid}). Waiting for it ...`,
      ]);
      unlock();
      (await second)();
      assert.deepEqual(fs.readdirSync(root), []);
    });

    it("takes over what a killed one has left", async () => {
      const root = write(temporaryFolder(), { ".setup-lock": "4194304999" });
      (await bootstrap.lockSetup(root))();
      assert.deepEqual(fs.readdirSync(root), []);
    });
  });
});
