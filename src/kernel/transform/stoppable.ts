/**
 * Lets an interrupt end code that waits, whatever it waits for. After each `await`, in each round of `for await` and
 * at the start of each `catch`, the code asks whether its cell has been interrupted, and fails if so:
 *
 *     await sleep(10)              [await sleep(10), globalThis.__stopIfInterrupted?.()][0]
 *     catch { retry() }            catch { globalThis.__stopIfInterrupted?.(); retry() }
 *
 * So nothing but `finally` goes on. A function's text stays good elsewhere, such as in a browser's page or a thread.
 */
import { MagicString } from "magic-string";
import { parseSync, type Node, type Program } from "oxc-parser";
import { childNodes } from "./names.js";

/** The global function that code calls, if there is one. It throws if the code must not go on. */
export const stopFunction = "__stopIfInterrupted";
const stop = `globalThis.${stopFunction}?.()`;

const mayWait = (text: string): boolean => text.includes("await");

/** Edits the code of a cell. */
export function makeStoppable(
  code: MagicString,
  program: Program,
  where: "everywhere" | "in functions" = "everywhere",
): void {
  if (mayWait(code.original)) visit(program, where === "everywhere");

  /** Children first: what stands around them is added around what was added to them. */
  function visit(node: Node, isInside: boolean): void {
    const inside = isInside || /^Function|^ArrowFunction/.test(node.type);
    for (const child of childNodes(node)) visit(child, inside);
    if (!isInside) return;
    if (node.type === "AwaitExpression") {
      code.prependRight(node.start, "[").appendLeft(node.end, `, ${stop}][0]`);
    } else if (node.type === "ForOfStatement" && node.await) {
      code.prependRight(node.body.start, `{ ${stop}; `).appendLeft(node.body.end, " }");
    } else if (node.type === "TryStatement" && node.handler && mayWait(textOf(node.block))) {
      code.appendLeft(node.handler.body.start + 1, ` ${stop};`);
    }
  }

  function textOf({ start, end }: Node): string {
    return code.original.slice(start, end);
  }
}

/** JavaScript of a local module with stoppable functions, and the source map to what it was. */
export function stoppableModule(fileName: string, text: string): { code: string; maps: string[] } {
  if (!mayWait(text)) return { code: text, maps: [] };
  const code = new MagicString(text);
  // Outside functions the module itself would fail, for all who import it later.
  makeStoppable(code, parseSync("module.js", text).program, "in functions");
  return { code: code.toString(), maps: [code.generateMap({ hires: true, source: fileName }).toString()] };
}
