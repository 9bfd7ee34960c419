import { readFile } from "node:fs/promises";

/** The content of a connection file: https://jupyter-client.readthedocs.io/en/stable/kernels.html#connection-files */
export interface ConnectionInfo {
  transport: "tcp" | "ipc";
  ip: string;
  key: string;
  signature_scheme: string;
  shell_port: number;
  control_port: number;
  stdin_port: number;
  iopub_port: number;
  hb_port: number;
}

const ports = ["shell_port", "control_port", "stdin_port", "iopub_port", "hb_port"] as const;

export type Ports = Pick<ConnectionInfo, (typeof ports)[number]>;

export function portsOf(info: ConnectionInfo): Ports {
  return Object.fromEntries(ports.map((name) => [name, info[name]])) as Ports;
}

/**
 * Reads and checks the file in which a front end says where the kernel shall listen.
 *
 * @throws Error naming the file and what is wrong in it.
 */
export async function readConnectionFile(path: string): Promise<ConnectionInfo> {
  let info: Partial<ConnectionInfo>;
  try {
    info = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new Error(`cannot read the connection file ${path}: ${String(error)}`, { cause: error });
  }
  const { transport = "tcp", ip, key = "", signature_scheme = "hmac-sha256" } = info;
  const wrong = (what: string) => new Error(`connection file ${path}: ${what}`);
  if (transport !== "tcp" && transport !== "ipc")
    throw wrong(`transport is "${String(transport)}", expected "tcp" or "ipc"`);
  if (typeof ip !== "string") throw wrong(`ip is ${JSON.stringify(ip)}, expected an address`);
  if (typeof key !== "string") throw wrong("key is not a text");
  if (typeof signature_scheme !== "string") throw wrong("signature_scheme is not a text");
  for (const name of ports) {
    if (!Number.isInteger(info[name]))
      throw wrong(`${name} is ${JSON.stringify(info[name])}, expected a port number`);
  }
  return { ...(info as ConnectionInfo), transport, ip, key, signature_scheme };
}

/** The address of one socket, as ZeroMQ wants it. */
export function endpoint(info: ConnectionInfo, port: number): string {
  return info.transport === "ipc" ? `ipc://${info.ip}-${port}` : `tcp://${info.ip}:${port}`;
}
