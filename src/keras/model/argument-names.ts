/**
 * Refuses arguments in Python's spelling, which JavaScript would silently ignore, and those of Keras that nothing here obeys.
 * @param refused names, with what to do instead
 * @throws TypeError if there is one
 */
export function checkNames(method: string, args: object, refused: Record<string, string> = {}): void {
  for (const name of Object.keys(args)) {
    const camelCase = name.replace(/_+(\w)/g, (_, letter: string) => letter.toUpperCase());
    if (camelCase !== name) {
      throw new TypeError(`${method}: there is no argument ${name}. Write ${camelCase}.`);
    }
    const advice = Object.hasOwn(refused, name) ? refused[name] : undefined;
    if (advice) throw new TypeError(`${method} takes no ${name} here. ${advice}`);
  }
}

/** @throws TypeError if there is an argument of another name */
export function expectArguments(method: string, args: object, names: string[]): void {
  const unknown = Object.keys(args).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new TypeError(`${method}: there is no argument ${unknown}. Its arguments are ${names.join(", ")}.`);
}
