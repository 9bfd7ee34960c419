import { boldRed } from "../kernel/colors.js";
import type { CellOutcome } from "../kernel/contracts.js";

/** What is said of a cell that took longer than it may; where it was when it was interrupted stands below. */
export function timedOut(seconds: number, outcome: CellOutcome): CellOutcome {
  const ename = "CellTimeoutError";
  const evalue = `The cell took longer than ${seconds} s, the time that --timeout gives it, and was ended.`;
  const where = outcome.status === "error" ? outcome.traceback : [];
  return { status: "error", ename, evalue, traceback: [`${boldRed(ename)}: ${evalue}`, ...where] };
}
