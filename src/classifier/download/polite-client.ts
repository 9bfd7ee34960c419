import { setTimeout as sleep } from "node:timers/promises";
import { HttpError, millisecondsOf, reasonOf, request, waitBeforeRetry } from "../../download/index.js";

export interface PoliteOptions {
  /** Who asks, with an address or mail to complain to: `name/version (contact)`. */
  userAgent: string;
  signal?: AbortSignal | undefined;
  /** The wait before the second try, in milliseconds; 1000 if left out. */
  firstWaitMs?: number;
}

/** What a picture may weigh. */
const mostBytes = 50_000_000;
const patienceMs = 30_000;

/**
 * Asks services as their rules want: with a name, one question at a time and not too often, waits where it is told to
 * (`Retry-After`), and gives up what is not there.
 */
export class PoliteClient {
  /** When each host may be asked again. */
  private readonly freeAt = new Map<string, number>();

  constructor(private readonly options: PoliteOptions) {}

  /**
   * The answer of a service.
   * @throws Error that says which service answered what
   */
  async json(url: URL, intervalMs: number): Promise<unknown> {
    const text = new TextDecoder().decode(await this.get(url, intervalMs, "application/json"));
    try {
      return JSON.parse(text);
    } catch {
      throw new Error(
        `${url.host} answered ${JSON.stringify(text.slice(0, 80))}, where JSON was expected. Try again later.`,
      );
    }
  }

  /** A picture, and the address that it came from after redirects. */
  async bytes(url: string, intervalMs: number): Promise<{ bytes: Uint8Array; url: string }> {
    let last = url;
    const bytes = await this.get(new URL(url), intervalMs, "image/*", (final) => {
      last = final;
    });
    return { bytes, url: last };
  }

  private async get(
    url: URL,
    intervalMs: number,
    accept: string,
    arrived?: (url: string) => void,
  ): Promise<Uint8Array> {
    const { signal, userAgent, firstWaitMs = 1000 } = this.options;
    for (let attempt = 0; ; attempt++) {
      await this.turn(url.host, intervalMs);
      try {
        const patience = AbortSignal.timeout(patienceMs);
        const response = await request(url.href, {
          headers: { "user-agent": userAgent, accept },
          signal: signal ? AbortSignal.any([signal, patience]) : patience,
        });
        if (!response.ok) {
          const error = HttpError.of(response);
          await response.body?.cancel();
          throw error;
        }
        this.slowDown(url.host, response.headers);
        arrived?.(response.url);
        return await bodyOf(response);
      } catch (error) {
        signal?.throwIfAborted();
        const wait = waitBeforeRetry(error, attempt, firstWaitMs);
        if (wait === undefined) throw new Error(`${url.host}: ${reasonOf(error)}`, { cause: error });
        this.freeAt.set(url.host, Date.now() + wait);
      }
    }
  }

  /** Waits until a host may be asked, and takes that turn. */
  private async turn(host: string, intervalMs: number): Promise<void> {
    const now = Date.now();
    const at = Math.max(now, this.freeAt.get(host) ?? 0);
    this.freeAt.set(host, at + intervalMs);
    if (at > now) await sleep(at - now, undefined, { signal: this.options.signal });
  }

  /** Services say how many questions are left: `X-RateLimit-Available-*` (Openverse), `RateLimit-Remaining` with a reset. */
  private slowDown(host: string, headers: { get(name: string): string | null }): void {
    const remaining = headers.get("ratelimit-remaining") ?? headers.get("x-ratelimit-remaining");
    const reset = millisecondsOf(headers.get("ratelimit-reset") ?? headers.get("x-ratelimit-reset"));
    if (remaining === "0" && reset !== undefined) this.freeAt.set(host, Date.now() + Math.min(reset, 60_000));
  }
}

/** The whole body, unless it is larger than any picture that we want. */
async function bodyOf(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > mostBytes) throw new Error(`more than ${mostBytes / 1e6} MB, which no picture here needs`);
    chunks.push(chunk);
  }
  const claimed = response.headers.get("content-length");
  if (claimed && !response.headers.get("content-encoding") && Number(claimed) !== size)
    throw new Error(`the answer ends after ${size} of ${claimed} bytes`);
  return Buffer.concat(chunks);
}
