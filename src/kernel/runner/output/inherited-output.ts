/**
 * What a child process prints that inherits stdout or stderr belongs to the cell that started it, whatever cell runs by
 * then. So it gets pipes of its own in place of those that all share, and its `stdout` and `stderr` are null as ever.
 */
import { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { StringDecoder } from "node:string_decoder";
import { readSync } from "../../intrinsics.js";
import type { OutputChannel } from "./output-channel.js";
import { currentCell } from "../evaluate/running-cell.js";

type StreamName = "stdout" | "stderr";
type Stdio = string | (string | number | { fd?: unknown } | null | undefined)[] | undefined;

interface SpawningProcess extends ChildProcess {
  spawn: (options: { stdio?: Stdio }) => number;
  stdio: ChildProcess["stdio"] & (Socket | null)[];
}

/** Reads what has come through each open pipe. */
const readers = new Set<() => void>();

/** Takes what child processes have printed until now, which the event loop cannot do while code runs. */
export function readInheritedOutput(): void {
  for (const read of readers) read();
}

export function installInheritedOutput(channel: OutputChannel): void {
  // Not in the types: what spawn, fork, exec and execFile have in common.
  const prototype = ChildProcess.prototype as SpawningProcess;
  const { spawn } = prototype;
  prototype.spawn = function (options) {
    const { stdio, inherited } = withPipes(options.stdio);
    const status = spawn.call(this, { ...options, stdio });
    for (const [index, name] of inherited) {
      const pipe = this.stdio[index] as Socket;
      this.stdio[index] = null;
      if (index === 1) this.stdout = null;
      if (index === 2) this.stderr = null;
      forward(pipe, name, this, channel);
    }
    return status;
  };
}

/** Which of a child's descriptors are this process's stdout or stderr; they become pipes. */
function withPipes(stdio: Stdio): { stdio: Stdio; inherited: [index: number, name: StreamName][] } {
  const entries = typeof stdio === "string" ? [stdio, stdio, stdio] : [...(stdio ?? [])];
  const inherited: [number, StreamName][] = [];
  for (const [index, entry] of entries.entries()) {
    const own = typeof entry === "object" ? entry?.fd : entry;
    const descriptor = own === "inherit" ? index : own;
    if (index === 0 || (descriptor !== 1 && descriptor !== 2)) continue;
    entries[index] = "pipe";
    inherited.push([index, descriptor === 1 ? "stdout" : "stderr"]);
  }
  return { stdio: inherited.length > 0 ? entries : stdio, inherited };
}

function forward(pipe: Socket, name: StreamName, child: ChildProcess, channel: OutputChannel): void {
  const { cellId } = currentCell();
  const read = printFrom(pipe, (text) => channel.text(cellId, name, text));
  // The end of a process that inherits is not put off by those that it has left behind, and that hold its pipe.
  const closing = pipe.listeners("close") as (() => void)[];
  pipe.removeAllListeners("close");
  child.once("exit", () => {
    read();
    for (const listener of closing) listener();
  });
  readers.add(read);
  pipe.once("close", () => readers.delete(read));
  // Whatever ends it, there is no more to come.
  pipe.on("error", () => undefined);
}

/** Prints what comes through a child's pipe. Returns what takes all that has come by now. */
export function printFrom(pipe: Socket, print: (text: string) => void): () => void {
  const decoder = new StringDecoder("utf8");
  const printChunk = (chunk: Buffer): void => print(decoder.write(chunk));
  pipe.on("data", printChunk);
  return () => {
    for (let chunk = readNow(pipe); chunk.length > 0; chunk = readNow(pipe)) printChunk(chunk);
  };
}

/** What has come and was not read yet; empty if there is nothing. */
function readNow(pipe: Socket): Buffer {
  // Not in the types.
  const { _handle: handle } = pipe as unknown as { _handle: { fd: number } | null };
  const chunk = Buffer.alloc(65_536);
  try {
    return handle ? chunk.subarray(0, readSync(handle.fd, chunk)) : chunk.subarray(0, 0);
  } catch {
    // EAGAIN: nothing has come. What else there is, the pipe itself finds.
    return chunk.subarray(0, 0);
  }
}
