import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Answer = (response: ServerResponse, content: Buffer, request: IncomingMessage) => void;

/** What the first folder of an address does with a request for a file. */
const answers: Record<string, Answer> = {
  good: (response, content) => response.setHeader("content-length", content.length).end(content),
  ranges: (response, content, request) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (from >= content.length) return response.writeHead(416).end();
    if (from > 0)
      response.writeHead(206, {
        "content-range": `bytes ${from}-${content.length - 1}/${content.length}`,
        "content-length": content.length - from,
      });
    return response.end(content.subarray(from));
  },
  missing: (response) => response.writeHead(404).end("not here"),
  refusing: (response) => response.writeHead(403).end("not you"),
  wrong: (response, content) => response.end(Buffer.from(content).fill(255, 0, 1)),
  longer: (response, content) => response.end(Buffer.concat([content, Buffer.of(0)])),
  lying: (response, content) => response.setHeader("content-length", content.length + 10).end(content),
  cut: (response, content) => {
    response.setHeader("content-length", content.length);
    response.write(content.subarray(0, content.length / 2), () => setTimeout(() => response.destroy(), 50));
  },
  endless: (response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(1 << 16)));
      if (!response.destroyed) response.once("drain", more);
    };
    more();
  },
  silent: (response, content) => response.write(content.subarray(0, 9)),
  moved: (response, _content, request) =>
    response.writeHead(302, { location: request.url!.replace("/moved/", "/good/") }).end(),
  circling: (response, _content, request) => response.writeHead(302, { location: request.url! }).end(),
};

/** Serves files on this machine, well and badly. */
export class FileServer {
  /** Addresses that were asked for, with what they asked. */
  asked: string[] = [];
  /** Answers in place of those of the folder, first come first served. */
  next: Answer[] = [];
  readonly #server = createServer((request, response) => {
    const range = request.headers.range;
    this.asked.push(request.url! + (range ? ` ${range}` : ""));
    const [, folder, ...rest] = request.url!.split("/");
    const content = this.files[rest.join("/")] ?? this.files[rest.at(-1)!];
    const answer = this.next.shift() ?? answers[folder!];
    if (!content || !answer) response.writeHead(404).end();
    else answer(response, content, request);
  });

  constructor(readonly files: Record<string, Buffer>) {}

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The address of a file in a folder of these answers. */
  url(folder: string, file: string): string {
    return `http://127.0.0.1:${this.port}/${folder}/${file}`;
  }
}

export const answerOf = (folder: string): Answer => answers[folder]!;
