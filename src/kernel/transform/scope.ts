/**
 * The run-time side of the transform: what transformed cells call through their parameter `__cell`.
 *
 * A top-level name of a cell is a plain data property of `globalThis`: reads are as fast as constants, every
 * cell and every closure of an earlier cell sees the live value, and any kind of name can be declared again
 * as any other. Names that mean something to other code (`process`, `URL`, `window`, …) would change how
 * libraries behave; those live on the object `shadowing` instead, which only cells look at.
 */
import { createRequire } from "node:module";
import { helperLibrary } from "./typescript-emit.js";

/** Names by which libraries tell where they run; a notebook may well declare them for itself. */
const sniffedNames =
  "window document self navigator location process module exports require define importScripts Deno Bun __filename __dirname";

/** Whether a cell's name must not become visible to all code of the process. */
export function isReserved(name: string): boolean {
  return reservedNames.has(name);
}
const reservedNames = new Set([
  ...Object.getOwnPropertyNames(globalThis),
  ...Object.getOwnPropertyNames(Object.prototype),
  ...sniffedNames.split(" "),
]);

/** A module as `import()` gives it. */
export type ModuleNamespace = Record<string, unknown>;

/** What `import` and `require` mean in one cell; the runner knows the notebook's folder. */
export interface CellModules {
  import(specifier: unknown, options?: { with?: Record<string, string> }): Promise<ModuleNamespace>;
  /** `import.meta` */
  meta: { url: string; filename: string; dirname: string };
}

/**
 * Runs a magic (see `magics.ts`). `argument` is a function where it is code; so is the `body` of a `%%` magic,
 * which resolves to what the cell would resolve to without the magic.
 */
export type RunMagic = (
  name: string,
  argument: string | (() => unknown),
  body?: string | (() => Promise<{ value: unknown } | undefined>),
) => unknown;

/** All names that cells have declared so far, in one process. */
export class NotebookScope {
  readonly shadowing: Record<string, unknown> = { __proto__: null };
  readonly #names = new Set<string>();

  /** For `transformCell`: whether a cell has declared this reserved name. */
  readonly isShadowed = (name: string): boolean => name in this.shadowing;

  /** Names that cells have declared, in order of their first declaration. */
  names(): string[] {
    return [...this.#names];
  }

  get(name: string): unknown {
    return (this.isShadowed(name) ? this.shadowing : (globalThis as Record<string, unknown>))[name];
  }

  /** Gives cells, and no other code, a name that is none of the notebook's own. */
  offer(name: string, value: unknown): void {
    this.#define(this.shadowing, name, value);
  }

  /** Makes names assignable; those that exist, also as globals of Node, keep their values. */
  declare(names: string[]): void {
    for (const name of names) {
      this.#names.add(name);
      const owner = isReserved(name) ? this.shadowing : globalThis;
      if (!Object.hasOwn(owner, name))
        this.#define(owner, name, (globalThis as Record<string, unknown>)[name]);
    }
  }

  /** Declares a name and gives it a value, whatever it was before. */
  set(name: string, value: unknown): void {
    this.#names.add(name);
    this.#define(isReserved(name) ? this.shadowing : globalThis, name, value);
  }

  /** Forgets names: all of them unless told which. */
  delete(names: Iterable<string> = this.names()): void {
    for (const name of names) {
      if (!this.#names.delete(name)) continue;
      delete (isReserved(name) ? this.shadowing : (globalThis as Record<string, unknown>))[name];
    }
  }

  /** The object that one cell gets as `__cell`. */
  cell(modules: CellModules, magic: RunMagic = noMagic): CellContext {
    return new CellContext(this, modules, magic);
  }

  #define(owner: object, name: string, value: unknown): void {
    Object.defineProperty(owner, name, { value, writable: true, enumerable: true, configurable: true });
  }
}

/** The parameter `__cell` of a transformed cell. */
export class CellContext {
  readonly scope: Record<string, unknown>;
  readonly meta: CellModules["meta"];
  /** Assigning to one of its properties fails as assigning to a `const` does. */
  readonly constants = constants;
  readonly helper = helper;
  readonly typescriptHelpers = typescriptHelpers;
  readonly import: CellModules["import"];
  readonly declare: (names: string[]) => void;
  readonly #notebook: NotebookScope;

  constructor(
    notebook: NotebookScope,
    modules: CellModules,
    readonly magic: RunMagic,
  ) {
    this.#notebook = notebook;
    this.scope = notebook.shadowing;
    this.meta = modules.meta;
    this.import = modules.import.bind(modules);
    this.declare = notebook.declare.bind(notebook);
  }

  /**
   * Gives import bindings their values: `names` maps local names to exported ones, `*` for the namespace.
   * A name that the module does not export stays undeclared: it may be a type imported without `type`.
   */
  bind(module: ModuleNamespace, names: Record<string, string>): void {
    for (const [local, exported] of Object.entries(names)) {
      if (exported === "*") this.#notebook.set(local, module);
      else {
        const owner = [module, module.default].find((each): each is ModuleNamespace => has(each, exported));
        if (owner) this.#notebook.set(local, exportedValue(module, owner, exported));
      }
    }
  }
}

const noMagic: RunMagic = (name) => {
  throw new Error(`${name} is not available here.`);
};

const has = (value: unknown, key: string): value is ModuleNamespace =>
  ((typeof value === "object" && value !== null) || typeof value === "function") && key in value;

/** The default export of transpiled CommonJS is `exports.default`, as TypeScript's esModuleInterop has it. */
function exportedValue(module: ModuleNamespace, owner: ModuleNamespace, exported: string): unknown {
  const value = owner[exported];
  const isTranspiled =
    exported === "default" && owner === module && has(value, "__esModule") && has(value, "default");
  return isTranspiled ? value.default : value;
}

const constants: Record<string, unknown> = new Proxy(
  {},
  {
    set() {
      throw new TypeError("Assignment to constant variable.");
    },
  },
);

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
