/**
 * CommonJS as bundlers import it (TypeScript's `esModuleInterop`): every property of `module.exports` is an export, and
 * the default one is `module.exports` itself, or `exports.default` of what was an ES module once. Node gives only the
 * names that it finds without running the code, and copies of their values.
 */
import { inspect } from "node:util";
import type { ModuleNamespace } from "../../transform/cell-context.js";

const namespaces = new WeakMap<object, ModuleNamespace>();
/** Properties of every function. */
const ofFunctions = new Set(["length", "name", "prototype", "arguments", "caller"]);
/** What ends the chain of those whose properties are meant. */
const roots = new Set<unknown>([Object.prototype, Function.prototype, null]);

/** The namespace of what a CommonJS module exports: always the same one, with live values. */
export function namespaceOf(exports: object): ModuleNamespace {
  const known = namespaces.get(exports);
  if (known) return known;
  const namespace = Object.create(null) as ModuleNamespace;
  const values = exports as ModuleNamespace;
  const define = (name: string, get: () => unknown): void => {
    Object.defineProperty(namespace, name, { get, enumerable: true, configurable: true });
  };
  for (const name of namesIn(exports)) define(name, () => values[name]);
  const wasModule = Boolean(values["__esModule"]) && "default" in exports;
  define("default", () => (wasModule ? values["default"] : exports));
  Object.defineProperties(namespace, {
    [Symbol.toStringTag]: { value: "Module" },
    [inspect.custom]: { value: () => exports },
  });
  namespaces.set(exports, namespace);
  return namespace;
}

/**
 * For local modules: what a package exports, by its default export as Node has it.
 * @throws SyntaxError if one of the names is not there, as of an import declaration
 */
export function exportsOf(exports: unknown, names: string[], specifier: string): ModuleNamespace {
  const isObject = (typeof exports === "object" && exports !== null) || typeof exports === "function";
  const namespace = isObject ? namespaceOf(exports) : { default: exports };
  const missing = names.find((name) => !(name in namespace));
  if (missing === undefined) return namespace;
  throw new SyntaxError(`The requested module '${specifier}' does not provide an export named '${missing}'`);
}

function namesIn(exports: object): Set<string> {
  const names = new Set<string>();
  for (let at: unknown = exports; !roots.has(at); at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  }
  if (typeof exports === "function") for (const name of ofFunctions) names.delete(name);
  return names;
}
