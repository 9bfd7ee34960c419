/**
 * Lets an interrupt end code that waits, whatever it waits for. After each `await`, in each round of `for await` and
 * at the start of each `catch`, the code asks whether its cell has been interrupted, and fails if so:
 *
 *     await sleep(10)              __stopIfInterrupted(await sleep(10))
 *     catch { retry() }            catch { __stopIfInterrupted(); retry() }
 *
 * So nothing but `finally` goes on.
 */
import { MagicString } from "magic-string";
import { parseSync, type Node, type Program } from "oxc-parser";
import { added } from "./marks.js";
import { childNodes } from "./syntax-tree.js";

/** The global function that code calls. It throws if the code must not go on; else it returns its argument. */
export const stopFunction = "__stopIfInterrupted";
const stop = `${stopFunction}();`;

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
      code.prependRight(node.start, added(`${stopFunction}(`)).appendLeft(node.end, added(")"));
    } else if (node.type === "ForOfStatement" && node.await) {
      code.prependRight(node.body.start, added(`{ ${stop} `)).appendLeft(node.body.end, added(" }"));
    } else if (node.type === "TryStatement" && node.handler && mayWait(textOf(node.block))) {
      code.appendLeft(node.handler.body.start + 1, added(` ${stop}`));
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
  // A module may also run where nothing is interrupted, such as in a thread.
  code.append(
    `\nfunction ${stopFunction}(value) { return globalThis.${stopFunction} ? globalThis.${stopFunction}(value) : value; }`,
  );
  return { code: code.toString(), maps: [code.generateMap({ hires: true, source: fileName }).toString()] };
}
