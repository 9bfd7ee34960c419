/**
 * The text of a value as the notebook shows it, cut at a bearable length. Without colours, as in IPython: it is saved with
 * the notebook, and what makes Markdown or LaTeX of that, or compares two versions, shows their codes.
 */
import { inspect, types } from "node:util";
import { grayCode } from "../../colors.js";
import { proxyTarget } from "./proxy-target.js";

// Of `undefined`. Its type knows codes of one number only.
Object.assign(inspect.colors, { gray: [grayCode, 39] });

/** Who asks for colours gets them. */
const coloredResults = !["0", "false", undefined].includes(process.env["FORCE_COLOR"]);

const inspectDepth = 4;
const longestText = 100_000;
/** `inspect` cuts lists, but not objects, which may be dictionaries of any size. */
const mostProperties = 100;

export function plainText(value: unknown): string {
  // `inspect` calls the traps of a Proxy of a Proxy. Of one that was revoked there is nothing else to show.
  const { shown, left } = cutDictionary(proxyTarget(value) ?? value);
  const text = inspectSafely(shown);
  const brace = text.lastIndexOf("}");
  const whole =
    left === 0
      ? text
      : `${text.slice(0, brace).trimEnd()},\n  … ${left.toLocaleString("en")} more properties\n${text.slice(brace)}`;
  if (whole.length <= longestText) return whole;
  const more = (whole.length - longestText).toLocaleString("en");
  return (
    `${whole.slice(0, longestText)}${coloredResults ? "\u001b[0m" : ""}\n… ${more} more characters. ` +
    "console.dir(value, { depth: null, maxArrayLength: null, maxStringLength: null }) prints all of it."
  );
}

function inspectSafely(value: unknown): string {
  try {
    return inspect(value, {
      colors: coloredResults,
      depth: inspectDepth,
      maxArrayLength: 100,
      maxStringLength: 10_000,
      compact: 3,
      breakLength: 100,
    });
  } catch (error) {
    return `[${typeof value}] (cannot be inspected: ${messageOf(error)})`;
  }
}

/** Of what the value's own `util.inspect.custom` or a getter has thrown. */
function messageOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return "it threw what has no text";
  }
}

/** A plain object with too many properties is shown by the first of them; `left` counts the others. */
function cutDictionary(value: unknown): { shown: unknown; left: number } {
  const whole = { shown: value, left: 0 };
  if (typeof value !== "object" || value === null || types.isProxy(value) || inspect.custom in value)
    return whole;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return whole;
  const names = Object.keys(value);
  if (names.length <= mostProperties) return whole;
  const shown: object = Object.create(prototype);
  for (const name of names.slice(0, mostProperties))
    Object.defineProperty(shown, name, Object.getOwnPropertyDescriptor(value, name)!);
  return { shown, left: names.length - mostProperties };
}
