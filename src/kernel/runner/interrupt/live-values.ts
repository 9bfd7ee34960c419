/** Looks at values of the user's thread through an inspector session, without running code that changes anything. */
import type { Runtime, Session } from "node:inspector";
import type { LiveProperty } from "../../contracts.js";
import { importSetter } from "../../transform/scope.js";

/** A value whose description takes longer has none. */
const timeoutMs = 150;
/** A user's thread in native code cannot answer. */
const giveUpMs = 1000;
const mostProperties = 1000;

/**
 * Evaluated in the user's thread. Own and inherited names, nearest first, without elements of arrays and without what
 * every object inherits. Reads descriptors only, so getters do not run.
 */
function listProperties(value: unknown, most: number): LiveProperty[] {
  const found = new Map<string, LiveProperty>();
  for (let owner: unknown = Object(value); owner !== null; owner = Object.getPrototypeOf(owner)) {
    const isRoot = owner !== value && Object.getPrototypeOf(owner) === null;
    if (value == null || isRoot) break;
    const hasElements = Array.isArray(owner) || ArrayBuffer.isView(owner);
    const names = hasElements ? ["length"] : Object.getOwnPropertyNames(owner);
    for (const name of names) {
      if (found.size >= most) return [...found.values()];
      if (found.has(name)) continue;
      const descriptor = Object.getOwnPropertyDescriptor(owner, name);
      if (!descriptor) continue;
      found.set(name, { name, kind: descriptor.get ? "getter" : typeof descriptor.value });
    }
  }
  return [...found.values()];
}

export class LiveValues {
  constructor(private readonly session: Session) {}

  async properties(expression: string): Promise<LiveProperty[] | undefined> {
    const list = (value: string): string => `(${String(listProperties)})((${value}\n), ${mostProperties})`;
    const result = await this.evaluate(expression, list, { returnByValue: true });
    return result?.value as LiveProperty[] | undefined;
  }

  async description(expression: string): Promise<string | undefined> {
    const options = { generatePreview: true, objectGroup };
    const result = await this.evaluate(expression, (value) => `(${value}\n)`, options);
    this.session.post("Runtime.releaseObjectGroup", { objectGroup });
    return result && describe(result);
  }

  /** What `ask` makes of an expression. Undefined if it throws, has side effects, or takes too long. */
  private async evaluate(
    expression: string,
    ask: (value: string) => string,
    options: Partial<Runtime.EvaluateParameterType>,
  ): Promise<Runtime.RemoteObject | undefined> {
    const careful = { silent: true, throwOnSideEffect: true, timeout: timeoutMs, ...options };
    const found = await this.post("Runtime.evaluate", { expression: ask(expression), ...careful });
    if (found) return found;
    // To V8, reading an export could do anything.
    const [, name = "", rest = ""] = /^([\p{ID_Start}$_][\p{ID_Continue}$]*)(.*)$/su.exec(expression) ?? [];
    const imported = await this.post("Runtime.evaluate", {
      expression: `(${String(readImport)})(${JSON.stringify(name)}, ${JSON.stringify(importSetter)})`,
      silent: true,
      objectGroup,
    });
    if (imported?.objectId === undefined) return undefined;
    const functionDeclaration = `function () { return ${ask(`this${rest}`)} }`;
    const { objectId } = imported;
    return this.post("Runtime.callFunctionOn", { functionDeclaration, objectId, ...careful });
  }

  private post(method: string, parameters: object): Promise<Runtime.RemoteObject | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, giveUpMs, undefined);
      this.session.post(method, parameters, (error, reply) => {
        const { exceptionDetails, result } = (reply ?? {}) as Partial<Runtime.EvaluateReturnType>;
        clearTimeout(timer);
        resolve(error || exceptionDetails ? undefined : result);
      });
    });
  }
}

const objectGroup = "manabi";

/** Evaluated in the user's thread: the value of an import, and of nothing else that has a getter. */
function readImport(name: string, setter: string): unknown {
  const property = Object.getOwnPropertyDescriptor(globalThis, name);
  return property?.set?.name === setter ? property.get?.() : undefined;
}

/** One line as debuggers show it: `Map(2) { a => 1, b => 2 }`. */
function describe({ type, subtype, value, description, preview }: Runtime.RemoteObject): string {
  if (!preview) {
    if (type === "undefined" || subtype === "null") return subtype ?? type;
    return type === "string" ? JSON.stringify(value) : (description ?? String(value));
  }
  const members = (preview.entries ?? []).map(({ key, value: entry }) =>
    key ? `${key.description ?? ""} => ${entry.description ?? ""}` : (entry.description ?? ""),
  );
  const properties = preview.properties
    .filter(({ name }) => !(preview.entries && name === "size"))
    .map(({ name, type: kind, value: text }) => {
      const shown = kind === "string" ? JSON.stringify(text) : (text ?? kind);
      return subtype === "array" || subtype === "typedarray" ? shown : `${name}: ${shown}`;
    });
  const content = [...members, ...properties, ...(preview.overflow ? ["…"] : [])].join(", ");
  return `${description ?? preview.description ?? type} { ${content} }`;
}
