import { nativeBackend } from "./backend.js";
import { runsNatively } from "./native.js";

const registered = new Map<string, boolean>();
let excluded: string | undefined;

/** Whether to use an operation of our own: TensorFlow has it where set-up compiled the binding. */
export function hasOwnOperation(op: string): boolean {
  if ((excluded !== undefined && op.startsWith(excluded)) || !runsNatively()) return false;
  const known = registered.get(op) ?? !isUnknown(op);
  registered.set(op, known);
  return known;
}

/** TensorFlow's C library tells by its error: for a known operation, that it lacks attributes or inputs. */
function isUnknown(op: string): boolean {
  try {
    nativeBackend().binding.executeOp(op, [], [], 0);
    return false;
  } catch (error) {
    return /^Invalid TF_Status: 5\b/.test((error as Error).message);
  }
}

/** Runs `action` in operations that every TensorFlow has, at least in the place of ours whose name begins with `name`. */
export function withoutOwnOperations<T>(action: () => T, name = "Manabi"): T {
  const before = excluded;
  excluded = name;
  try {
    return action();
  } finally {
    excluded = before;
  }
}
