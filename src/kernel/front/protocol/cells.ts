import { OutputRecord } from "./output-record.js";
import type { Request } from "./request.js";

/** One piece of code, or comm message, that user code was run for. Its output may come long after its end. */
export interface Cell {
  id: string;
  request: Request;
  executionCount: number;
  /** text/plain of its execute_result, for the history. */
  result?: string;
  /** What it has put out, for those who come later. */
  record: OutputRecord;
  /** Until it resolves, its outputs wait: what is wrong with the cell comes first. */
  held?: Promise<void>;
}

/** So many of each kind are remembered; output of an older one goes to the newest cell. */
const remembered = { cells: 10_000, messages: 1000 };
/** Outputs of so many cells. */
const recorded = 50;

/** Only who asked is needed later. The rest may be large: code, buffers, what a front end says of its notebook. */
const forgotten = { parentHeader: {}, metadata: {}, content: {}, buffers: [] };

/** Who caused an output. */
export class Cells {
  readonly #cells = new Map<string, Cell>();
  /** Comm messages apart: a slider that is dragged sends many, and must not make us forget cells. */
  readonly #messages = new Map<string, Cell>();
  #newest: Cell | undefined;
  #recorded: Cell[] = [];
  #count = 0;

  add(request: Request, executionCount: number): Cell {
    const asked = { ...request, ...forgotten };
    const cell: Cell = {
      id: `cell-${++this.#count}`,
      request: asked,
      executionCount,
      record: new OutputRecord(),
    };
    if (request.header.msg_type === "execute_request") {
      this.#newest = cell;
      remember(this.#cells, cell, remembered.cells);
      this.#recorded.push(cell);
      if (this.#recorded.length > recorded) this.#recorded.shift()?.record.forget();
    } else remember(this.#messages, cell, remembered.messages);
    return cell;
  }

  get newest(): Cell | undefined {
    return this.#newest;
  }

  /** The cells whose outputs are still known, oldest first. */
  get withOutputs(): readonly Cell[] {
    return this.#recorded;
  }

  /** What has this id; the newest cell if it is not known; undefined if none has run yet. */
  get(id: string): Cell | undefined {
    return this.#cells.get(id) ?? this.#messages.get(id) ?? this.#newest;
  }
}

function remember(cells: Map<string, Cell>, cell: Cell, limit: number): void {
  cells.set(cell.id, cell);
  if (cells.size <= limit) return;
  const [oldest] = cells.keys();
  cells.delete(oldest!);
}
