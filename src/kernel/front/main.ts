/** The front process: puts the parts of the kernel together and lives until it is told to stop. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createCellService } from "./cell-service.js";
import type { CellService, Runner } from "../contracts.js";
import { historyPath, SqliteHistory } from "./history/sqlite-history.js";
import { logWarning } from "./log.js";
import { Kernel } from "./protocol/kernel.js";
import { createRunner } from "./runner-process.js";
import { portsOf, readConnectionFile } from "./wire/connection.js";
import { Signer } from "./wire/signature.js";

/** How often to look whether the process that started the kernel still lives. */
const parentWatchMs = 1000;

/** The parts that start while all else is made ready: a front end may talk to us before cells can run. */
interface Parts {
  runner: Runner;
  cellService: CellService;
}

/** Runs a kernel to its end; resolves to the exit code. */
export async function runKernel(args: string[]): Promise<number> {
  process.on("uncaughtException", (error) => logWarning("unexpected error in the front process", error));
  const cwd = process.cwd();
  const parts = { runner: createRunner({ cwd }), cellService: createCellService({ cwd }) };
  const runnerStarts = parts.runner.start();
  try {
    const kernel = await startKernel(readArguments(args), parts);
    runnerStarts
      .catch((error) => {
        if (!kernel.stopping) logWarning("the runner did not start", error);
      })
      // The first cell needs both, and there may be two processors only: its result first, its types then.
      .then(() => parts.cellService.start())
      .catch((error) => {
        if (!kernel.stopping) logWarning("the cell service did not start", error);
      });
    process.on("SIGINT", () => void kernel.interrupt());
    for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => void kernel.stop());
    watchParent(kernel);
    await kernel.stopped;
    return 0;
  } catch (error) {
    logWarning("the kernel cannot start", error);
    runnerStarts.catch(() => {}); // it is ended, perhaps before it was ready
    await Promise.all([parts.runner.shutdown(), parts.cellService.shutdown()]);
    return 1;
  }
}

function readArguments(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    options: { "connection-file": { type: "string", short: "f" }, strict: { type: "boolean" } },
    allowPositionals: true,
  });
  const connectionFile = values["connection-file"] ?? positionals[0];
  if (connectionFile === undefined) throw new Error("expected --connection-file FILE");
  return { connectionFile, strict: values.strict ?? process.env["MANABI_STRICT"] === "1" };
}

async function startKernel(
  { connectionFile, strict }: ReturnType<typeof readArguments>,
  parts: Parts,
): Promise<Kernel> {
  const connection = await readConnectionFile(connectionFile);
  // Not before the runner has been started, which takes longest.
  const { ZeromqSockets } = await import("./wire/zeromq-sockets.js");
  const sockets = new ZeromqSockets(connection);
  const signer = new Signer(connection.key, connection.signature_scheme);
  const history = new SqliteHistory(historyPath());
  const kernel = new Kernel({
    ...parts,
    sockets,
    signer,
    history,
    versions: versions(),
    settings: { strict },
    ports: portsOf(connection),
  });
  await sockets.bind();
  return kernel;
}

/** Ends the kernel when the Jupyter server that started it has gone without saying so. */
function watchParent(kernel: Kernel): void {
  if (!process.env["JPY_PARENT_PID"]) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) void kernel.stop();
  }, parentWatchMs).unref();
}

function versions() {
  const { version, dependencies } = JSON.parse(
    readFileSync(new URL("../../../../package.json", import.meta.url), "utf8"),
  );
  return { kernel: version, typescript: dependencies.typescript };
}
