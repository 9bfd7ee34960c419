import { boldRed } from "./colors.js";
import type { CellError } from "./contracts.js";

/** An interrupt, as the cell that it ends sees it. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  /** `frames` says where the code was, as the lines of a stack. */
  constructor(frames = "") {
    super("The cell was interrupted. Variables keep their values.");
    this.stack = `${this.name}: ${this.message}\n${frames}`;
  }
}

/** What is said of a cell that was interrupted before anybody knows where. */
export function interruptedError(): CellError {
  const { name, message } = new Interrupted();
  return { ename: name, evalue: message, traceback: [`${boldRed(name)}: ${message}`] };
}
