import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";

const source = path.resolve("src");

/** Rooms from the ground up: each may import those before it, and itself. */
const library = [
  "files",
  "host",
  "download",
  "tfjs",
  "arrays",
  "text",
  "graphs",
  "keras",
  "saving",
  "figures",
  "images",
  "datasets",
  "applications",
  "converters",
  "serving",
  "classifier",
  "lessons",
  "index",
];
const program = ["setup", "cli"];
/** Of the kernel: those after a colon are all that a part may import. */
const kernel: Record<string, string[]> = {
  "kernel/channel": [],
  "kernel/magics": [],
  "kernel/transform": ["kernel/magics"],
  "kernel/types": ["kernel/magics", "kernel/transform"],
  "kernel/runner": ["kernel/channel", "kernel/magics", "kernel/transform"],
  "kernel/front": ["kernel/channel"],
};
/** What set-up makes for the others, it finds by them. */
const doors: Record<string, string[]> = {
  setup: ["kernel", "tfjs", "keras"],
  cli: ["jobs", "serving", "classifier", "lessons"],
  jobs: ["kernel", "host", "files"],
};

/** All imports of a file, of types too, within src/. */
function importsOf(file: string): string[] {
  const text = fs.readFileSync(file, "utf8");
  const found = text.matchAll(/(?:\bfrom|\bimport|\brequire)\s*\(?\s*"(\.[^"]+)"/g);
  return [...found].map(([, specifier]) => path.join(path.dirname(file), specifier!).replace(/js$/, "ts"));
}

const files = (fs.readdirSync(source, { recursive: true }) as string[])
  .filter((file) => /\.[cm]?ts$/.test(file))
  .map((file) => path.join(source, file));
const graph = new Map(files.map((file) => [file, importsOf(file).filter((other) => files.includes(other))]));
const named = (file: string): string => path.relative(source, file);

/** `kernel/front` for what is in a part of the kernel, else the first folder. */
function roomOf(file: string): string {
  const [first, second, ...more] = named(file).split(path.sep);
  if (first === "kernel" && more.length > 0) return `${first}/${second}`;
  return first!.replace(/\.ts$/, "");
}

function mayImport(from: string, to: string): boolean {
  if (from === to || doors[from]?.some((room) => to === room || to.startsWith(`${room}/`))) return true;
  // The files that start the parts.
  if (from === "kernel") return to.startsWith("kernel/");
  if (from.startsWith("kernel")) return to === "kernel" || Boolean(kernel[from]?.includes(to));
  for (const order of [library, program])
    if (order.includes(from)) return order.includes(to) && order.indexOf(to) < order.indexOf(from);
  return false;
}

/** The files of each circle of imports. */
function circles(): string[][] {
  const found: string[][] = [];
  const state = new Map<string, "open" | "done">();
  const visit = (file: string, trail: string[]): void => {
    if (state.get(file) === "done") return;
    if (state.get(file) === "open") {
      found.push([...trail.slice(trail.indexOf(file)), file].map(named));
      return;
    }
    state.set(file, "open");
    for (const other of graph.get(file)!) visit(other, [...trail, file]);
    state.set(file, "done");
  };
  for (const file of files) visit(file, []);
  return found;
}

describe("architecture", () => {
  it("imports make no circles, of types neither", () => {
    assert.deepEqual(circles(), []);
  });

  it("imports point one way from room to room", () => {
    const wrong = [...graph].flatMap(([file, imports]) =>
      imports
        .filter((other) => !mayImport(roomOf(file), roomOf(other)))
        .map((other) => `${named(file)} -> ${named(other)}`),
    );
    assert.deepEqual(wrong, []);
  });

  it("what has an index is entered by it", () => {
    const past = [...graph].flatMap(([file, imports]) =>
      imports
        .filter((other) => {
          const room = path.join(source, roomOf(other));
          return (
            roomOf(other) !== roomOf(file) &&
            other !== `${room}/index.ts` &&
            files.includes(`${room}/index.ts`)
          );
        })
        .map((other) => `${named(file)} -> ${named(other)}`),
    );
    assert.deepEqual(past, []);
  });

  it("the map in docs/architecture.md shows each folder that there is, and no other", () => {
    const page = fs.readFileSync("docs/architecture.md", "utf8");
    const [, map] = /```\n([^]*?)```/.exec(page)!;
    const lines = map!.split("\n").filter((line) => /^\s*[\w/.-]+\/ /.test(line));
    let parent = "";
    const shown = lines.map((line) => {
      const [, indent, name] = /^(\s*)([\w/.-]+)\/ /.exec(line)!;
      if (indent === "") parent = name!;
      return indent === "" ? name! : `${parent}/${name}`;
    });
    const foldersIn = (folder: string): string[] =>
      fs
        .readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => `${folder}/${entry.name}`);
    const there = [...foldersIn("src"), ...foldersIn("src/kernel")];
    assert.deepEqual(shown.filter((name) => name.startsWith("src/")).toSorted(), there.toSorted());
    for (const name of shown) assert.ok(fs.existsSync(name), name);
  });
});
