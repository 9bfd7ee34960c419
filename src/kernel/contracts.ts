/**
 * What the three parts of the kernel know of each other, and nothing more.
 *
 *   front process (A)   sockets, message types, history. Runs no user code and no TypeScript.
 *   cell service  (B)   a worker thread of A: types of all cells so far. Answers while user code runs.
 *   runner        (C)   a child process: transforms and evaluates cells, catches their output.
 *
 * A sends a cell's source to B (diagnostics) and C (evaluation) at the same time. Positions are UTF-16 offsets
 * here; A converts from and to the code points of the Jupyter protocol.
 */

export type MimeBundle = Record<string, unknown>;
export type JsonObject = Record<string, unknown>;

/** One cell to evaluate. */
export interface CellRequest {
  /** Unique for the life of the kernel; every output names the cell that caused it. */
  cellId: string;
  /** The number shown in `In [n]`. Names the cell in tracebacks; several silent cells may share it. */
  executionCount: number;
  code: string;
  /** No execute_result for the last expression. */
  silent: boolean;
  /** Expressions to evaluate after the cell, by name. */
  userExpressions: Record<string, string>;
  /** Whether the asking front end can answer `input_request`. */
  allowStdin: boolean;
}

/** An error as the protocol wants it: `traceback` lines are coloured by ANSI codes. */
export interface CellError {
  ename: string;
  evalue: string;
  traceback: string[];
}

export type CellOutcome =
  | {
      status: "ok";
      userExpressions: Record<string, JsonObject>;
      payload?: JsonObject[];
      /** What the cell has asked about by `name?`. */
      questions?: string[];
    }
  | ({ status: "error"; userExpressions?: Record<string, JsonObject> } & CellError);

/** Everything a cell can send before (or long after) it ends; `cellId` names the cell it belongs to. */
export type RunnerOutput = { cellId: string } & (
  | { type: "stream"; name: "stdout" | "stderr"; text: string }
  | {
      type: "display_data" | "update_display_data";
      data: MimeBundle;
      metadata: JsonObject;
      displayId?: string;
    }
  | { type: "execute_result"; data: MimeBundle; metadata: JsonObject }
  // Only for errors after the cell ended (unhandled rejections, timers): the cell's own error is in its outcome.
  | ({ type: "error" } & CellError)
  | { type: "clear_output"; wait: boolean }
  | { type: "input_request"; prompt: string; password: boolean; requestId: string }
  | {
      type: "comm_open" | "comm_msg" | "comm_close";
      content: JsonObject;
      metadata: JsonObject;
      buffers: Uint8Array[];
    }
);

/** One member of a value that exists at run time. */
export interface LiveProperty {
  name: string;
  /** `function`, `object`, `string`, … as `typeof`, or `getter` when reading it could run code. */
  kind: string;
}

/** How A sees C. The implementation starts, watches and replaces the process. */
export interface Runner {
  /** Starts the process; resolves when it can evaluate. */
  start(): Promise<void>;
  /**
   * Evaluates a cell. Always settles: also when the process dies (`ename` "RunnerDied", after which a fresh
   * runner has been started). All outputs of the cell have been passed to `onOutput` before it settles, and none
   * before this returns.
   */
  execute(request: CellRequest): Promise<CellOutcome>;
  /** Ends what the running cells are doing; state survives. Escalates to a new process if nothing else helps. */
  interrupt(): Promise<void>;
  /** Answers while a cell spins; runs no getters. Undefined if `expression` has side effects or no value. */
  liveProperties(expression: string): Promise<LiveProperty[] | undefined>;
  /** A short text for a live value (type and preview); undefined if there is none. */
  liveDescription(expression: string): Promise<string | undefined>;
  /** The answer to an `input_request`; undefined if the front end gave none. */
  inputReply(requestId: string, value: string | undefined): void;
  /** A comm message from the front end. */
  comm(message: Extract<RunnerOutput, { type: "comm_open" | "comm_msg" | "comm_close" }>): void;
  /** Open comms: id to target name. */
  comms(): Map<string, string>;
  /** Ends the process and everything it started. */
  shutdown(): Promise<void>;
  /** Called for each output, in order. May return a promise: C waits for it when output piles up. */
  onOutput: (output: RunnerOutput) => void | Promise<void>;
  /**
   * Called when a process died and a fresh one takes its place, before the running cells settle. All state is
   * lost; `reason` says to the user why, in one line.
   */
  onReplaced: (reason: string) => void;
}

/** A finding of the type checker in one cell. */
export interface CellDiagnostic {
  category: "error" | "warning" | "suggestion";
  code: number;
  message: string;
  /** Offsets in the cell's source. */
  start: number;
  end: number;
  /** 1-based. */
  line: number;
  column: number;
}

export interface Completions {
  matches: { text: string; kind: string; signature?: string; documentation?: string; insertText?: string }[];
  start: number;
  end: number;
  /** Set if the text before the cursor is `expression.partial`: A may ask C for live members of it. */
  memberOf?: string;
}

/** Whether a cell can be run as it stands. */
export interface Completeness {
  status: "complete" | "incomplete" | "invalid";
  /** What the next line starts with. */
  indent?: string;
}

/** How A sees B. Every method answers also while a cell runs. */
export interface CellService {
  /** Starts loading the type checker; the other methods wait for it by themselves. */
  start(): Promise<void>;
  /**
   * Adds a cell that is being run to the program that later cells see; resolves to what is wrong with it.
   * `unlessWrong`: a cell with errors is not run, and so not added.
   */
  check(cell: {
    cellId: string;
    executionCount: number;
    code: string;
    unlessWrong?: boolean;
  }): Promise<CellDiagnostic[]>;
  /** Adds a cell likewise, but looks at it when there is time: nobody waits for what is wrong with it. */
  add(cell: { cellId: string; executionCount: number; code: string }): void;
  /** Forgets all cells (the runner was replaced, `%reset`). */
  reset(): Promise<void>;
  complete(code: string, cursor: number): Promise<Completions>;
  /** Types and documentation at the cursor, as text/plain and text/markdown; undefined if there is nothing. */
  inspect(code: string, cursor: number, detailLevel: 0 | 1): Promise<MimeBundle | undefined>;
  isComplete(code: string): Promise<Completeness>;
  shutdown(): Promise<void>;
}

/** What a cell's source becomes; made by `transform/transform.ts`, which is a pure function that C calls. */
export interface TransformedCell {
  /** JavaScript: one expression, an async function whose parameters `transform/transform.ts` describes. */
  code: string;
  /** Source map (version 3, JSON text) from `code` to the cell's source; made when first read. */
  readonly map: string;
}
