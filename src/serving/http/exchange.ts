import type { IncomingMessage, ServerResponse } from "node:http";
import type { Cancellation } from "../models/batcher.js";

/**
 * Answers requests besides the server's own. Asked for each request before those; one that returns false has done nothing, and
 * leaves it to the next. The body is its own to read, and to limit.
 */
export type Route = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

/** What a request gets. */
export interface Answer {
  status: number;
  /** Of the content. Default: application/json. */
  type?: string;
  headers?: Record<string, string | number>;
  content: string | Uint8Array;
  /** What follows the content. */
  parts?: readonly Uint8Array[];
}

/** What is known of a request besides its bytes, for the log and the metrics. */
export interface Subject {
  model?: string;
  version?: string;
  /** `predict`, `infer`, ... */
  api: string;
  rows?: number;
  error?: string;
}

/** A request as the protocols see it. */
export interface ProtocolRequest {
  method: string;
  path: string;
  header(name: string): string | undefined;
  /** Reads the body. */
  body(): Promise<Buffer>;
  cancellation: Cancellation;
  subject: Subject;
}
