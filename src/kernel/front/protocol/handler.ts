import type { CellService, JsonObject, Runner } from "../../contracts.js";
import type { History } from "../history/history.js";
import type { Ports } from "../wire/connection.js";
import type { Cells } from "./cells.js";
import type { InputRequests } from "./input-requests.js";
import type { Publisher } from "./publisher.js";
import type { Request } from "./request.js";
import type { Settings } from "./settings.js";
import type { Shell } from "./shell.js";

/** What handlers know of the kernel. */
export interface KernelContext {
  readonly runner: Runner;
  readonly cellService: CellService;
  readonly history: History;
  /** Of the kernel and of its language. */
  readonly versions: { kernel: string; typescript: string };
  readonly ports: Ports | undefined;
  readonly publisher: Publisher;
  readonly cells: Cells;
  readonly inputRequests: InputRequests;
  /** The queue of cells that name no subshell. */
  readonly mainShell: Shell;
  /** By subshell id. */
  readonly subshells: Map<string, Shell>;
  readonly settings: Settings;
  executionCount: number;
  /** Cells that have ended without their type errors, which are still awaited. */
  lateChecks: number;
  createShell(): Shell;
  /** The busy or idle status of one request. */
  status(state: "busy" | "idle", request: Request): void;
  /** Sends the reply to a request to whoever sent it. */
  reply(request: Request, content: JsonObject, metadata?: JsonObject): void;
  /** The reply to a request that could not be handled. */
  replyFailure(request: Request, error: unknown): void;
  /** Ends what the running cells do. */
  interrupt(): Promise<void>;
  /** Ends the kernel. */
  stop(): Promise<void>;
}

/**
 * Does what one message type asks for. Returns the content of the reply, without `status: "ok"`; undefined if the
 * type has no reply. What it throws becomes an error reply.
 */
export type Handler = (
  kernel: KernelContext,
  request: Request,
) => JsonObject | undefined | Promise<JsonObject | undefined>;
