import { syncBuiltinESMExports } from "node:module";
import nodeCrypto from "node:crypto";
import type { Recording } from "./recording.js";

/** Functions that give another value each time they are called. */
const changing: [owner: object, name: string, called: string][] = [
  [Math, "random", "Math.random"],
  [performance, "now", "performance.now"],
  [process, "hrtime", "process.hrtime"],
  [process.hrtime, "bigint", "process.hrtime.bigint"],
  [crypto, "getRandomValues", "crypto.getRandomValues"],
  [crypto, "randomUUID", "crypto.randomUUID"],
  ...["randomBytes", "randomFillSync", "randomInt", "randomUUID"].map(
    (name) => [nodeCrypto, name, `crypto.${name}`] as [object, string, string],
  ),
];

type Anything = (...args: unknown[]) => unknown;

/**
 * Has a step recorded, and takes it for an obstacle if the step calls what gives another value each time: random numbers and
 * clocks of JavaScript, which the recording would keep as they were.
 */
export function recordingWatched(record: () => Recording): Recording {
  const calls = new Set<string>();
  const recording = watching(record, (called) => calls.add(called));
  if (calls.size > 0) {
    recording.obstacle = `the step calls ${[...calls].join(" and ")}, which gives another value each time`;
  }
  return recording;
}

let unwatch = (): void => {};

function watching<T>(run: () => T, noticed: (called: string) => void): T {
  const ends = changing.map(([owner, name, called]) => watch(owner, name, called, noticed));
  ends.push(watchDate(noticed));
  syncBuiltinESMExports();
  unwatch = () => {
    for (const end of ends.splice(0)) end();
    syncBuiltinESMExports();
  };
  try {
    return run();
  } finally {
    unwatch();
  }
}

/** Puts the functions back that an interrupt has left watched. */
export function abandonWatching(): void {
  unwatch();
}

/** @returns puts the function back */
function watch(owner: object, name: string, called: string, noticed: (called: string) => void): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  const known = (owner as Record<string, Anything>)[name]!;
  const value = new Proxy(known, {
    apply(target, self, args) {
      noticed(called);
      return Reflect.apply(target, self, args);
    },
  });
  Object.defineProperty(owner, name, { configurable: true, enumerable: true, writable: true, value });
  return () => {
    // Somebody may have put a function of his own there meanwhile.
    if ((owner as Record<string, unknown>)[name] !== value) return;
    if (before) Object.defineProperty(owner, name, before);
    else delete (owner as Record<string, unknown>)[name];
  };
}

function watchDate(noticed: (called: string) => void): () => void {
  const known = Date;
  const watched: DateConstructor = new Proxy(known, {
    apply(target, self, args) {
      noticed("Date");
      return Reflect.apply(target, self, args) as string;
    },
    construct(target, args, newTarget) {
      if (args.length === 0) noticed("new Date");
      return Reflect.construct(target, args, newTarget === watched ? target : newTarget) as Date;
    },
    get(target, name) {
      if (name === "now") noticed("Date.now");
      return Reflect.get(target, name) as unknown;
    },
  });
  globalThis.Date = watched;
  return () => {
    if (globalThis.Date === watched) globalThis.Date = known;
  };
}
