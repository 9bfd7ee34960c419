/** Threads of the user whose file is TypeScript, or imports some: they load it as cells load local modules. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import threads, { type WorkerOptions } from "node:worker_threads";
import { usesTransform } from "./local-graph.js";

const threadModules = new URL("thread-modules.js", import.meta.url).href;

export function installThreads(): void {
  const { Worker } = threads;
  class LocalWorker extends Worker {
    constructor(file: string | URL, options: WorkerOptions = {}) {
      const path = options.eval ? undefined : pathOf(file);
      super(file, path !== undefined && usesTransform(path) ? withModules(options) : options);
    }
  }
  Object.defineProperty(LocalWorker, "name", { value: Worker.name });
  threads.Worker = LocalWorker;
}

function pathOf(file: string | URL): string | undefined {
  if (typeof file === "string") return resolve(file);
  return file.protocol === "file:" ? fileURLToPath(file) : undefined;
}

function withModules(options: WorkerOptions): WorkerOptions {
  return { ...options, execArgv: [...(options.execArgv ?? process.execArgv), "--import", threadModules] };
}
