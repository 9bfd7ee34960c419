import { Machine, PickleError, type PickleOptions } from "./pickle/machine.js";
import { opcodes } from "./pickle/opcodes.js";
import { PickledArray } from "./pickle/numpy.js";

export { numpyGlobals, PickledArray, textOf } from "./pickle/numpy.js";
export { GlobalReference, PickleError, type PickleGlobal, type PickleOptions } from "./pickle/machine.js";

/** Values within values, at most. */
const deepest = 100;

/**
 * Reads one pickle of Python's, protocols 0 to 4, without running anything: opcodes and globals are those of lists. Dicts become
 * `Map`s, whose keys are text where Python has bytes; lists and tuples arrays; bytes and Python 2's strings views of `bytes`;
 * whole numbers beyond 2^53 bigints; arrays of NumPy's, with `numpyGlobals`, `PickledArray`s.
 *
 * @returns the value, and where the pickle ends: files may hold several
 * @throws PickleError if the pickle is damaged, names what is not allowed, refers to itself, or takes too much memory
 * As in:
 * const { value } = readPickle(await readFile("data_batch_1"), { name: "data_batch_1", globals: numpyGlobals });
 */
export function readPickle(bytes: Uint8Array, options: PickleOptions): { value: unknown; end: number } {
  const machine = new Machine(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), options);
  for (;;) {
    const code = machine.uint(1);
    if (code === stop) break;
    (opcodes[code] ?? refuse)(machine);
  }
  const value = machine.pop();
  checkDepth(value, options.name);
  return { value, end: machine.position };
}

const stop = ".".charCodeAt(0);

function refuse(machine: Machine): never {
  const code = machine.bytes[--machine.position]!;
  machine.fail(`opcode 0x${code.toString(16).padStart(2, "0")}, which data does not need`);
}

/** Who walks through the values may do so by functions that call themselves, and comes to an end. */
function checkDepth(root: unknown, name: string): void {
  const depths = new Map<object, number | "open">();
  // A value is met twice: before and after what it holds.
  const trail: object[] = isContainer(root) ? [root] : [];
  while (trail.length > 0) {
    const value = trail.at(-1)!;
    const known = depths.get(value);
    if (typeof known === "number") {
      trail.pop();
      continue;
    }
    if (known === undefined) depths.set(value, "open");
    let depth = 1;
    for (const part of partsOf(value)) {
      if (!isContainer(part)) continue;
      const below = depths.get(part);
      if (known === "open") depth = Math.max(depth, 1 + (below as number));
      else if (below === "open")
        throw new PickleError(`${name} holds a value that holds itself; data does not.`);
      else if (below === undefined) trail.push(part);
    }
    if (known === "open") {
      if (depth > deepest)
        throw new PickleError(`${name} holds more than ${deepest} values within one another; data does not.`);
      depths.set(value, depth);
      trail.pop();
    }
  }
}

const isContainer = (value: unknown): value is object =>
  Array.isArray(value) || value instanceof Map || value instanceof Set || value instanceof PickledArray;

function partsOf(value: object): Iterable<unknown> {
  if (value instanceof PickledArray) return value.content instanceof Uint8Array ? [] : value.content;
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  return value as Iterable<unknown>;
}
