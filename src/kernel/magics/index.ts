/** All magics. A new one is a file beside this one, with its line here, and its test. */
import { print, type MagicHost, type Magics, type RunMagic } from "./magic.js";
import { markup } from "./markup.js";
import { names } from "./names.js";
import { npm } from "./npm.js";
import { settings } from "./settings.js";
import { shell } from "./shell.js";
import { time } from "./time.js";
import { tslabMarks } from "./tslab-marks.js";
import { writefile } from "./write-file.js";

export type { MagicHost, RunMagic };

const help: Magics = {
  "%help": {
    usage: "%help [name]",
    summary: "Lists the magics, or describes one.",
    argument: "text",
    run: (_, name) => print(helpText(String(name))),
  },
};

export const magics: Magics = {
  ...shell,
  ...help,
  ...npm,
  ...settings,
  ...time,
  ...markup,
  ...writefile,
  ...tslabMarks,
  ...names,
};

export function createMagics(host: MagicHost): RunMagic {
  return async (name, argument, body) => {
    const magic = magics[name];
    if (!magic) throw new Error(noSuchMagic(name));
    const result = await magic.run(host, argument, body);
    return magic.argument === "code" ? result : undefined;
  };
}

export const noSuchMagic = (name: string): string =>
  `There is no magic ${name}. %help lists those that there are.`;

function helpText(name: string): string {
  const all = Object.entries(magics);
  const wanted = all
    .filter(([key]) => name === "" || key.replace(/^%+/, "") === name.replace(/^%+/, ""))
    .map(([, magic]) => magic);
  if (wanted.length === 0) return `${noSuchMagic(name)}\n`;
  const width = Math.max(...wanted.map(({ usage }) => usage.length));
  return wanted.map(({ usage, summary }) => `${usage.padEnd(width)}  ${summary}\n`).join("");
}
