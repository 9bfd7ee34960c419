import { execa } from "execa";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jupyterEnvironment } from "../../src/setup/lab.js";
import { type Project, projectAt, projectRoot } from "../../src/setup/project.js";

export const notebookFolder = join(projectRoot, "notebooks");

/** What a test needs of nbformat 4 (https://nbformat.readthedocs.io). */
export interface NotebookFile {
  cells: {
    cell_type: "code" | "markdown" | "raw";
    source: string | string[];
    outputs?: Output[];
  }[];
}

interface Output {
  output_type: "stream" | "display_data" | "execute_result" | "error";
  text?: string | string[];
  ename?: string;
  evalue?: string;
  data?: Record<string, unknown>;
}

const joined = (text: string | string[] | undefined): string =>
  Array.isArray(text) ? text.join("") : (text ?? "");

/** Everything that a notebook printed, in order. */
export function printedText(notebook: NotebookFile): string {
  return notebook.cells.flatMap((cell) => cell.outputs?.map((output) => joined(output.text)) ?? []).join("");
}

/** The MIME types of all its outputs. */
export function mimeTypes(notebook: NotebookFile): Set<string> {
  return new Set(
    notebook.cells.flatMap((cell) => cell.outputs?.flatMap((output) => Object.keys(output.data ?? {})) ?? []),
  );
}

/** Its errors, each with the cell it stands in. */
export function errorsIn(notebook: NotebookFile): string[] {
  return notebook.cells.flatMap((cell, index) =>
    (cell.outputs ?? [])
      .filter((output) => output.output_type === "error")
      .map(({ ename, evalue }) => `cell ${index + 1}: ${ename}: ${evalue}`),
  );
}

/** How to execute a notebook. */
export interface ExecuteOptions {
  /** @default "manabi" */
  kernel?: string;
  /** Train this many epochs instead of the lesson's own number. */
  epochs?: number;
  /** Shows which cell is running. */
  progress?: boolean;
}

/**
 * Executes the lesson `name` from a clean kernel.
 * @returns the text of the executed notebook; the file in `notebooks/` is left as it is
 */
export async function executeNotebook(
  name: string,
  { kernel = "manabi", epochs, progress = false }: ExecuteOptions = {},
  project: Project = projectAt(projectRoot),
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "manabi-notebook-"));
  const target = join(folder, "executed.ipynb");
  try {
    const script = join(projectRoot, "test/notebooks/execute.py");
    await execa(project.python, [script, join(notebookFolder, `${name}.ipynb`), target, kernel], {
      env: { ...jupyterEnvironment(project), ...(epochs ? { MANABI_EPOCHS: String(epochs) } : {}) },
      stderr: progress ? ["pipe", "inherit"] : "pipe",
    });
    return await readFile(target, "utf8");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
