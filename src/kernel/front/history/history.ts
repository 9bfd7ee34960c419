/** One executed cell. */
export interface HistoryEntry {
  /** Counts the kernels that ever wrote to the history. */
  session: number;
  /** Its execution count. */
  line: number;
  source: string;
  /** text/plain of its result, if it had one. */
  output: string | null;
}

/** What has been executed, in this kernel and before. All lists are ordered from old to new. */
export interface History {
  add(line: number, source: string): void;
  addOutput(line: number, output: string): void;
  /** The newest `n` entries of all sessions. */
  tail(n: number): HistoryEntry[];
  /** Lines `start` to before `stop` of one session: 0 for this one, -1 for the one before, or its number. */
  range(session: number, start: number, stop: number): HistoryEntry[];
  /** The newest `n` entries that match a glob pattern (`*`, `?`, `[a-z]`); `unique` leaves out older equal ones. */
  search(pattern: string, n: number, unique: boolean): HistoryEntry[];
  close(): void;
}
