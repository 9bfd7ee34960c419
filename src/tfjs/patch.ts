/**
 * The one verb for every change of foreign code. TensorFlow.js is mended and extended by replacing its methods: each of these
 * changes has a name, says why, and is listed (`manabi doctor --patches`).
 */

/** Who changes something, and why. */
export interface Reason {
  /** What the change is called; unique for what it changes. */
  name: string;
  /** What is wrong or missing without it, in one sentence. */
  why: string;
  /** Where TensorFlow.js's authors know of it. */
  upstream?: string;
  /** Names of changes that must have been made before. */
  after?: string[];
}

/** A change that was made. */
export interface Patch extends Reason {
  /** The class, namespace or registry. */
  owner: string;
  /** The method, function, or entry of a registry. */
  member: string;
  kind: "wrapped" | "replaced" | "added";
}

/** How a method with `this` is written. */
type Bound<Owner, Method> = Method extends (...args: infer Args) => infer Result
  ? (this: Owner, ...args: Args) => Result
  : Method;

/** A new method that may call the one before, or one that has no use of it, or a property with a getter. */
type Change<Owner, Method> = Reason &
  (
    | { wrap: (before: Method) => Bound<Owner, Method> }
    | { replace: Bound<Owner, Method> }
    | { property: PropertyDescriptor & ThisType<Owner> }
  );

const made: Patch[] = [];
const names = new Set<string>();
const namespaces = new WeakMap<object, string>();

/** All changes, in the order in which they were made. */
export function patches(): readonly Patch[] {
  return made;
}

/** Gives an object that is no class's a name for the list. */
export function nameNamespace(namespace: object, name: string): void {
  namespaces.set(namespace, name);
}

/**
 * Changes a method of a prototype, or a function of a namespace, for everybody.
 *
 * @param owner the prototype or namespace; named by its class, or by `nameNamespace`
 * @throws Error if a change of this name was made to it already, or one that must come before was not
 */
export function patch<Owner extends object, Name extends keyof Owner>(
  owner: Owner,
  member: Name,
  change: Change<Owner, Owner[Name]>,
): void {
  const kind = !(member in owner) ? "added" : "wrap" in change ? "wrapped" : "replaced";
  note(ownerName(owner), memberName(member), kind, change);
  const enumerable = Object.getOwnPropertyDescriptor(owner, member)?.enumerable ?? namespaces.has(owner);
  if ("property" in change) {
    Object.defineProperty(owner, member, { configurable: true, enumerable, ...change.property });
    return;
  }
  const before = owner[member];
  const value: unknown = "wrap" in change ? change.wrap(before) : change.replace;
  // TensorFlow.js's operations are known by their names.
  const name = typeof before === "function" ? before.name : memberName(member);
  if (typeof value === "function" && value.name !== name)
    Object.defineProperty(value, "name", { configurable: true, value: name });
  Object.defineProperty(owner, member, { configurable: true, enumerable, writable: true, value });
}

/** Writes down a change, before it is made: for verbs that change registries. */
export function note(owner: string, member: string, kind: Patch["kind"], reason: Reason): void {
  const { name, why, upstream, after } = reason;
  const key = `${name} of ${owner}.${member}`;
  if (names.has(key)) throw new Error(`The change ${key} was made already.`);
  const missing = after?.filter((other) => !made.some((earlier) => earlier.name === other)) ?? [];
  if (missing.length > 0) throw new Error(`The change ${key} must come after ${missing.join(" and ")}.`);
  names.add(key);
  made.push({ owner, member, kind, name, why, ...(upstream && { upstream }), ...(after && { after }) });
}

const memberName = (member: PropertyKey): string =>
  typeof member === "symbol" ? `[${member.description ?? ""}]` : String(member);

function ownerName(owner: object): string {
  // The names of classes have a number behind them in the bundles of TensorFlow.js.
  return namespaces.get(owner) ?? owner.constructor.name.replace(/\$\d+$/, "");
}
