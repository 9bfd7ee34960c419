/** A server that runs. */
export interface ServeHandle {
  /** `http://127.0.0.1:8501` */
  url: string;
  port: number;
  host: string;
  /** Whether all models answer. */
  readonly isReady: boolean;
  /** Says that it is not ready, goes on for `drainDelayMs`, answers what is in work, and ends. */
  close(): Promise<void>;
}
