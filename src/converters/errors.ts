/**
 * A model file of another library that cannot be loaded. The message says what arrived, what was expected and how to
 * mend it. Nothing of the file was executed.
 */
export class ModelFileError extends Error {
  override name = "ModelFileError";
}

/** Throws a {@link ModelFileError} made of its three parts. */
export function refuse(arrived: string, expected: string, fix: string, cause?: unknown): never {
  throw new ModelFileError(`${arrived}. Expected ${expected}. ${fix}`, { cause });
}

/** A value of a file as a short text, for errors. */
export function quoted(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
