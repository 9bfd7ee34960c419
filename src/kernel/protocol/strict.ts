/**
 * Whether a cell is the command `%strict`, `%strict on` or `%strict off`, and what it asks for: that a cell with
 * type errors is not run. Undefined for all other cells.
 */
export function strictCommand(code: string): boolean | undefined {
  const command = /^\s*%strict(?:[ \t]+(on|off))?\s*$/.exec(code);
  return command ? command[1] !== "off" : undefined;
}
