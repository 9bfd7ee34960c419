import { type ChildProcess, spawn } from "node:child_process";
import {
  constants,
  createCipheriv,
  createPublicKey,
  publicEncrypt,
  randomBytes,
  randomUUID,
} from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { SetupError } from "../setup/command.js";
import type { Project } from "../setup/project.js";

/**
 * The launcher that Enterprise Gateway and Gateway Provisioners want beside a remote kernel: it starts the kernel on ports of
 * its own choice, tells them to the gateway, encrypted, and passes on the signals that the gateway sends.
 * https://jupyter-enterprise-gateway.readthedocs.io/en/latest/contributors/system-architecture.html
 */

/** What the payload's readers know this form by. */
const launcherVersion = 1;
/** A gateway that has sent nothing more for so long is not listened to any longer. */
const silentMs = 5000;
/** A request is `{"signum": 2}` or `{"shutdown": 1}`. */
const longestRequest = 10_000;
/** A kernel that was told to shut down is ended after so long. */
const shutdownMs = 5000;
const portTries = 50;

export interface LaunchOptions {
  kernelId: string;
  /** Where the gateway waits for the connection. */
  response: { host: string; port: number };
  /** DER in base64. */
  publicKey: string;
  /** Any, if both are 0. */
  ports: { low: number; high: number };
}

/**
 * The launcher's options, as arguments (`--kernel-id`, also `--RemoteProcessProxy.kernel-id`) or variables (`KERNEL_ID`).
 * @throws SetupError for what is missing or wrong
 */
export function launchOptions(args: readonly string[], env: NodeJS.ProcessEnv = process.env): LaunchOptions {
  // Those of other languages' launchers, which kernelspecs hand to all, are taken and left.
  const { values } = parseArgs({
    args: args.map((arg) => arg.replace(/^--RemoteProcessProxy\./, "--")),
    options: Object.fromEntries(
      ["kernel-id", "port-range", "response-address", "public-key", "transport-encryption"].map((name) => [
        name,
        { type: "string" as const },
      ]),
    ),
    strict: false,
  });
  const given = (name: string): string | undefined => {
    const variable = name.toUpperCase().replaceAll("-", "_");
    const value = values[name] ?? env[variable] ?? env[`EG_${variable}`];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const needed = (name: string): string => {
    const value = given(name);
    if (value === undefined) throw wrong(`--${name} is missing`);
    return value;
  };
  if (given("transport-encryption") === "required")
    throw wrong("the kernel has no CURVE, which transport-encryption requires");
  const address = needed("response-address");
  const [, host, port] = /^(?:\[)?(.+?)(?:\])?:(\d+)$/.exec(address) ?? [];
  if (host === undefined || port === undefined)
    throw wrong(`--response-address ${address} is not ADDRESS:PORT`);
  const range = given("port-range") ?? "0..0";
  const [, low, high] = /^(\d+)\.\.(\d+)$/.exec(range) ?? [];
  if (low === undefined || high === undefined || Number(low) > Number(high) || Number(high) > 65_535)
    throw wrong(`--port-range ${range} is not LOW..HIGH`);
  return {
    kernelId: needed("kernel-id"),
    response: { host, port: Number(port) },
    publicKey: needed("public-key"),
    ports: { low: Number(low), high: Number(high) },
  };
}

const wrong = (what: string): SetupError =>
  new SetupError(
    `The kernel was not launched: ${what}.`,
    "A gateway's kernelspec says: manabi launch-kernel --kernel-id {kernel_id} --port-range {port_range} --response-address {response_address} --public-key {public_key}",
  );

/** Runs a kernel for a gateway until it ends. @returns its exit code */
export async function launchKernel(
  project: Pick<Project, "node" | "kernelMain">,
  { kernelId, response, publicKey, ports }: LaunchOptions,
): Promise<number> {
  const [shell, iopub, stdin, heartbeat, control, comm] = await freePorts(6, ports);
  const connection = {
    ip: "0.0.0.0",
    transport: "tcp",
    key: randomUUID(),
    signature_scheme: "hmac-sha256",
    kernel_name: "manabi",
    shell_port: shell!,
    iopub_port: iopub!,
    stdin_port: stdin!,
    hb_port: heartbeat!,
    control_port: control!,
  };
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "manabi-kernel-"));
  const file = path.join(folder, "connection.json");
  fs.writeFileSync(file, JSON.stringify(connection), { mode: 0o600 });
  // The gateway is no parent of ours, whatever it has told.
  const { JPY_PARENT_PID: _, ...env } = process.env;
  const kernel = spawn(project.node, [project.kernelMain, file], {
    env,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const ended = new Promise<number>((resolve, reject) => {
    kernel.once("error", reject);
    kernel.once("exit", (code, signal) => resolve(code ?? 128 + os.constants.signals[signal!]));
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => kernel.kill(signal));
  const listener = await listen(comm!, (request) => obey(kernel, request));
  try {
    const info = { ...connection, pid: kernel.pid, pgid: kernel.pid, comm_port: comm!, kernel_id: kernelId };
    await Promise.race([tell(response, encrypted(JSON.stringify(info), publicKey)), ended]);
    return await ended;
  } finally {
    kernel.kill("SIGTERM");
    listener.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** The payload that only the gateway can read: the text by AES, its key by RSA. */
export function encrypted(text: string, publicKey: string): string {
  let rsa: ReturnType<typeof createPublicKey>;
  try {
    rsa = createPublicKey({ key: Buffer.from(publicKey, "base64"), format: "der", type: "spki" });
  } catch (error) {
    throw wrong(`--public-key is not a key as DER in base64 (${(error as Error).message})`);
  }
  const aes = randomBytes(16);
  const cipher = createCipheriv("aes-128-ecb", aes, null);
  const payload = {
    version: launcherVersion,
    key: publicEncrypt({ key: rsa, padding: constants.RSA_PKCS1_PADDING }, aes).toString("base64"),
    conn_info: Buffer.concat([cipher.update(text), cipher.final()]).toString("base64"),
  };
  return Buffer.from(JSON.stringify(payload)).toString("base64");
}

function tell({ host, port }: LaunchOptions["response"], payload: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, host, () => socket.end(payload, resolve));
    socket.once("error", (error) =>
      reject(wrong(`the gateway at ${host}:${port} cannot be told where the kernel is (${error.message})`)),
    );
  });
}

function listen(port: number, obeyRequest: (request: unknown) => void): Promise<net.Server> {
  const server = net.createServer((socket) => {
    let text = "";
    socket.setTimeout(silentMs, () => socket.destroy());
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      text += chunk.toString();
      if (text.length > longestRequest) socket.destroy();
    });
    socket.on("end", () => {
      try {
        obeyRequest(JSON.parse(text));
      } catch (error) {
        // Who has found the port by chance is not answered.
        if (!(error instanceof SyntaxError)) throw error;
      }
    });
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "0.0.0.0", () => resolve(server));
  });
}

/** Signal 0 asks only whether somebody listens here, as long as the kernel lives. */
function obey(kernel: ChildProcess, request: unknown): void {
  const { signum, shutdown } = (request ?? {}) as { signum?: unknown; shutdown?: unknown };
  if ([1, 2, 3, 9, 15].includes(Number(signum))) kernel.kill(Number(signum));
  if (shutdown) setTimeout(() => kernel.kill("SIGTERM"), shutdownMs).unref();
}

/** So many ports that nobody uses. They are tried together, so that they differ. */
async function freePorts(count: number, { low, high }: LaunchOptions["ports"]): Promise<number[]> {
  const servers: net.Server[] = [];
  for (let tries = 0; servers.length < count && tries < count + portTries; tries += 1) {
    const port = high === 0 ? 0 : low + Math.floor(Math.random() * (high - low + 1));
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const server = await listen(port, () => undefined).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE" && error.code !== "EACCES") throw error;
      return undefined;
    });
    if (server) servers.push(server);
  }
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => void server.close(resolve))));
  if (ports.length < count) throw wrong(`there are not ${count} free ports in ${low}..${high}`);
  return ports;
}
