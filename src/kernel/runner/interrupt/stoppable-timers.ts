/**
 * Timers of an interrupted cell do not fire any more. Otherwise a loop that sleeps between its steps would go on in
 * the background after the interrupt, and nothing could end it.
 */
import timers from "node:timers";
import timersPromises from "node:timers/promises";
import { promisify } from "node:util";
import { isStopped } from "../evaluate/running-cell.js";
import { stoppablePromise } from "./stoppable-fetch.js";

type Callback = (this: unknown, ...parameters: unknown[]) => unknown;
type Timer = (callback: Callback, ...parameters: unknown[]) => unknown;
type Sleep = (...parameters: unknown[]) => Promise<unknown>;

export function installStoppableTimers(): void {
  for (const name of ["setTimeout", "setInterval", "setImmediate"] as const) {
    const start = timers[name] as Timer;
    const startStoppable: Timer = (callback, ...parameters) => {
      // What is not a function is Node's to complain about.
      if (typeof callback !== "function") return start(callback, ...parameters);
      return start(stoppable(name === "setImmediate" ? asTick(callback) : callback), ...parameters);
    };
    Object.defineProperty(startStoppable, "name", { value: name });
    if (name !== "setInterval") {
      const stoppableSleep = stoppablePromise(timersPromises[name] as Sleep);
      Object.defineProperty(startStoppable, promisify.custom, { value: stoppableSleep });
      Object.assign(timersPromises, { [name]: stoppableSleep });
    }
    Object.assign(timers, { [name]: startStoppable });
    Object.defineProperty(globalThis, name, {
      value: startStoppable,
      writable: true,
      configurable: true,
      enumerable: true,
    });
  }
}

/**
 * Runs the callback right after Node's step through its queue of immediates, which does not survive that a loop is
 * ended in the middle of it: it fails for good with "Cannot read properties of undefined (reading '_idleNext')".
 */
function asTick(callback: Callback): Callback {
  return function (...parameters) {
    process.nextTick(() => callback.apply(this, parameters));
  };
}

function stoppable(callback: Callback): Callback {
  return function (...parameters) {
    if (isStopped()) clearInterval(this as NodeJS.Timeout);
    else callback.apply(this, parameters);
  };
}
