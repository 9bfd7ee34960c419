/**
 * Whether what cells print is coloured. Front ends show colours in streams, though no stream here is a terminal; whoever
 * wants none sets `NO_COLOR`, or `FORCE_COLOR` for another number of them, as for all programs (https://no-color.org).
 */

/** Bits of colour, as of `getColorDepth`: 1 is none, 8 are 256 colours. */
const usual = 8;
const forced: Record<string, number> = { "0": 1, false: 1, "1": 4, "2": 8, "3": 24 };

let depth = depthOf(process.env);

export function colorDepth(): number {
  return depth;
}

/** Reads the variables again, which a cell may have set. */
export function refreshColors(): void {
  depth = depthOf(process.env);
}

export function depthOf(env: NodeJS.ProcessEnv): number {
  const { NO_COLOR, FORCE_COLOR } = env;
  if (FORCE_COLOR !== undefined) return forced[FORCE_COLOR] ?? (FORCE_COLOR === "" ? 4 : usual);
  return NO_COLOR ? 1 : usual;
}
