import { createRequire } from "node:module";
import { markup } from "../../host/markup.js";

const require = createRequire(import.meta.url);

/** The part of highlight.js that is used; its own types would bring those of browsers into all of our code. */
interface Highlighter {
  registerLanguage(name: string, language: unknown): void;
  getLanguage(name: string): unknown;
  highlight(code: string, options: { language: string; ignoreIllegals: boolean }): { value: string };
}

const languages = ["bash", "json", "python", "typescript", "xml"];
const highlighter = require("highlight.js/lib/core") as Highlighter;
for (const name of languages)
  highlighter.registerLanguage(name, require(`highlight.js/lib/languages/${name}`));

/** Longer code is not coloured: it would take long, and nobody reads it. */
const mostUnits = 200_000;

/** Code as HTML with the classes of highlight.js; escaped only, if its language is not known. */
export function highlighted(code: string, language: string): string {
  if (code.length > mostUnits || !highlighter.getLanguage(language)) return String(markup`${code}`);
  return highlighter.highlight(code, { language, ignoreIllegals: true }).value;
}
