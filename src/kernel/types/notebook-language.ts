/** Whether a notebook is written in JavaScript: it says so, or it looks so. */
import { readFileSync } from "node:fs";
import { basename, isAbsolute, join } from "node:path";
import { parseSync } from "oxc-parser";
import { largestChecked } from "./shown-cell.js";

interface Notebook {
  metadata?: { kernelspec?: { language?: string }; language_info?: { name?: string } };
}

const documentedTypes = /\/\*\*(?:[^*]|\*(?!\/))*@(?:param|type|returns?|typedef|this|template)\s*\{/;

export class NotebookLanguage {
  #says: boolean | undefined;
  #hasDocumentedTypes = false;
  #hasTypeScript = false;

  constructor(readonly folder: string) {}

  /** Whether cells are JavaScript, after this one. */
  isJavaScript(source: string): boolean {
    this.#says ??= saysJavaScript(this.folder);
    this.#hasDocumentedTypes ||= documentedTypes.test(source);
    this.#hasTypeScript ||= source.length <= largestChecked && !isPlain(source);
    // Who writes types in comments has no TypeScript.
    return this.#says || (this.#hasDocumentedTypes && !this.#hasTypeScript);
  }
}

function isPlain(source: string): boolean {
  return parseSync("cell.jsx", source, { lang: "jsx", sourceType: "module" }).errors.length === 0;
}

/**
 * Whether a notebook's metadata name JavaScript. They do not reach kernels, but Jupyter's server, and `manabi run`, tell
 * them which file they are started for.
 */
export function saysJavaScript(folder: string, session = process.env.JPY_SESSION_NAME): boolean {
  if (!session?.endsWith(".ipynb")) return false;
  const file = isAbsolute(session) ? session : join(folder, basename(session));
  try {
    const { metadata } = JSON.parse(readFileSync(file, "utf8")) as Notebook;
    return [metadata?.language_info?.name, metadata?.kernelspec?.language].includes("javascript");
  } catch {
    // A console has no file, and one that cannot be read says nothing.
    return false;
  }
}
