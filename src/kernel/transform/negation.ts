/** Lines that start with `!`: a command, as in IPython, unless they can only be meant as the negation of a value. */
import { parseSync } from "oxc-parser";
import { isComplete } from "./completeness.js";

/** What commands do not start with: a property, a call, an index, a comparison. */
const start = /^[\w$]+(?:[.([]|\s*(?:;\s*$|[!=]==?|\?|&&\s*!|\|\|\s*!))/;
/** A script by its name, as `test.sh` or `python3.11`, unless its property is compared. */
const script = /^[\w-]+\.(?:\d|(?:sh|bash|py|[cm]?[jt]s|rb|pl|exe|bat|cmd)(?:\s*$|\s+(?![=!]==?|\?)))/;

/** Whether what follows the `!` is an expression that no command looks like, in this line or from here on. */
export function isNegation(line: string): boolean {
  if (!start.test(line) || script.test(line)) return false;
  const expression = line.replace(/;\s*$/, "");
  const { errors } = parseSync("line.ts", `(${expression}\n)`);
  return errors.length === 0 || isComplete(line).status === "incomplete";
}

/** What to say where a name is unknown that stands behind a `!`: it may be a command all the same. */
export function negationAdvice(
  source: string,
  { start: at, end }: { start: number; end: number },
): string | undefined {
  if (!/(?:^|\n)[ \t]*!$/.test(source.slice(0, at))) return undefined;
  const name = source.slice(at, end);
  const word = /^\S*/.exec(source.slice(at))?.[0] ?? name;
  return `!${word} was read as JavaScript, the negation of a value. As a command: !./${word} or !command ${word}`;
}
