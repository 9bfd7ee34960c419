/** A notebook without a kernel: runs cells in this process, one after the other, as the runner would. */
import { createRequire } from "node:module";
import vm from "node:vm";
import {
  CellContext,
  type CellModules,
  type ModuleNamespace,
} from "../../../src/kernel/transform/cell-context.js";
import { stopFunction } from "../../../src/kernel/transform/stoppable.js";
import type { RunMagic } from "../../../src/kernel/magics/magic.js";
import { NotebookScope } from "../../../src/kernel/transform/scope.js";
import { transformCell, type TransformOptions } from "../../../src/kernel/transform/transform.js";

type CellFunction = (
  cell: object,
  require: NodeJS.Require,
  fileName: string,
  directory: string,
) => Promise<{ value: unknown } | undefined>;

/** As the runner defines it. */
Reflect.defineProperty(globalThis, stopFunction, { value: (value: unknown) => value });

export class Notebook {
  readonly scope = new NotebookScope();
  #count = 0;

  constructor(
    readonly modules: Record<string, ModuleNamespace> = {},
    readonly magic?: RunMagic | undefined,
  ) {}

  /** The cell's result; undefined if it has none. */
  async run(source: string, options: Partial<TransformOptions> = {}): Promise<unknown> {
    return (await this.outcome(source, options))?.value;
  }

  /** Tells a cell without a result from one whose result is undefined. */
  async outcome(
    source: string,
    options: Partial<TransformOptions> = {},
  ): Promise<{ value: unknown } | undefined> {
    const fileName = `cell-${(this.#count += 1)}.ts`;
    const { code } = transformCell(source, { fileName, earlier: this.scope, ...options });
    const run: CellFunction = new vm.Script(code, { filename: fileName }).runInThisContext();
    const load = (specifier: unknown): Promise<ModuleNamespace> => {
      const known = this.modules[String(specifier)];
      return known ? Promise.resolve(known) : import(String(specifier));
    };
    const modules: CellModules = {
      import: load,
      load: async (specifier) => ({ module: await load(specifier) }),
      meta: { url: "file:///notes/a.ipynb", filename: "/notes/a.ipynb", dirname: "/notes" },
    };
    const cell = new CellContext(this.scope, modules, this.magic);
    return run(cell, createRequire(import.meta.url), "/notes/a.ipynb", "/notes");
  }

  close(): void {
    this.scope.delete();
  }
}
