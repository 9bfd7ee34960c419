/**
 * The first thing `npm start`, `npm test` and their like run. On a fresh clone nothing is installed, so this file
 * is plain JavaScript and imports Node only: it installs the npm packages, builds dist/, and hands over to
 * dist/tools/npm-commands.js. When both are in place it does neither, in a few milliseconds.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const SOURCES = ["src", "tools", "test", "bench"];

/** Whether npm's own record of node_modules, which it writes last, agrees with package-lock.json. */
export function packagesInstalled(root) {
  const read = (file) => JSON.parse(fs.readFileSync(path.join(root, file), "utf8")).packages;
  try {
    const wanted = read("package-lock.json");
    const installed = read("node_modules/.package-lock.json");
    return Object.entries(wanted).every(
      ([name, { version, optional, devOptional, peer }]) =>
        name === "" ||
        (installed[name]?.version === version && fs.existsSync(path.join(root, name, "package.json"))) ||
        // Other platforms' binaries are listed, but not installed.
        ((optional || devOptional || peer) && installed[name] === undefined),
    );
  } catch (error) {
    if (error.code === "ENOENT" || error instanceof SyntaxError) return false;
    throw error;
  }
}

/** Changes with every source file added, removed or edited, and with the compiler. */
export function sourcesKey(root) {
  const hash = createHash("sha256");
  for (const file of ["tsconfig.json", "package.json", "package-lock.json"])
    hash.update(fs.readFileSync(path.join(root, file)));
  for (const folder of SOURCES.filter((name) => fs.existsSync(path.join(root, name))))
    for (const name of fs.readdirSync(path.join(root, folder), { recursive: true }).toSorted()) {
      if (!/\.[cm]?tsx?$/.test(name)) continue;
      const { size, mtimeMs } = fs.statSync(path.join(root, folder, name));
      hash.update(`${folder}/${name} ${size} ${mtimeMs}\n`);
    }
  return hash.digest("hex");
}

/** Removes compiled files whose source is gone: mocha would still run them. */
export function removeOrphans(root) {
  for (const folder of SOURCES) {
    const compiled = path.join(root, "dist", folder);
    if (!fs.existsSync(compiled)) continue;
    for (const name of fs.readdirSync(compiled, { recursive: true })) {
      const [, stem, kind] = /^(.*)\.([cm]?js)$/.exec(name) ?? [];
      if (!stem) continue;
      const source = path.join(root, folder, stem);
      if ([kind.replace("js", "ts"), "tsx"].some((extension) => fs.existsSync(`${source}.${extension}`)))
        continue;
      for (const suffix of ["js", "js.map", "d.ts"])
        fs.rmSync(path.join(compiled, `${stem}.${suffix}`), { force: true });
    }
  }
}

/** Runs a command quietly, showing its name and time; shows its output if it fails or when `verbose`. */
function run(title, command, args, { root, verbose, failure }) {
  const started = performance.now();
  process.stdout.write(`  ${title} ...${verbose ? "\n" : ""}`);
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", verbose ? "inherit" : "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      process.stdout.write(` ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
      if (code === 0) resolve();
      else {
        const isFull = /ENOSPC|No space left on device/.test(output);
        const cure = isFull ? "The disk is full. Free some space, then run the same command again." : failure;
        reject(new Error(`${output.trimEnd()}\n\n${cure}`));
      }
    });
  });
}

/** npm's packages, dist/ and what npm keeps while it unpacks. */
const packagesNeed = 1.5e9;

/** Like src/setup/disk-space.ts, which is not built yet. */
function checkSpace(root) {
  const { bavail, bsize } = fs.statfsSync(root);
  const free = bavail * bsize;
  if (free >= packagesNeed) return;
  throw new Error(
    `The disk of ${root} is too full: npm's packages need about ${packagesNeed / 1e9} GB, and ${Math.floor(free / 1e6)} MB are free.\n` +
      "Free some space (or put the folder on another disk), then run the same command again.",
  );
}

/** How long a set-up waits before it looks again whether another one has ended. */
const lockPollMs = 500;

const isRunning = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
};

/**
 * One set-up of a folder at a time; a second one waits, and says so. What a killed one has left is taken over.
 * @returns what ends it
 */
export async function lockSetup(root, say = console.log) {
  const file = path.join(root, ".setup-lock");
  for (let said = false; ;) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: "wx" });
      return () => fs.rmSync(file, { force: true });
    } catch (error) {
      // A folder that is only read has nothing to be set up.
      if (error.code === "EACCES" || error.code === "EROFS") return () => {};
      if (error.code !== "EEXIST") throw error;
    }
    let owner = 0;
    try {
      owner = Number(fs.readFileSync(file, "utf8"));
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
    }
    if (owner > 0 && !isRunning(owner)) fs.rmSync(file, { force: true });
    else {
      if (!said) say(`Another command is setting up this folder (process ${owner}). Waiting for it ...`);
      said = true;
      await new Promise((resolve) => setTimeout(resolve, lockPollMs));
    }
  }
}

async function installPackages(root, verbose) {
  checkSpace(root);
  // npm tells the scripts it runs where it is; another package manager would ignore package-lock.json.
  const npm = process.env.npm_execpath ?? "";
  const [command, ...args] = npm.endsWith("npm-cli.js") ? [process.execPath, npm] : ["npm"];
  await run("npm packages", command, [...args, "ci", "--include=dev"], {
    root,
    verbose,
    failure:
      "npm could not install the packages. Check the network (or npm's registry and proxy), then run the same command again.",
  });
  if (!packagesInstalled(root))
    throw new Error(
      "npm ci ended well, yet node_modules differs from package-lock.json. Delete node_modules, then run the same command again.",
    );
}

async function build(root, verbose) {
  const stamp = path.join(root, "dist/.build");
  const key = sourcesKey(root);
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === key) return;
  // Without a stamp the last build did not end: what it left behind, tsc must not take for finished.
  if (!fs.existsSync(stamp)) fs.rmSync(path.join(root, "dist/.tsbuildinfo"), { force: true });
  fs.rmSync(stamp, { force: true });
  removeOrphans(root);
  await run(
    "build",
    process.execPath,
    ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json", "--pretty"],
    {
      root,
      verbose,
      failure: "The TypeScript sources do not compile (see above).",
    },
  );
  fs.writeFileSync(`${stamp}.partial`, key);
  fs.renameSync(`${stamp}.partial`, stamp);
}

async function main(root, [command, ...args]) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new Error(
      `Manabi needs Node 20.19 or newer; this is ${process.version}. Install a newer Node, then run the same command again.`,
    );
  const verbose = args.includes("--verbose");
  const repair = command === "setup" && args.includes("--repair");
  const unlock = await lockSetup(root);
  process.once("exit", unlock);
  if (repair || !packagesInstalled(root)) {
    console.log(
      "Setting up what Manabi needs, all of it in this folder. The first time takes a few minutes.",
    );
    await installPackages(root, verbose);
  }
  if (repair) fs.rmSync(path.join(root, "dist"), { recursive: true, force: true });
  await build(root, verbose);
  const commands = await import(pathToFileURL(path.join(root, "dist/tools/npm-commands.js")).href);
  await commands.main(command, args, unlock);
}

if (process.argv[1] === import.meta.filename)
  await main(path.dirname(import.meta.dirname), process.argv.slice(2)).catch((error) => {
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  });
