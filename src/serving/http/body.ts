import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip, inflate } from "node:zlib";
import { ServingError, invalid } from "../status.js";

const unzip = { gzip: promisify(gunzip), "x-gzip": promisify(gunzip), deflate: promisify(inflate) };

/** The bytes of bodies that are in work, which a flood of large ones must not let grow without end. */
export class BodyBudget {
  #used = 0;

  constructor(
    private readonly most: number,
    readonly mostOfOne: number,
  ) {}

  /** @throws ServingError if there is no room now */
  take(bytes: number): void {
    if (this.#used + bytes > this.most)
      throw new ServingError(
        "UNAVAILABLE",
        `${this.#used} bytes of requests are in work, which is the limit.`,
        1,
      );
    this.#used += bytes;
  }

  give(bytes: number): void {
    this.#used -= bytes;
  }
}

/** A body, and the bytes of the budget that are to be given back after the answer. */
export interface Body {
  bytes: Buffer;
  taken: number;
}

/**
 * Reads the whole body of a request.
 *
 * @throws ServingError if it is too long, cannot be unpacked, or ends before its end
 */
export async function readBody(request: IncomingMessage, budget: BodyBudget): Promise<Body> {
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding !== "identity" && !Object.hasOwn(unzip, encoding))
    throw new ServingError(
      "UNSUPPORTED_MEDIA_TYPE",
      `The Content-Encoding ${encoding} is unknown. Expected gzip or deflate.`,
    );
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > budget.mostOfOne) throw tooLarge(budget.mostOfOne);
  const body: Body = { bytes: Buffer.alloc(0), taken: 0 };
  const take = (bytes: number): void => {
    budget.take(bytes);
    body.taken += bytes;
  };
  try {
    take(announced);
    body.bytes = await collect(request, budget.mostOfOne, take);
    if (encoding === "identity") return body;
    const packed = body.bytes;
    body.bytes = await unzip[encoding as keyof typeof unzip](packed, { maxOutputLength: budget.mostOfOne });
    take(body.bytes.length);
    return body;
  } catch (error) {
    budget.give(body.taken);
    if (error instanceof ServingError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(budget.mostOfOne);
    if (code?.startsWith("Z_"))
      throw invalid(`The body cannot be unpacked as ${encoding}: ${(error as Error).message}`);
    throw error;
  }
}

const tooLarge = (most: number): ServingError =>
  new ServingError("PAYLOAD_TOO_LARGE", `The body of a request may have ${most} bytes at most.`);

function collect(request: IncomingMessage, most: number, take: (bytes: number) => void): Promise<Buffer> {
  const isAnnounced = request.headers["content-length"] !== undefined;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      try {
        if (size > most) throw tooLarge(most);
        if (!isAnnounced) take(chunk.length);
      } catch (error) {
        chunks.length = 0;
        reject(error);
        return;
      }
      chunks.push(chunk);
    });
    request.on("end", () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    request.on("error", reject);
    request.on("close", () => {
      // An error takes long to make.
      if (!request.complete) reject(new ServingError("ABORTED", "The client has gone away."));
    });
  });
}
