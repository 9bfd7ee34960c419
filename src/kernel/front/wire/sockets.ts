/** The channels on which front ends send requests. */
export type RequestChannel = "shell" | "control" | "stdin";
export type Channel = RequestChannel | "iopub";

/** The kernel's sockets. The heartbeat echoes by itself. */
export interface Sockets {
  /** Starts listening; messages arrive from now on. */
  bind(): Promise<void>;
  /** Sends in the order of the calls. Rejects if the addressed front end is not connected (stdin only). */
  send(channel: Channel, frames: readonly Uint8Array[]): Promise<void>;
  /** Delivers what is still to be sent (for at most a second) and closes. */
  close(): Promise<void>;
  onMessage: (channel: RequestChannel, frames: Uint8Array[]) => void;
  /** Somebody subscribed to the topics on iopub that begin with `topic`. */
  onSubscription: (topic: Uint8Array) => void;
}
