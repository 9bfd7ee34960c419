/** What transformed cells call through their parameter `__cell`. */
import { createRequire } from "node:module";
import type { RunMagic } from "../magics/index.js";
import type { NotebookScope } from "./scope.js";
import { helperLibrary } from "./typescript-emit.js";

/** A module as `import()` gives it. */
export type ModuleNamespace = Record<string, unknown>;

/** In an object, because a promise would call the `then` that a module may export. */
export interface LoadedModule {
  module: ModuleNamespace;
  /** What a CommonJS module exports: it has the names of the module, with live values. */
  exports?: ModuleNamespace;
}

/** What `import` and `require` mean in one cell; the runner knows the notebook's folder. */
export interface CellModules {
  /** `import()` */
  import(specifier: unknown, options?: { with?: Record<string, string> }): Promise<ModuleNamespace>;
  /** For import declarations. */
  load(specifier: string, options?: { with?: Record<string, string> }): Promise<LoadedModule>;
  /** `import.meta` */
  meta: Pick<ImportMeta, "url" | "filename" | "dirname">;
}

/** The parameter `__cell` of a transformed cell. */
export class CellContext {
  readonly scope: Record<string, unknown>;
  readonly meta: CellModules["meta"];
  /** Assigning to one of its properties fails as assigning to a `const` does. */
  readonly constants: object;
  readonly helper = helper;
  readonly typescriptHelpers = typescriptHelpers;
  readonly import: CellModules["import"];
  readonly load: CellModules["load"];
  readonly declare: NotebookScope["declare"];
  readonly #notebook: NotebookScope;

  constructor(
    notebook: NotebookScope,
    modules: CellModules,
    readonly magic: RunMagic = noMagic,
  ) {
    this.#notebook = notebook;
    this.scope = notebook.shadowing;
    this.constants = refusing(notebook);
    this.meta = modules.meta;
    this.import = modules.import.bind(modules);
    this.load = modules.load.bind(modules);
    this.declare = notebook.declare.bind(notebook);
  }

  /** Outside functions there are none. */
  get arguments(): never {
    throw new ReferenceError("arguments is not defined");
  }

  /**
   * Declares the names of an import: `names` maps local names to exported ones, `*` for the namespace, and to what reads
   * them. A name that the module does not export is undeclared: it may be a type imported without `type`.
   */
  bind(loaded: LoadedModule, names: Record<string, [exported: string, reader: ExportReader]>): void {
    for (const [local, [exported, reader]] of Object.entries(names)) {
      const owner = exported === "*" ? loaded.module : ownerOf(exported, loaded);
      if (owner) this.#notebook.import(local, reader(owner));
      else this.#notebook.delete([local]);
    }
  }
}

/** Made by transformed cells, so that V8 compiles each property's read for itself: 8 ns instead of 50. */
type ExportReader = (module: ModuleNamespace) => () => unknown;

/** What has the exported name: what CommonJS exports, the module or, of a wrapper of CommonJS, its default export. */
function ownerOf(exported: string, { module, exports }: LoadedModule): ModuleNamespace | undefined {
  const inner = module["default"];
  // The default export of transpiled CommonJS is `exports.default`, as TypeScript's esModuleInterop has it.
  if (exported === "default" && has(inner, "__esModule") && has(inner, "default")) return inner;
  const owners = exported === "default" ? [module] : [exports, module, inner];
  return owners.find((each): each is ModuleNamespace => has(each, exported));
}

const noMagic: RunMagic = (name) => {
  throw new Error(`${name} is not available here.`);
};

const has = (value: unknown, key: string): value is ModuleNamespace =>
  ((typeof value === "object" && value !== null) || typeof value === "function") && key in value;

function refusing(notebook: NotebookScope): object {
  return new Proxy(
    {},
    {
      get: (_, name) => notebook.get(String(name)),
      set() {
        throw new TypeError("Assignment to constant variable.");
      },
    },
  );
}

const requireFromHere = createRequire(import.meta.url);

/** Functions that code calls which TypeScript has compiled. */
function typescriptHelpers(): unknown {
  return requireFromHere(helperLibrary);
}

/** A function that transformed syntax needs, such as experimental decorators. */
function helper(name: string): unknown {
  const module: unknown = requireFromHere(`@oxc-project/runtime/helpers/${name}`);
  return has(module, "default") ? module.default : module;
}
