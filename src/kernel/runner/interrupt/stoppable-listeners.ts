/**
 * What an interrupt takes from the cell that it ends: the listeners of events that its code has added, and the servers
 * that it has opened, whose ports it needs when it is run again. What Node and packages listen to for themselves stays,
 * or not even a stream could be closed; so does all that belongs to earlier cells.
 */
import { EventEmitter } from "node:events";
import type { Server as HttpServer } from "node:http";
import { Server } from "node:net";
import { Readable } from "node:stream";
import type { OutputChannel } from "../output/output-channel.js";
import { currentCell, type RunningCell } from "../evaluate/running-cell.js";
import { callerOf } from "../evaluate/stack-frames.js";

type Method = (this: unknown, ...parameters: unknown[]) => unknown;

/** Where Node adds a listener that another function was given, as in `fs.watch(path, listener)`. */
const handedOn = new Map([
  ["node:_http_server", "request"],
  ["node:https", "request"],
  ["node:net", "connection"],
  ["node:dgram", "message"],
  ["node:fs", "change"],
]);
/** Listeners of targets for these serve the targets themselves, or end what was begun. */
const keptEvents = new Set<unknown>(["abort", "newListener", "removeListener"]);

export function installStoppableListeners(channel: OutputChannel): void {
  // `once` listens once only. Readable has methods of its own.
  for (const { prototype } of [EventEmitter, Readable]) {
    for (const name of ["on", "addListener", "prependListener"]) wrap(prototype, name, addStoppable);
  }
  wrap(EventTarget.prototype, "addEventListener", addWithSignal);
  wrap(Server.prototype, "listen", function (listen, cell, _caller, ...parameters) {
    ownSignal(cell).addEventListener("abort", () => close(this as Server), { once: true });
    return listen.call(this, ...parameters);
  });

  /** Has `wrapper` called in place of a method while the cell runs that the calling code belongs to. */
  function wrap(prototype: object, name: string, wrapper: Wrapper): void {
    const original = (prototype as Record<string, Method>)[name] as Method;
    const method: Method = function (...parameters) {
      const cell = currentCell();
      if (cell.settled && !cell.interrupted) return original.apply(this, parameters);
      let caller: string | undefined;
      // With the lock: no interrupt must hit what this does to `Error`.
      channel.locked(() => (caller = callerOf(method)));
      return wrapper.call(this, original, cell, caller, ...parameters);
    };
    Object.defineProperty(method, "name", { value: name });
    (prototype as Record<string, Method>)[name] = method;
  }
}

type Wrapper = (
  this: unknown,
  original: Method,
  cell: RunningCell,
  caller: string | undefined,
  ...parameters: unknown[]
) => unknown;

const addStoppable: Wrapper = function (add, cell, caller, event, listener) {
  const isCells = caller === "cell" || handedOn.get(String(caller)) === event;
  const isStoppable = isCells && typeof listener === "function";
  return add.call(this, event, isStoppable ? stoppable(cell, listener as Method) : listener);
};

function stoppable(cell: RunningCell, listener: Method): Method {
  const guard: Method = function (...parameters) {
    return cell.interrupted ? undefined : listener.apply(this, parameters);
  };
  // By this property `off`, `listeners` and the like know who is meant; so it is with `once`.
  return Object.assign(guard, { listener });
}

/** Node itself calls for `onmessage = …` and for `on` of the ports of threads. */
const addWithSignal: Wrapper = function (add, cell, caller, event, listener, options) {
  if (keptEvents.has(event) || !/^cell$|^node:/.test(String(caller)))
    return add.call(this, event, listener, options);
  const given: { signal?: AbortSignal } | null = typeof options === "object" ? options : { capture: options };
  return add.call(this, event, listener, { ...given, signal: ownSignal(cell, given?.signal) });
};

/** Another signal for each: listeners would pile up on the cell's, and Node warns of more than ten. */
function ownSignal(cell: RunningCell, given?: AbortSignal): AbortSignal {
  const { signal } = cell.controller;
  return AbortSignal.any(given ? [given, signal] : [signal]);
}

function close(server: Server): void {
  server.close();
  // Those of HTTP keep connections for further requests.
  (server as Partial<HttpServer>).closeIdleConnections?.();
}
