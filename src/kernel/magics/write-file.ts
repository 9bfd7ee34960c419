/** `%%writefile` */
import { existsSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import { print, type Magics } from "./magic.js";

export const writefile: Magics = {
  "%%writefile": {
    usage: "%%writefile [-a] path",
    summary: "Writes the cell to a file; with -a, to the end of the file.",
    argument: "text",
    run: ({ folder }, argument, text) => writeFile(folder, String(argument), String(text)),
  },
};

/** As in IPython: a link is followed, and a file keeps its mode. */
function writeFile(folder: string, argument: string, text: string): void {
  const { path, append } = writeArguments(folder, argument);
  if (!existsSync(dirname(path)))
    throw new Error(`There is no folder ${dirname(path)}. !mkdir -p ${dirname(path)} makes it.`);
  writeFileSync(path, text, { flag: append ? "a" : "w" });
  print(`${append ? "Appended to" : "Wrote"} ${path}\n`);
}

/** `-a` stands before or after the path, which may be quoted and start with `~`. */
function writeArguments(folder: string, argument: string): { path: string; append: boolean } {
  const option = /^(?:-a|--append)\s+|\s+(?:-a|--append)$/;
  const append = option.test(argument);
  const [, , quoted, plain] = /^(["'])(.*)\1$|^(.*)$/s.exec(argument.replace(option, "").trim()) ?? [];
  const name = quoted ?? plain ?? "";
  if (name === "" || /^--?\w+$/.test(name))
    throw new Error("%%writefile needs the path of a file, as in %%writefile notes.txt");
  return { path: resolve(folder, name.replace(/^~(?=\/|$)/, homedir())), append };
}
