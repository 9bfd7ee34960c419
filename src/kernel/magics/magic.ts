/** What a magic is. Each file of this folder has one or a few that belong together; `index.ts` has all. */
import type { MimeBundle } from "../contracts.js";

type Code = () => unknown;

export interface Magic {
  usage: string;
  summary: string;
  /** Whether the argument (or the body of a cell) is code of the notebook, or text. */
  argument: "code" | "text";
  /**
   * What it does. Code comes as a function: the `argument` of a magic in a line, the `body` of one that starts a cell.
   * What it returns is the cell's value if `argument` is code.
   */
  run(host: MagicHost, argument: string | Code, body?: string | Code): unknown;
}

/** Magics by the names that they are called by: `%name`, `%%name`, `!`. */
export type Magics = Record<string, Magic>;

/** What magics need of the runner. */
export interface MagicHost {
  /** The notebook's folder. */
  folder: string;
  /** The names that cells have declared. */
  scope: { names(): string[]; get(name: string): unknown; delete(): void };
  display: (bundle: MimeBundle) => void;
  /** Leaves a question about a name to the front process, which knows types. */
  ask: (about: string) => void;
  /** Runs a program, or a command in a shell, with its output in the cell. Resolves when it has ended. */
  runProgram: (program: string, args?: string[]) => Promise<{ code: number; how: string }>;
}

/** Has the runner run a magic: `argument` is a function where it is code, and so is the `body` of a `%%` magic. */
export type RunMagic = (
  name: string,
  argument: string | (() => unknown),
  body?: string | (() => Promise<{ value: unknown } | undefined>),
) => unknown;

export function print(text: string): void {
  process.stdout.write(text);
}

export function asFunction(code: string | Code | undefined): Code {
  if (typeof code !== "function") throw new TypeError("This magic needs code to run, as in %time f(1).");
  return code;
}

/** @throws Error if a program has ended otherwise than well */
export async function mustSucceed(name: string, program: ReturnType<MagicHost["runProgram"]>): Promise<void> {
  const { code, how } = await program;
  if (code !== 0) throw new Error(`${name} ended ${how}; its output is above.`);
}
