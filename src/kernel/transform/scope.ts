/**
 * The notebook's names at run time.
 *
 * A top-level name of a cell is a plain data property of `globalThis`: reads are as fast as constants, every
 * cell and every closure of an earlier cell sees the live value, and any kind of name can be declared again
 * as any other. An import is a getter: its module may give it another value at any time. Names that mean
 * something to other code (`process`, `URL`, `window`, …) would change how libraries behave; those live on the
 * object `shadowing` instead, which only cells look at.
 */
import type { DeclarationKind } from "./names.js";

/** Names by which libraries tell where they run; a notebook may well declare them for itself. */
const sniffedNames =
  "window document self navigator location process module exports require define importScripts Deno Bun $$ __filename __dirname";

/** Whether a cell's name must not become visible to all code of the process. */
export function isReserved(name: string): boolean {
  return reservedNames.has(name);
}
const reservedNames = new Set([
  ...Object.getOwnPropertyNames(globalThis),
  ...Object.getOwnPropertyNames(Object.prototype),
  ...sniffedNames.split(" "),
]);

/** How a cell makes a name the notebook's; an `assigned` one is declared by no cell. */
export type NameKind = DeclarationKind | "assigned";

/** What the transform of a cell must know of the cells before it. */
export interface EarlierNames {
  /** Whether a cell has declared this reserved name. */
  isShadowed(name: string): boolean;
  /** Whether JavaScript refuses to assign to the name: it is a `const` or an import. */
  isConstant(name: string): boolean;
}

/** Kinds whose names JavaScript refuses to read before their declaration. */
const kindsWithoutValue = new Set<NameKind>(["let", "const", "class", "using", "await using"]);

/** All names that cells have declared so far, in one process. */
export class NotebookScope implements EarlierNames {
  readonly shadowing: Record<string, unknown> = { __proto__: null };
  readonly #names = new Set<string>();
  readonly #constants = new Set<string>();
  readonly #imports = new Set<string>();
  /** Names whose declarations have not been reached. */
  readonly #pending = new Set<string>();

  isShadowed(name: string): boolean {
    return name in this.shadowing;
  }

  isConstant(name: string): boolean {
    return this.#constants.has(name) || this.#imports.has(name);
  }

  /** Names that cells have declared, in order of their first declaration. */
  names(): string[] {
    return [...this.#names].filter((name) => !this.#pending.has(name));
  }

  get(name: string): unknown {
    return (this.isShadowed(name) ? this.shadowing : (globalThis as Record<string, unknown>))[name];
  }

  /** Gives cells, and no other code, a name that is none of the notebook's own. */
  offer(name: string, value: unknown): void {
    Object.defineProperty(this.shadowing, name, { value, ...variable });
  }

  /**
   * Makes names assignable. What there is, also a global of Node, keeps its value until it gets another: a cell may use
   * what its former run has left.
   */
  declare(names: Record<string, NameKind>): void {
    for (const [name, kind] of Object.entries(names)) {
      this.#names.add(name);
      if (kind === "const") this.#constants.add(name);
      else this.#constants.delete(name);
      const isKnown = Object.hasOwn(this.#ownerOf(name), name);
      if (isKnown && !this.#imports.has(name)) continue;
      if (isKnown || name in globalThis || !kindsWithoutValue.has(kind)) this.#define(name, this.get(name));
      else this.#refuse(name);
    }
  }

  /** Declares a name and gives it a value, whatever it was before. */
  set(name: string, value: unknown): void {
    this.#names.add(name);
    this.#constants.delete(name);
    this.#define(name, value);
  }

  /** Declares an import; `read` gives its present value. */
  import(name: string, read: () => unknown): void {
    this.#names.add(name);
    this.#imports.add(name);
    this.#pending.delete(name);
    Object.defineProperty(this.#ownerOf(name), name, {
      get: read,
      set: assignToImport,
      enumerable: true,
      configurable: true,
    });
  }

  /** Forgets names: all of them unless told which. */
  delete(names: Iterable<string> = [...this.#names]): void {
    for (const name of names) {
      if (!this.#names.delete(name)) continue;
      this.#constants.delete(name);
      this.#imports.delete(name);
      this.#pending.delete(name);
      delete this.#ownerOf(name)[name];
    }
  }

  #define(name: string, value: unknown): void {
    this.#imports.delete(name);
    this.#pending.delete(name);
    Object.defineProperty(this.#ownerOf(name), name, { value, ...variable });
  }

  /** Until the name gets a value. */
  #refuse(name: string): void {
    this.#pending.add(name);
    Object.defineProperty(this.#ownerOf(name), name, {
      get() {
        throw new ReferenceError(`Cannot access '${name}' before initialization`);
      },
      set: (value: unknown) => {
        this.#define(name, value);
      },
      enumerable: false,
      configurable: true,
    });
  }

  #ownerOf(name: string): Record<string, unknown> {
    return isReserved(name) ? this.shadowing : globalThis;
  }
}

function assignToImport(): void {
  throw new TypeError("Assignment to constant variable.");
}

/** By which the properties are known that imports are. */
export const importSetter = "assignToImport";

const variable = { writable: true, enumerable: true, configurable: true };
