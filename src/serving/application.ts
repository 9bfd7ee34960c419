import type { IncomingMessage, ServerResponse } from "node:http";
import type { AccessLog } from "./access-log.js";
import { readBody, type BodyBudget } from "./http/body.js";
import type { Answer, ProtocolRequest, Subject } from "./http/exchange.js";
import { answerProtocol, isProtocolPath } from "./inference-protocol/endpoint.js";
import type { ServingMetrics } from "./metrics.js";
import type { Cancellation } from "./models/batcher.js";
import type { Registry } from "./models/registry.js";
import type { Settings } from "./settings.js";
import { ServingError } from "./status.js";
import { errorAnswer } from "./tensorflow-rest/answers.js";
import { answerRest } from "./tensorflow-rest/endpoint.js";
import { isRestPath } from "./tensorflow-rest/paths.js";

const corsHeaders = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "POST, GET",
  "access-control-allow-headers": "Content-Type",
};

/** A request that is being answered. */
interface Work {
  method: string;
  path: string;
  subject: Subject;
  cancellation: Cancellation;
  /** Of the budget for bodies. */
  taken: number;
}

/** Answers all requests of a server. */
export class Application {
  /** Whether the server is about to end: it answers, but says that it is not ready. */
  isDraining = false;
  #inWork = 0;

  constructor(
    private readonly settings: Settings,
    private readonly registry: Registry,
    private readonly metrics: ServingMetrics,
    private readonly budget: BodyBudget,
    private readonly log: AccessLog | undefined,
  ) {}

  get inWork(): number {
    return this.#inWork;
  }

  get isReady(): boolean {
    return !this.isDraining && this.registry.isReady;
  }

  /** Never throws: whatever goes wrong is the answer. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const start = performance.now();
    const { method = "GET", url = "/" } = request;
    const query = url.indexOf("?");
    const path = query < 0 ? url : url.slice(0, query);
    const work: Work = { method, path, subject: { api: "other" }, cancellation: {}, taken: 0 };
    this.#inWork++;
    response.on("close", () => {
      this.#inWork--;
      this.budget.give(work.taken);
      if (!response.writableFinished) work.cancellation.onCancel?.();
      this.#note(request, response, work, start);
    });
    try {
      const answer = await this.#answer(request, response, work);
      if (answer) this.#send(response, answer);
    } catch (error) {
      this.#fail(request, response, work, error);
    }
  }

  /** Undefined if somebody else has answered. */
  async #answer(request: IncomingMessage, response: ServerResponse, work: Work): Promise<Answer | undefined> {
    for (const route of this.settings.routes) {
      const isDone = route(request, response);
      // oxlint-disable-next-line no-await-in-loop -- the first one that takes it
      if (isDone === true || (isDone !== false && (await isDone))) {
        work.subject.api = "route";
        return undefined;
      }
    }
    const { method, path } = work;
    if (method === "OPTIONS") return this.#preflight(request);
    if (isRestPath(path)) return answerRest(this.registry, this.#protocolRequest(request, work));
    if (isProtocolPath(path))
      return answerProtocol(this.registry, this.isReady, this.#protocolRequest(request, work));
    if (method !== "GET" && method !== "HEAD") return plain(404, "Not found");
    return this.#ownPage(path, work);
  }

  async #ownPage(path: string, { subject }: Work): Promise<Answer> {
    switch (path) {
      case "/":
        return { status: 200, content: '{"status": "alive"}' };
      // Kubernetes's names for probes.
      case "/livez":
      case "/healthz":
        subject.api = "health";
        return plain(200, "ok");
      case "/readyz":
        subject.api = "health";
        return this.isReady
          ? plain(200, "ok")
          : plain(503, this.isDraining ? "shutting down" : "models are not loaded");
      case "/metrics":
      case "/monitoring/prometheus/metrics":
        subject.api = "metrics";
        return { status: 200, type: this.metrics.contentType, content: await this.metrics.text() };
      default:
        return plain(404, "Not found");
    }
  }

  #preflight(request: IncomingMessage): Answer {
    const { origin } = request.headers;
    if (!this.settings.cors || origin === undefined || !/^https?:/.test(origin))
      return plain(403, "No origin may call.");
    return { status: 204, content: "" };
  }

  #protocolRequest(request: IncomingMessage, work: Work): ProtocolRequest {
    const { method, path, subject, cancellation } = work;
    return {
      method,
      path,
      subject,
      cancellation,
      header: (name) => request.headers[name] as string | undefined,
      body: async () => {
        const { bytes, taken } = await readBody(request, this.budget);
        work.taken = taken;
        return bytes;
      },
    };
  }

  #send(
    response: ServerResponse,
    { status, type = "application/json", headers, content, parts = [] }: Answer,
  ): void {
    if (response.destroyed) return;
    const size = parts.reduce((sum, part) => sum + part.length, Buffer.byteLength(content));
    response.writeHead(status, {
      "content-type": type,
      "content-length": size,
      ...headers,
      ...(this.settings.cors ? corsHeaders : undefined),
      ...(this.isDraining ? { connection: "close" } : undefined),
    });
    for (const [i, part] of [content, ...parts].entries()) if (i < parts.length) response.write(part);
    response.end(parts.at(-1) ?? content);
  }

  #fail(request: IncomingMessage, response: ServerResponse, { subject }: Work, error: unknown): void {
    const known = error instanceof ServingError ? error : new ServingError("INTERNAL", "Internal error");
    subject.error = known.message;
    if (known !== error && !request.destroyed)
      this.settings.log(
        `${request.method} ${request.url}: ${error instanceof Error ? error.stack : String(error)}`,
      );
    if (response.headersSent) return void response.destroy();
    const headers: Record<string, string | number> = {};
    if (known.retryAfter !== undefined) headers["retry-after"] = known.retryAfter;
    // What is left of its body is not waited for.
    const isCutOff = !request.complete;
    if (isCutOff) headers["connection"] = "close";
    this.#send(response, { status: known.httpStatus, headers, content: errorAnswer(known.message) });
    if (isCutOff) response.on("finish", () => request.socket.destroySoon());
  }

  #note(
    request: IncomingMessage,
    response: ServerResponse,
    { method, path, subject }: Work,
    start: number,
  ): void {
    const passed = (performance.now() - start) / 1000;
    // Whoever goes away has no status; 499 is what servers note for it.
    const status = response.writableFinished ? response.statusCode : 499;
    const isModel = subject.model !== undefined && Object.hasOwn(this.settings.models, subject.model);
    this.metrics.answered(method, subject.api, status, passed, isModel ? subject.model : undefined);
    this.log?.write({
      time: new Date().toISOString(),
      remote: request.socket.remoteAddress,
      method,
      path,
      status,
      ms: Math.round(passed * 1e6) / 1000,
      bytes: Number(response.getHeader("content-length") ?? 0),
      ...subject,
    });
  }
}

const plain = (status: number, content: string): Answer => ({ status, type: "text/plain", content });
