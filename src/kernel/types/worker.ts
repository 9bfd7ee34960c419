/** The worker thread of the cell service. Started by `service.ts`. */
import { parentPort, workerData } from "node:worker_threads";
import { complete } from "./completion.js";
import { isComplete } from "../transform/completeness.js";
import { inspect } from "./inspection.js";
import { checkNesting } from "../transform/nesting.js";
import { CellLanguage } from "./language.js";
import { codeWithoutMagics } from "../transform/magic-syntax.js";
import type {
  WorkerFolders,
  WorkerMethods,
  WorkerRequest,
  WorkerResponse,
} from "../cell-service-messages.js";

const { folder, homeFolder } = workerData as WorkerFolders;
const language = new CellLanguage(folder, homeFolder, (checkerPid) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage({ checkerPid } satisfies WorkerResponse);
});
/** What is done once the answer is on its way. */
let afterwards: (() => void) | undefined;

const methods: WorkerMethods = {
  start: () => language.start(),
  check(code, unlessWrong) {
    const { diagnostics, remember } = language.check(code);
    const isWrong = diagnostics.some(({ category }) => category === "error");
    if (!(isWrong && unlessWrong)) afterwards = remember;
    return diagnostics;
  },
  reset: () => language.reset(),
  complete: (code, cursor) => complete(language, code, cursor),
  inspect: (code, cursor, detailLevel) => inspect(language, code, cursor, detailLevel),
  isComplete: (code) => isComplete(codeWithoutMagics(code) ?? ""),
  shutdown() {
    language.close();
    parentPort?.close();
  },
};

parentPort?.on("message", ({ id, method, arguments: values }: WorkerRequest) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(answer(id, method, values));
  const action = afterwards;
  afterwards = undefined;
  action?.();
});

function answer(id: number, method: keyof WorkerMethods, values: unknown[]): WorkerResponse {
  try {
    if (typeof values[0] === "string") checkNesting(values[0]);
    const call = methods[method] as (...values: unknown[]) => unknown;
    return { id, result: call(...values) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}
