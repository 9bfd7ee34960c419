/**
 * What the transform adds to code stands between marks, so that nobody else need see it: `String(f)` of a cell's function
 * is the function as it would be without the kernel, good for a browser's page or a thread.
 */

/** Code of the transform's own. `instead` is what stood there before, for what takes the place of something. */
export const added = (code: string, instead = ""): string => `/*cell:${instead}*/${code}/*:cell*/`;

// A function may end within an addition, whose end is no part of its text then.
const addition = /\/\*cell:(.*?)\*\/.*?(?:\/\*:cell\*\/|$)/gs;

export function withoutAdditions(text: string): string {
  return text.includes("/*cell:") ? text.replace(addition, "$1") : text;
}

/** What messages of JavaScript's own say of code that the transform has added. */
const inMessages: [RegExp, string][] = [
  // The comma that keeps a name from being called as a method.
  [/\(0 , (?:__cell\.scope\.)?([\p{ID_Continue}$.]+)\)/gu, "$1"],
  [/\b__cell\.(?:scope|constants)\./g, ""],
  [/\b__cell\.import\b/g, "import"],
  [/\b__cell\.meta\b/g, "import.meta"],
  [/\b__stopIfInterrupted\(\.\.\.\)/g, "(intermediate value)"],
];

/** The message of an error in terms of what the user wrote. */
export function withoutInternalNames(message: string): string {
  if (!/__cell\b|__stopIfInterrupted|\(0 , /.test(message)) return message;
  return inMessages.reduce((text, [pattern, instead]) => text.replace(pattern, instead), message);
}

/** Has `String(f)` leave out what the transform has added to `f`. */
export function hideAdditions(): void {
  // A proxy of a native function says that it is one.
  // oxlint-disable-next-line typescript/unbound-method -- it is called by Reflect.apply
  const original = Function.prototype.toString;
  // oxlint-disable-next-line no-extend-native -- whoever asks for a function's text goes this way
  Function.prototype.toString = new Proxy(original, {
    apply: (_, self: unknown, parameters) =>
      withoutAdditions(Reflect.apply(original, self, parameters) as string),
  });
}
