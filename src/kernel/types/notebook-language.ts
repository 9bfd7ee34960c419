/** In which language the notebook says that it is written. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";

interface Notebook {
  metadata?: { kernelspec?: { language?: string }; language_info?: { name?: string } };
}

/**
 * Whether the notebook was made for a kernel of JavaScript. Its metadata do not reach kernels, but Jupyter's server tells
 * them which file they were started for.
 */
export function isJavaScriptNotebook(folder: string, session = process.env.JPY_SESSION_NAME): boolean {
  if (!session?.endsWith(".ipynb")) return false;
  try {
    const { metadata } = JSON.parse(readFileSync(join(folder, basename(session)), "utf8")) as Notebook;
    return [metadata?.language_info?.name, metadata?.kernelspec?.language].includes("javascript");
  } catch {
    // A console has no file, and one that cannot be read says nothing.
    return false;
  }
}
