import type { EnvHttpProxyAgent, RequestInit, Response } from "undici";

/** By the settings of the environment as it was when they were last asked for. */
let agent: { settings: string; dispatcher: EnvHttpProxyAgent } | undefined;

const proxyVariables = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"];

/**
 * Node's `fetch`, by the proxies that `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` name (either case), which Node's own does not
 * ask for.
 */
export async function request(url: string, options: RequestInit = {}): Promise<Response> {
  // When it is needed: it takes longer to load than the rest of this room, and every notebook imports that.
  const undici = await import("undici");
  const settings = proxyVariables.map((name) => process.env[name] ?? "").join("\n");
  if (agent?.settings !== settings) {
    // Only what is encrypted is tunnelled: few proxies let other things through so. Of the old one, requests may be under way; its idle connections close by themselves.
    agent = { settings, dispatcher: new undici.EnvHttpProxyAgent({ proxyTunnel: false }) };
  }
  return undici.fetch(url, { dispatcher: agent.dispatcher, ...options });
}

/** An answer other than the one that was asked for. */
export class HttpError extends Error {
  override name = "HttpError";
  constructor(
    readonly status: number,
    statusText: string,
    /** How long the server asks to wait, in milliseconds. */
    readonly retryAfterMs: number | undefined,
  ) {
    super(`HTTP ${status} ${statusText}`.trim());
  }

  static of(response: Response): HttpError {
    return new HttpError(
      response.status,
      response.statusText,
      millisecondsOf(response.headers.get("retry-after")),
    );
  }
}

/** `Retry-After` is a number of seconds or a date. */
export function millisecondsOf(header: string | null, now = Date.now()): number | undefined {
  if (!header) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

const passingStatuses = new Set([408, 425, 429, 500, 502, 503, 504]);
/** A name that is not known, a closed port: another try gives the same. */
const lastingCodes =
  /^(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ERR_INVALID_URL|ERR_TLS|CERT_|.*CERT)/;
const longestWaitMs = 60_000;

/** How long to wait before the same request is tried again; undefined if there is no use in that. */
export function waitBeforeRetry(error: unknown, attempt: number, firstWaitMs: number): number | undefined {
  if (attempt >= 4) return undefined;
  // Not all at the same time, if many have failed at the same time.
  const backOff = firstWaitMs * 2 ** attempt * (0.75 + Math.random() / 2);
  if (error instanceof HttpError) {
    if (!passingStatuses.has(error.status) || (error.retryAfterMs ?? 0) > longestWaitMs) return undefined;
    return Math.max(error.retryAfterMs ?? 0, backOff);
  }
  if (error instanceof FinalError) return undefined;
  return lastingCodes.test(codeOf(error)) ? undefined : backOff;
}

/** What this server will say again. */
export class FinalError extends Error {}

function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return typeof code === "string" ? code : cause ? codeOf(cause) : "";
}

/** fetch says only "fetch failed" or "terminated"; the cause says why. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  const why = cause.message || (cause as NodeJS.ErrnoException).code || cause.name;
  return `${error.message} (${why})`;
}
