/**
 * What the kernel's own code needs in the process where user code runs, taken before that can replace it: tests mock
 * timers and files, old libraries add `toJSON` to arrays, others freeze what there is.
 */
import crypto from "node:crypto";
import fs from "node:fs";

export const { parse: parseJson, stringify } = JSON;
export const { existsSync, readFileSync, readSync, realpathSync, statSync, writeSync } = fs;
export const allocate = Buffer.alloc.bind(Buffer);
export const concat = Buffer.concat.bind(Buffer);
export const bufferFrom = Buffer.from.bind(Buffer) as (text: string) => Buffer;
export const { randomUUID } = crypto;
export const { AbortController, queueMicrotask } = globalThis;
export const milliseconds = performance.now.bind(performance);
export const nextTick = process.nextTick.bind(process);
const { setImmediate } = globalThis;
export const { setTimeout } = globalThis;
/** Resolves when what is due by now has been done. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
/** Ends the process at once, without what else `process.exit` does. Not in the types. */
export const exitNow = (process as unknown as { reallyExit(code: number): never }).reallyExit.bind(process);

const { getOwnPropertyDescriptor, defineProperty } = Object;
const { deleteProperty } = Reflect;

/** What makes and reads JSON, in our own code and in the packages that we use. */
const ofJson = (
  [
    [JSON, "parse"],
    [JSON, "stringify"],
    [Array.prototype, "toJSON"],
    [Object.prototype, "toJSON"],
  ] as const
).map(([owner, name]) => ({ owner, name, own: getOwnPropertyDescriptor(owner, name) }));

/** Runs what must not be interrupted by user code, with JSON as it was before that could change it. */
export function withOwnJson<Value>(action: () => Value): Value {
  if (JSON.parse === parseJson && JSON.stringify === stringify && !("toJSON" in Array.prototype))
    return action();
  const users = ofJson.map(({ owner, name }) => getOwnPropertyDescriptor(owner, name));
  for (const { owner, name, own } of ofJson) put(owner, name, own);
  try {
    return action();
  } finally {
    for (const [index, { owner, name }] of ofJson.entries()) put(owner, name, users[index]);
  }
}

/** Nothing happens to what user code has frozen. */
function put(owner: object, name: string, property: PropertyDescriptor | undefined): void {
  if (getOwnPropertyDescriptor(owner, name)?.configurable === false) return;
  if (property) defineProperty(owner, name, property);
  else deleteProperty(owner, name);
}
