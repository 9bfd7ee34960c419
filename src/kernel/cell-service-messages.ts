/** What the front process and the worker thread of the cell service tell each other. */
import type { CellDiagnostic, Completeness, Completions, MimeBundle } from "./contracts.js";

export interface WorkerMethods {
  start(): void;
  check(code: string, unlessWrong: boolean): CellDiagnostic[];
  reset(): void;
  complete(code: string, cursor: number): Completions;
  inspect(code: string, cursor: number, detailLevel: 0 | 1): MimeBundle | undefined;
  isComplete(code: string): Completeness;
  shutdown(): void;
}

export interface WorkerRequest {
  id: number;
  method: keyof WorkerMethods;
  arguments: unknown[];
}

export type WorkerResponse =
  | { id: number; result: unknown }
  | { id: number; error: string }
  /** The process that the thread will wait for, whatever happens to it. */
  | { checkerPid: number };

export interface WorkerFolders {
  /** The notebook's folder. */
  folder: string;
  /** Manabi's own package. */
  homeFolder: string;
}
