import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { encode } from "fast-png";

/** A small picture of its own for each number. */
export const picture = (n: number): Buffer =>
  Buffer.from(encode({ width: 2, height: 1, channels: 3, data: Uint8Array.of(n, n >> 8, 7, 9, 9, 9) }));

type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void;

/** A service on this machine. What handlers do not answer is not found. */
export class PhotoService {
  readonly asked: { url: URL; userAgent: string; at: number }[] = [];
  private constructor(
    private readonly server: Server,
    readonly base: string,
  ) {}

  /** @param handlers by the beginning of the path; `/pictures/N` gives {@link picture} unless one of them does */
  static async start(handlers: (base: string) => Record<string, Handler>): Promise<PhotoService> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const service = new PhotoService(server, base);
    const known = handlers(base);
    server.on("request", (request, response) => {
      const url = new URL(request.url!, base);
      service.asked.push({ url, userAgent: request.headers["user-agent"] ?? "", at: performance.now() });
      const path = Object.keys(known).find((start) => url.pathname.startsWith(start));
      if (path) known[path]!(request, response, url);
      else if (url.pathname.startsWith("/pictures/")) {
        response.end(picture(Number(url.pathname.split("/")[2]!.split(".")[0])));
      } else response.writeHead(404).end();
    });
    return service;
  }

  /** What was asked of paths that begin so. */
  askedFor(start: string): URL[] {
    return this.asked.map(({ url }) => url).filter(({ pathname }) => pathname.startsWith(start));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}

export const json = (response: ServerResponse, value: unknown): void => {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
};
