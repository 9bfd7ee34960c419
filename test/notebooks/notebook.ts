import { execa } from "execa";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
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
    metadata?: { tags?: string[] };
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

export type Parameters = Readonly<Record<string, number>>;

/** How to execute a notebook. */
export interface ExecuteOptions {
  /** @default "manabi" */
  kernel?: string;
  /** Instead of the numbers in the lesson's cell that is tagged `parameters`. */
  parameters?: Parameters | undefined;
  /** Shows which cell is running. */
  progress?: boolean;
}

/**
 * Executes the lesson `name` from a clean kernel.
 * @returns the text of the executed notebook; the file in `notebooks/` is left as it is
 */
export async function executeNotebook(
  name: string,
  { kernel = "manabi", parameters = {}, progress = false }: ExecuteOptions = {},
  project: Project = projectAt(projectRoot),
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "manabi-notebook-"));
  const target = join(folder, "executed.ipynb");
  try {
    const script = join(projectRoot, "test/notebooks/execute.py");
    const source = join(folder, "source.ipynb");
    await writeFile(
      source,
      withParameters(await readFile(join(notebookFolder, `${name}.ipynb`), "utf8"), parameters),
    );
    await execa(project.python, [script, source, target, kernel, notebookFolder], {
      // What its checks say is kept apart from what who develops has answered.
      env: {
        ...jupyterEnvironment(project),
        MANABI_PROGRESS: join(folder, "progress.json"),
        MANABI_LANG: "en",
      },
      stderr: progress ? ["pipe", "inherit"] : "pipe",
    });
    return await readFile(target, "utf8");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The text of a notebook with a cell more, below the one that is tagged `parameters`. */
function withParameters(text: string, parameters: Parameters): string {
  if (Object.keys(parameters).length === 0) return text;
  const notebook = JSON.parse(text) as NotebookFile;
  const place = notebook.cells.findIndex(({ metadata }) => metadata?.tags?.includes("parameters"));
  if (place < 0) throw new Error("No cell of the notebook is tagged parameters.");
  const source = Object.entries(parameters).map(([name, value]) => `const ${name} = ${value};`);
  const cell = {
    id: "injected",
    cell_type: "code" as const,
    metadata: {},
    execution_count: null,
    outputs: [],
  };
  notebook.cells.splice(place + 1, 0, { ...cell, source: source.join("\n") });
  return JSON.stringify(notebook);
}

/** The SVG in the output of the cell that is tagged `picture`: what the lesson shows first. */
export function pictureOf(notebook: NotebookFile): string | undefined {
  const cell = notebook.cells.find(({ metadata }) => metadata?.tags?.includes("picture"));
  const svg = cell?.outputs?.map(({ data }) => data?.["image/svg+xml"]).find((each) => each !== undefined);
  return svg === undefined ? undefined : joined(svg as string | string[]);
}
