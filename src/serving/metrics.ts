import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry as Metrics } from "prom-client";
import type { BatchListener } from "./models/batcher.js";
import type { Registry } from "./models/registry.js";

/** TensorFlow Serving's bounds for times, in microseconds: each 1.8 times the one before. */
const microseconds = Array.from({ length: 33 }, (_, i) => Math.round(10 * 1.8 ** i));
const batchSizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What Prometheus reads, under the names that TensorFlow Serving has, and those that are usual for servers in Node. */
export class ServingMetrics {
  readonly #metrics = new Metrics();
  readonly #requests = this.#counter("request_count", "Requests by model and status.", [
    "model_name",
    "status",
  ]);
  readonly #latency = this.#histogram(
    "request_latency",
    "From a request's arrival to its answer, in microseconds.",
    microseconds,
    ["model_name", "API", "entrypoint"],
  );
  readonly #runtime = this.#histogram(
    "runtime_latency",
    "How long a batch ran, in microseconds.",
    microseconds,
    ["model_name"],
  );
  readonly #queuing = this.#histogram(
    "batching_session:queuing_latency",
    "How long a request waited for its batch, in microseconds.",
    microseconds,
    ["model_name"],
  );
  readonly #batchSize = this.#histogram(
    "batching_session:processed_batch_size",
    "Samples of a batch.",
    batchSizes,
    ["model_name"],
  );
  readonly #http = new Histogram({
    name: "http_request_duration_seconds",
    help: "From a request's arrival to its answer.",
    labelNames: ["method", "route", "code"],
    buckets: seconds,
    registers: [this.#metrics],
  });
  readonly #http1 = new Counter({
    name: "http_requests_total",
    help: "Requests.",
    labelNames: ["method", "route", "code"],
    registers: [this.#metrics],
  });
  /** To look the same labels up once. */
  readonly #known = new Map<string, (passed: number) => void>();

  constructor() {
    collectDefaultMetrics({ register: this.#metrics });
  }

  #counter(name: string, help: string, labelNames: string[]) {
    return new Counter({ name: `:tensorflow:serving:${name}`, help, labelNames, registers: [this.#metrics] });
  }

  #histogram(name: string, help: string, buckets: number[], labelNames: string[]) {
    return new Histogram({
      name: `:tensorflow:serving:${name}`,
      help,
      buckets,
      labelNames,
      registers: [this.#metrics],
    });
  }

  /** Has the metrics say how models are. */
  watch(registry: Registry): void {
    const gauge = (
      name: string,
      help: string,
      valueOf: (version: { isReady: boolean; queued: number; restarts: number }) => number,
    ) =>
      new Gauge({
        name,
        help,
        labelNames: ["model_name", "version"],
        registers: [this.#metrics],
        collect() {
          this.reset();
          for (const { name: model_name, versions } of registry.models)
            for (const version of versions)
              this.set({ model_name, version: version.version }, valueOf(version));
        },
      });
    gauge("manabi_model_ready", "1 if the version answers.", ({ isReady }) => Number(isReady));
    gauge("manabi_queue_length", "Requests that wait for a batch.", ({ queued }) => queued);
    gauge(
      "manabi_model_restarts",
      "How often the version's process ended and was started again.",
      ({ restarts }) => restarts,
    );
  }

  /** What is told of a model's batches. */
  listener(model_name: string): BatchListener {
    const runtime = this.#runtime.labels({ model_name });
    const queuing = this.#queuing.labels({ model_name });
    const size = this.#batchSize.labels({ model_name });
    return {
      ran: (rows, _, passed) => {
        size.observe(rows);
        runtime.observe(passed * 1e6);
      },
      waited: (passed) => queuing.observe(passed * 1e6),
    };
  }

  /**
   * Counts a request that was answered.
   *
   * @param model undefined for requests that were for none that there is
   */
  answered(method: string, api: string, code: number, passed: number, model?: string): void {
    const key = `${method} ${api} ${code} ${model ?? ""}`;
    let count = this.#known.get(key);
    if (!count) {
      count = this.#counting(method, api, code, model);
      this.#known.set(key, count);
    }
    count(passed);
  }

  #counting(
    method: string,
    route: string,
    code: number,
    model_name: string | undefined,
  ): (passed: number) => void {
    const total = this.#http1.labels({ method, route, code });
    const duration = this.#http.labels({ method, route, code });
    const requests =
      model_name === undefined
        ? undefined
        : this.#requests.labels({ model_name, status: code < 400 ? "OK" : String(code) });
    const latency =
      model_name === undefined
        ? undefined
        : this.#latency.labels({ model_name, API: route, entrypoint: "REST" });
    return (passed) => {
      total.inc();
      duration.observe(passed);
      requests?.inc();
      latency?.observe(passed * 1e6);
    };
  }

  get contentType(): string {
    return this.#metrics.contentType;
  }

  text(): Promise<string> {
    return this.#metrics.metrics();
  }
}
