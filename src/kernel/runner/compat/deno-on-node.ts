/** What notebooks use of Deno itself, by Node's means. */
import fs from "node:fs";
import type { IncomingMessage, Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";

export interface WriteOptions {
  append?: boolean;
  create?: boolean;
  createNew?: boolean;
  mode?: number;
}

function flags({ append = false, create = true, createNew = false, mode }: WriteOptions = {}) {
  const flag = createNew ? (append ? "ax" : "wx") : append ? "a" : create ? "w" : "r+";
  return { flag, ...(mode !== undefined && { mode }) };
}

const env = {
  get: (name: string) => process.env[name],
  set: (name: string, value: string): void => void (process.env[name] = value),
  delete: (name: string): void => void Reflect.deleteProperty(process.env, name),
  has: (name: string) => name in process.env,
  toObject: () => ({ ...process.env }),
};

type Path = string | URL;
const bytes = (buffer: Buffer): Uint8Array =>
  new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);

export const denoOnNode = {
  args: [] as string[],
  env,
  cwd: () => process.cwd(),
  readFile: async (path: Path) => bytes(await fs.promises.readFile(path)),
  readFileSync: (path: Path) => bytes(fs.readFileSync(path)),
  readTextFile: (path: Path) => fs.promises.readFile(path, "utf8"),
  readTextFileSync: (path: Path) => fs.readFileSync(path, "utf8"),
  writeFile: (path: Path, data: Uint8Array, options?: WriteOptions) =>
    fs.promises.writeFile(path, data, flags(options)),
  writeFileSync: (path: Path, data: Uint8Array, options?: WriteOptions) =>
    fs.writeFileSync(path, data, flags(options)),
  writeTextFile: (path: Path, data: string, options?: WriteOptions) =>
    fs.promises.writeFile(path, data, flags(options)),
  writeTextFileSync: (path: Path, data: string, options?: WriteOptions) =>
    fs.writeFileSync(path, data, flags(options)),
  serve,
};

export interface NetAddr {
  transport: "tcp";
  hostname: string;
  port: number;
}
export type Handler = (request: Request, info: { remoteAddr: NetAddr }) => Response | Promise<Response>;
export interface ServeOptions {
  port?: number;
  hostname?: string;
  signal?: AbortSignal;
  handler?: Handler;
  onListen?: (address: NetAddr) => void;
  onError?: (error: unknown) => Response | Promise<Response>;
}

function serve(first: Handler | ServeOptions, second?: Handler) {
  const options: ServeOptions = typeof first === "function" ? { handler: first } : first;
  const { port = 8000, hostname = "0.0.0.0", signal, onListen, onError } = options;
  const handler = second ?? options.handler;
  if (!handler)
    throw new TypeError("Deno.serve needs a handler, as in Deno.serve(() => new Response('hello')).");
  // Loaded when it is needed.
  const http = createRequire(import.meta.url)("node:http") as typeof import("node:http");
  const server = http.createServer((message, reply) => {
    const { remoteAddress = "", remotePort = 0 } = message.socket;
    const remoteAddr: NetAddr = { transport: "tcp", hostname: remoteAddress, port: remotePort };
    const answer = async (): Promise<Response> => {
      try {
        return await handler(toRequest(message, hostname, port), { remoteAddr });
      } catch (error) {
        if (onError) return onError(error);
        console.error(error);
        return new Response("Internal Server Error", { status: 500 });
      }
    };
    const send = async (): Promise<void> => {
      const response = await answer();
      reply.writeHead(response.status, [...response.headers].flat());
      for await (const chunk of response.body ?? []) reply.write(chunk);
      reply.end();
    };
    void send();
  });
  const finished = new Promise<void>((resolve) => void server.once("close", () => resolve()));
  const shutdown = (): Promise<void> => {
    server.close();
    server.closeIdleConnections();
    return finished;
  };
  signal?.addEventListener("abort", () => void shutdown(), { once: true });
  server.listen(port, hostname, () => {
    const address = addressOf(server, hostname, port);
    if (onListen) onListen(address);
    else
      console.log(
        `Listening on http://${address.hostname === "0.0.0.0" ? "localhost" : address.hostname}:${address.port}/`,
      );
  });
  return {
    get addr(): NetAddr {
      return addressOf(server, hostname, port);
    },
    finished,
    shutdown,
    ref: () => void server.ref(),
    unref: () => void server.unref(),
  };
}

function addressOf(server: Server, hostname: string, port: number): NetAddr {
  const address = server.address() as AddressInfo | null;
  return { transport: "tcp", hostname: address?.address ?? hostname, port: address?.port ?? port };
}

function toRequest(message: IncomingMessage, hostname: string, port: number): Request {
  const { method = "GET", headers, url = "/" } = message;
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(new URL(url, `http://${headers.host ?? `${hostname}:${port}`}`), {
    method,
    headers: Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, String(value)]],
    ),
    ...(hasBody && { body: message as Readable, duplex: "half" }),
  });
}
