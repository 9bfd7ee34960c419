import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { serve, type ServeHandle } from "../../src/serving/index.js";
import { until, writeHalf } from "./models.js";

describe("serving/serve under load", function () {
  this.timeout(120_000);
  let folder: string;
  let server: ServeHandle;
  const said: string[] = [];
  const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity });

  /** The status of an answer, or the error's code. */
  const ask = (body: string, route = "/v1/models/half:predict"): Promise<number | string> =>
    new Promise((resolve) => {
      const request = http.request(`${server.url}${route}`, { method: "POST", agent }, (answer) => {
        answer.resume();
        answer.on("end", () => resolve(answer.statusCode!));
        answer.on("error", (error) => resolve(error.message));
      });
      request.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      request.end(body);
    });

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "manabi-load-"));
    await writeHalf(path.join(folder, "half.keras"));
    server = await serve({
      models: { half: path.join(folder, "half.keras") },
      port: 0,
      threads: 1,
      maxQueue: 500,
      maxBodyBytes: 2 ** 20,
      maxBodiesBytes: 2 ** 21,
      requestTimeoutMs: 3000,
      log: (line) => said.push(line),
    });
  });
  after(async () => {
    agent.destroy();
    await server?.close();
    rmSync(folder, { recursive: true });
  });

  it("answers a flood of requests, each by a client of its own, and goes on", async () => {
    const statuses = await Promise.all(
      Array.from({ length: 1000 }, (_, i) => ask(`{"instances": [[${i}]]}`)),
    );
    // 408: a busy machine sends a request for longer than it may take.
    assert.deepEqual(
      [...new Set(statuses)].filter((status) => ![200, 503, 408].includes(status as number)),
      [],
    );
    assert.ok(statuses.filter((status) => status === 200).length >= 100);
    assert.equal(await ask('{"instances": [[1]]}'), 200);
  });

  it("a flood of large bodies is answered, and its memory is given back", async () => {
    const body = `{"instances": [${"[1],".repeat(200_000)}[1]]}`;
    const statuses = await Promise.all(Array.from({ length: 6 }, () => ask(body)));
    assert.deepEqual(
      [...new Set(statuses)].filter((status) => ![200, 503, 504, 408].includes(status as number)),
      [],
    );
    await until(async () => (await ask(body)) === 200, "a large body on its own");
  });

  it("kills of the model's process amid requests cost 503s, and nothing else", async () => {
    const ending = new AbortController();
    const statuses = new Set<number | string>();
    const client = async (): Promise<void> => {
      // oxlint-disable-next-line no-await-in-loop -- a client that asks again and again
      while (!ending.signal.aborted) statuses.add(await ask('{"instances": [[1]]}'));
    };
    const clients = Promise.all(Array.from({ length: 8 }, client));
    const pid = Number(/by process (\d+)/.exec(said.join("\n"))![1]);
    process.kill(pid, "SIGSEGV");
    await until(() => statuses.has(503), "a 503");
    await until(() => server.isReady, "the model's return");
    statuses.clear();
    await until(() => statuses.has(200), "an answer");
    ending.abort();
    await clients;
    assert.ok(
      said.some((line) => /half version 1: its process ended \(SIGSEGV\)/.test(line)),
      said.join("\n"),
    );
  });

  it("cuts off requests that never come to their end", async () => {
    const sockets = Array.from({ length: 20 }, () => net.connect(server.port, "127.0.0.1"));
    const closed = sockets.map(
      (socket) =>
        new Promise<string>((resolve) => {
          let text = "";
          socket.on("data", (chunk: Buffer) => (text += String(chunk)));
          socket.on("error", () => undefined);
          socket.on("close", () => resolve(text));
        }),
    );
    for (const socket of sockets)
      socket.write('POST /v1/models/half:predict HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"inst');
    for (const answer of await Promise.all(closed)) assert.match(answer, /^HTTP\/1\.1 408/);
    assert.equal(await ask('{"instances": [[1]]}'), 200);
  });
});
