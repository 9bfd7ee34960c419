/**
 * A model file that cannot be read or written as asked. The message says what arrived, what was expected and how
 * to mend it. Nothing of the file was executed, and nothing was left half written.
 */
export class KerasFileError extends Error {
  override name = "KerasFileError";
}

/** Throws a {@link KerasFileError} made of its three parts. */
export function reject(arrived: string, expected: string, fix: string, cause?: unknown): never {
  throw new KerasFileError(`${arrived}. Expected ${expected}. ${fix}`, { cause });
}
