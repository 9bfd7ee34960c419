/** What the user can set for the kernel, by a cell such as `%strict on`. */
export interface Settings {
  /** Type errors are shown beside the output. Off, cells end without waiting for the type checker. */
  diagnostics: boolean;
  /** A cell with type errors is not run. */
  strict: boolean;
}

const meanings: Record<keyof Settings, [on: string, off: string]> = {
  diagnostics: ["Type errors are shown.", "Type errors are not shown."],
  strict: ["Cells with type errors are not run.", "Cells with type errors are run."],
};

/** The setting that a cell changes, if it is `%diagnostics` or `%strict`, alone or with `on` or `off`. */
export function settingCommand(code: string): { change: Partial<Settings>; says: string } | undefined {
  const command = /^\s*%(diagnostics|strict)(?:[ \t]+(on|off))?\s*$/.exec(code);
  if (!command) return undefined;
  const name = command[1] as keyof Settings;
  const on = command[2] !== "off";
  return { change: { [name]: on }, says: meanings[name][on ? 0 : 1] };
}
