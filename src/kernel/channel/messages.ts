/** Messages between the front process and the runner's two threads. */
import type { CellOutcome, CellRequest, LiveProperty, RunnerOutput } from "../contracts.js";

/** How the runner ends when user code has replaced what its own code needs. */
export const unusableExitCode = 70;

export type CommMessage = Extract<RunnerOutput, { type: "comm_open" | "comm_msg" | "comm_close" }>;

/** Descriptors of the runner process beyond the standard three. */
export const Descriptor = { output: 3, requests: 4, helper: 5 } as const;

/** From the front process to the user's thread. A comm message's buffers travel beside it. */
export type RunnerRequest =
  | { type: "execute"; request: CellRequest }
  | { type: "input_reply"; requestId: string; value?: string | undefined }
  | { type: "comm"; message: Omit<CommMessage, "buffers"> };

/** From the user's thread to the front process. */
export type RunnerMessage =
  | RunnerOutput
  | { type: "ready" }
  | { type: "settled"; cellId: string; outcome: CellOutcome }
  | { type: "exiting"; code: number }
  // With MANABI_LOG=debug: what the runner does.
  | { type: "log"; text: string }
  // From the helper thread: the cells that an interrupt was meant for have settled.
  | { type: "interrupted" };

/** From the front process to the helper thread, which answers each with the same id. */
export type HelperRequest =
  // With the cells that have not settled: the last ones may not have been read yet.
  | { type: "interrupt"; cellIds: string[] }
  | { type: "liveProperties"; expression: string }
  | { type: "liveDescription"; expression: string };

export interface HelperReply {
  id: number;
  result?: LiveProperty[] | string | undefined;
}
