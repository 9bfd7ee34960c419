/** The front process: puts the parts of the kernel together and lives until it is told to stop. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createCellService } from "./cell/service.js";
import { historyPath, SqliteHistory } from "./history/sqlite-history.js";
import { logWarning } from "./log.js";
import { Kernel } from "./protocol/kernel.js";
import { createRunner } from "./runner/process.js";
import { readConnectionFile } from "./wire/connection.js";
import { Signer } from "./wire/signature.js";
import { ZeromqSockets } from "./wire/zeromq-sockets.js";

/** How often to look whether the process that started the kernel still lives. */
const parentWatchMs = 1000;

process.on("uncaughtException", (error) => logWarning("unexpected error in the front process", error));

const { values, positionals } = parseArgs({
  options: { "connection-file": { type: "string", short: "f" }, strict: { type: "boolean" } },
  allowPositionals: true,
});
const connectionFile = values["connection-file"] ?? positionals[0];
if (connectionFile === undefined) {
  process.stderr.write("usage: node main.js --connection-file FILE [--strict]\n");
  process.exit(2);
}

// The runner starts while the sockets are made ready. A front end may talk to us before it can evaluate.
const cwd = process.cwd();
const runner = createRunner({ cwd });
const runnerStarts = runner.start();
const cellService = createCellService({ cwd });

const connection = await readConnectionFile(connectionFile).catch(async (error: Error) => {
  process.stderr.write(`${error.message}\n`);
  await runner.shutdown();
  process.exit(1);
});
const sockets = new ZeromqSockets(connection);
const kernel = new Kernel({
  sockets,
  signer: new Signer(connection.key, connection.signature_scheme),
  runner,
  cellService,
  history: new SqliteHistory(historyPath()),
  versions: versions(),
  strict: values.strict ?? process.env["MANABI_STRICT"] === "1",
});
await sockets.bind();

runnerStarts.catch((error) => {
  if (!kernel.stopping) logWarning("the runner did not start", error);
});
cellService.start().catch((error) => logWarning("the cell service did not start", error));

process.on("SIGINT", () => void runner.interrupt());
for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => void kernel.stop());
watchParent();
await kernel.stopped;
process.exit(0);

/** Ends the kernel when the Jupyter server that started it has gone without saying so. */
function watchParent(): void {
  if (!process.env["JPY_PARENT_PID"]) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) void kernel.stop();
  }, parentWatchMs).unref();
}

function versions() {
  const { version, dependencies } = JSON.parse(
    readFileSync(new URL("../../../package.json", import.meta.url), "utf8"),
  );
  return { kernel: version, typescript: dependencies.typescript };
}
