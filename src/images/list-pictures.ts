import fs from "node:fs";
import path from "node:path";

/** In the order of Python's `sorted`. */
export function inOrder(names: readonly string[]): string[] {
  // Beyond the first 65,536 characters JavaScript's order is another.
  const isPlain = names.every((name) => !/[\ud800-\udfff]/.test(name));
  return isPlain
    ? names.toSorted((a, b) => (a < b ? -1 : Number(a > b)))
    : names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** The folders in a folder, sorted; links to folders are among them. */
export function foldersIn(folder: string): string[] {
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  const names = entries
    .filter(
      (entry) => entry.isDirectory() || (entry.isSymbolicLink() && isFolder(path.join(folder, entry.name))),
    )
    .map(({ name }) => name);
  return inOrder(names);
}

function isFolder(place: string): boolean {
  return fs.statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/**
 * The pictures of a folder and of those in it, relative to it: folders sorted by their whole path, files by name.
 *
 * @param endings of file names, in small letters
 * @param followLinks whether linked folders count, too
 */
export function picturesIn(folder: string, endings: readonly string[], followLinks: boolean): string[] {
  const found: { folder: string; files: string[] }[] = [];
  const walk = (relative: string, above: readonly string[]): void => {
    const here = path.join(folder, relative);
    const real = fs.realpathSync(here);
    // A link that leads back.
    if (above.includes(real)) return;
    const files: string[] = [];
    for (const entry of fs.readdirSync(here, { withFileTypes: true })) {
      const isLinked = entry.isSymbolicLink() && isFolder(path.join(here, entry.name));
      if (entry.isDirectory() || isLinked) {
        if (!isLinked || followLinks) walk(path.join(relative, entry.name), [...above, real]);
      } else if (endings.some((ending) => entry.name.toLowerCase().endsWith(ending))) {
        files.push(entry.name);
      }
    }
    found.push({ folder: relative, files: inOrder(files) });
  };
  walk("", []);
  const byFolder = new Map(found.map((each) => [each.folder, each.files]));
  return inOrder([...byFolder.keys()]).flatMap((each) =>
    byFolder.get(each)!.map((file) => path.join(each, file)),
  );
}
