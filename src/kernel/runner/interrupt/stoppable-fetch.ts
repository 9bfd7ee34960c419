/**
 * What an interrupt ends besides the cell's own code (`transform/stoppable.ts`): requests by `fetch`. Their promises stay
 * pending, so that no package takes the end for a failure and tries again.
 */
import { currentCell, isStopped } from "../evaluate/running-cell.js";

type Start = (this: unknown, ...parameters: unknown[]) => Promise<unknown>;

export function installStoppableFetch(): void {
  replace(globalThis, "fetch", stoppablePromise(abortableFetch(globalThis.fetch)));
}

export function stoppablePromise(start: Start): Start {
  const stoppable: Start = async function (...parameters) {
    try {
      const value = await start.apply(this, parameters);
      if (!isStopped()) return value;
    } catch (error) {
      if (!isStopped()) throw error;
    }
    // Whoever waits for it belongs to the interrupted cell.
    return new Promise(() => undefined);
  };
  Object.defineProperty(stoppable, "name", { value: start.name });
  return stoppable;
}

/** Reading an answer takes time, too. */
const bodyMethods = ["arrayBuffer", "blob", "bytes", "formData", "json", "text"];

/** An interrupt ends the request. The class of its answers is known only when there is one: Node loads it late. */
function abortableFetch(fetch: typeof globalThis.fetch): Start {
  let isBodyReady = false;
  const start = async (...[input, init]: Parameters<typeof globalThis.fetch>): Promise<Response> => {
    const own = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    const { signal } = currentCell().controller;
    // Another signal for each request: their listeners would pile up on the cell's.
    const either = AbortSignal.any(own ? [own, signal] : [signal]);
    const response = await fetch(input, { ...init, signal: either });
    if (!isBodyReady) makeBodyStoppable(Object.getPrototypeOf(response) as Record<string, Start>);
    isBodyReady = true;
    return response;
  };
  return Object.defineProperty(start, "name", { value: "fetch" }) as Start;
}

function makeBodyStoppable(prototype: Record<string, Start>): void {
  for (const name of bodyMethods) {
    const read = prototype[name];
    if (read) replace(prototype, name, stoppablePromise(read));
  }
}

function replace(owner: object, name: string, value: unknown): void {
  Object.defineProperty(owner, name, { value, writable: true, configurable: true, enumerable: true });
}
