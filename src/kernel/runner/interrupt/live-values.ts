/** Looks at values of the user's thread through an inspector session, without running code that changes anything. */
import type { Runtime, Session } from "node:inspector";
import type { LiveProperty } from "../../contracts.js";

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
    const result = await this.evaluate(`(${String(listProperties)})((${expression}\n), ${mostProperties})`, {
      returnByValue: true,
    });
    return result?.value as LiveProperty[] | undefined;
  }

  async description(expression: string): Promise<string | undefined> {
    const result = await this.evaluate(`(${expression}\n)`, { generatePreview: true, objectGroup: "manabi" });
    this.session.post("Runtime.releaseObjectGroup", { objectGroup: "manabi" });
    return result && describe(result);
  }

  /** Undefined if it throws, has side effects, or takes too long. */
  private evaluate(
    expression: string,
    options: Partial<Runtime.EvaluateParameterType>,
  ): Promise<Runtime.RemoteObject | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, giveUpMs, undefined);
      const parameters = {
        expression,
        silent: true,
        throwOnSideEffect: true,
        timeout: timeoutMs,
        ...options,
      };
      this.session.post("Runtime.evaluate", parameters as Runtime.EvaluateParameterType, (error, reply) => {
        clearTimeout(timer);
        resolve(error || reply.exceptionDetails ? undefined : reply.result);
      });
    });
  }
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
