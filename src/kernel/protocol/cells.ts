import type { Request } from "./request.js";

/** One piece of code, or comm message, that user code was run for. Its output may come long after its end. */
export interface Cell {
  id: string;
  request: Request;
  executionCount: number;
  /** text/plain of its execute_result, for the history. */
  result?: string;
}

/** So many cells are remembered; output of an older one goes to the newest. */
const remembered = 10_000;

/** Who caused an output. */
export class Cells {
  readonly #cells = new Map<string, Cell>();
  #newest: Cell | undefined;
  #count = 0;

  add(request: Request, executionCount: number): Cell {
    const cell: Cell = { id: `cell-${++this.#count}`, request, executionCount };
    this.#cells.set(cell.id, cell);
    if (request.header.msg_type === "execute_request") this.#newest = cell;
    if (this.#cells.size > remembered) {
      const [oldest] = this.#cells.keys();
      this.#cells.delete(oldest!);
    }
    return cell;
  }

  get newest(): Cell | undefined {
    return this.#newest;
  }

  /** The cell with this id; the newest one if it is not known; undefined if none has run yet. */
  get(id: string): Cell | undefined {
    return this.#cells.get(id) ?? this.#newest;
  }
}
