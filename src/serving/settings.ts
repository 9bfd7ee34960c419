import type { Writable } from "node:stream";
import type { PixelRange } from "./engine/messages.js";
import type { Route } from "./http/exchange.js";
import { cpuLimit } from "./cpu-limit.js";

/** How `serve` serves. */
export interface ServeOptions {
  /**
   * Where the models are, by the names under which they are served: a `.keras` or `.h5` file, a folder with `model.json` or
   * `saved_model.pb`, or one with a folder for each version (`1/`, `2/`, ...), of which the highest is served.
   */
  models: Record<string, string | ModelOptions>;
  /** Default: 8501, TensorFlow Serving's. 0 takes a free one. */
  port?: number;
  /** Default: 127.0.0.1. In a container, 0.0.0.0. */
  host?: string;
  /** The most samples that run at once. Default: 32. */
  maxBatchSize?: number;
  /**
   * How long the first sample waits for others to make a batch, in milliseconds. Default: 0: what has come while the
   * model was busy is the next batch.
   */
  batchTimeoutMs?: number;
  /** The most requests that wait for a model; others are answered 503 at once. Default: 1,000. */
  maxQueue?: number;
  /** After so long a request is answered 504, in milliseconds. Default: 30,000, as TensorFlow Serving's. */
  requestTimeoutMs?: number;
  /** The largest body of a request, in bytes. Default: 64 MiB. */
  maxBodyBytes?: number;
  /** The most bytes of bodies that are in work together; above it requests are answered 503. Default: 512 MiB. */
  maxBodiesBytes?: number;
  /** The most pixels of a picture that is decoded. Default: 40,000,000. */
  maxPixels?: number;
  /** Threads of TensorFlow, for each model. Default: the CPU limit of the container, else the number of cores. */
  threads?: number;
  /** How often folders of versions are looked at, in milliseconds. Default: 1,000. 0: only at the start. */
  pollMs?: number;
  /** How long the server goes on after `close` (or SIGTERM) before it takes no more connections, in milliseconds. Default: 0. */
  drainDelayMs?: number;
  /** After so long `close` cuts off what is still in work, in milliseconds. Default: 25,000. */
  drainTimeoutMs?: number;
  /** Where a line of JSON goes for each request. Default: none. */
  accessLog?: Writable;
  /** Called with what an operator should know: models that come and go, processes that ended. Default: console.error. */
  log?: (line: string) => void;
  /** Whether pages of other origins may call. Default: false. */
  cors?: boolean;
  /** Asked for each request before the server's own paths; one that returns false leaves it to the next. */
  routes?: readonly Route[];
}

/** One model of `serve`. */
export interface ModelOptions {
  path: string;
  /** Which of its versions are served: the highest (default), all, or these. */
  versions?: "latest" | "all" | readonly number[];
  /** Names for versions, for paths with `/labels/`. */
  labels?: Record<string, number>;
  /**
   * What the 0 to 255 of pictures become. Default: 0..255 where the model begins with a `Rescaling` or `Normalization`
   * layer or takes whole numbers, else 0..1.
   */
  pixels?: PixelRange;
  /** Names of the classes, for `:classify`. Default: their numbers. */
  classes?: readonly string[];
}

export type Settings = Required<Omit<ServeOptions, "accessLog" | "models">> & {
  models: Record<string, ModelOptions>;
  accessLog: Writable | undefined;
};

/** @throws RangeError or TypeError that says which option is wrong */
export function settingsOf(options: ServeOptions): Settings {
  const settings: Settings = {
    port: 8501,
    host: "127.0.0.1",
    maxBatchSize: 32,
    batchTimeoutMs: 0,
    maxQueue: 1000,
    requestTimeoutMs: 30_000,
    maxBodyBytes: 64 * 2 ** 20,
    maxBodiesBytes: 512 * 2 ** 20,
    maxPixels: 40_000_000,
    threads: cpuLimit(),
    pollMs: 1000,
    drainDelayMs: 0,
    drainTimeoutMs: 25_000,
    log: (line) => console.error(line),
    cors: false,
    routes: [],
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
    accessLog: options.accessLog,
    models: Object.fromEntries(
      Object.entries(options.models).map(([name, model]) => [
        name,
        typeof model === "string" ? { path: model } : model,
      ]),
    ),
  };
  const least = {
    maxBatchSize: 1,
    maxQueue: 1,
    maxBodyBytes: 1,
    maxBodiesBytes: 1,
    maxPixels: 1,
    threads: 1,
  };
  const zero = {
    port: 0,
    batchTimeoutMs: 0,
    requestTimeoutMs: 1,
    pollMs: 0,
    drainDelayMs: 0,
    drainTimeoutMs: 0,
  };
  for (const [name, minimum] of Object.entries({ ...least, ...zero }) as [keyof typeof least, number][]) {
    const value: unknown = settings[name];
    const isWhole = typeof value === "number" && (Number.isInteger(value) || name.endsWith("Ms"));
    if (!isWhole || value < minimum)
      throw new RangeError(`serve: ${name} must be a number from ${minimum} on, not ${String(value)}.`);
  }
  if (Object.keys(settings.models).length === 0)
    throw new RangeError(
      'serve: no model was given. Expected as in: serve({ models: { mnist: "mnist.keras" } })',
    );
  for (const [name, { path }] of Object.entries(settings.models)) {
    if (name === "" || /[/:]/.test(name))
      throw new RangeError(
        `serve: ${JSON.stringify(name)} cannot be a model's name: it is part of addresses, so without "/" and ":".`,
      );
    if (typeof path !== "string")
      throw new TypeError(
        `serve: the path of the model ${JSON.stringify(name)} must be a string, not ${typeof path}.`,
      );
  }
  return settings;
}
