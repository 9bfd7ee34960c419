import { setImmediate } from "node:timers/promises";
import { gray } from "../../colors.js";
import type { CellOutcome } from "../../contracts.js";
import type { Cell } from "./cells.js";
import type { KernelContext } from "./handler.js";
import { outputMessage } from "./outputs.js";
import type { Request } from "./request.js";

const command = /^\s*%attach(?:[ \t]+(\d+))?\s*$/;

export function isAttachCommand(code: unknown): boolean {
  return typeof code === "string" && command.test(code);
}

/**
 * `%attach`: the way back to a cell that runs after its page was closed or loaded again. Shows what it has put out and
 * goes on with what it does, then with the cells that wait behind it. `%attach 5` shows the outputs of `In [5]`.
 */
export async function attach(kernel: KernelContext, request: Request): Promise<CellOutcome> {
  const count = command.exec(String(request.content["code"]))?.[1];
  const cells = kernel.cells.withOutputs.filter(
    ({ request: { header } }) => header.msg_id !== request.header.msg_id,
  );
  if (count !== undefined) {
    const cell = cells.findLast(({ executionCount }) => executionCount === Number(count));
    if (cell) await show(kernel, request, cell);
    else say(kernel, request, `The outputs of In [${count}] are not known any more.`);
    return ended;
  }
  const { executing, waiting } = kernel.mainShell;
  const followed = executing ? [executing, ...waiting] : [];
  const [latest] = cells.slice(-1);
  if (!executing) {
    say(
      kernel,
      request,
      latest ? `No cell runs. In [${latest.executionCount}] was the last:` : "No cell has run yet.",
    );
    if (latest) await show(kernel, request, latest);
  }
  for (const { header } of followed) {
    const find = (): Cell | undefined =>
      kernel.cells.withOutputs.find((cell) => cell.request.header.msg_id === header.msg_id);
    if (!find()) await setImmediate();
    const cell = find();
    // It was not run, because one before it has failed.
    if (!cell) continue;
    say(kernel, request, `In [${cell.executionCount}]:`);
    await show(kernel, request, cell);
  }
  return ended;
}

const ended: CellOutcome = { status: "ok", userExpressions: {} };

function say({ publisher }: KernelContext, { header }: Request, text: string): void {
  void publisher.stream(header, "stdout", `${gray(text)}\n`);
}

function show({ publisher }: KernelContext, request: Request, cell: Cell): Promise<void> {
  const shownAs: Cell = { ...cell, request };
  return cell.record.follow((output) => {
    if (output.type === "stream") void publisher.stream(request.header, output.name, output.text);
    else if (!output.type.startsWith("comm_")) void publisher.output(outputMessage(output, shownAs));
  });
}
