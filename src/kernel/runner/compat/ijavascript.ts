/**
 * What cells get as `$$`: IJavascript's object for what a cell shows and when it ends, on our host.
 * @see https://github.com/n-riesco/nel
 */
import type { JsonObject, MimeBundle } from "../../contracts.js";
import { randomUUID } from "../../intrinsics.js";
import type { Inputs } from "../evaluate/input.js";
import { currentCell, type RunningCell } from "../evaluate/running-cell.js";
import type { Host } from "../show/jupyter-host.js";

/** The methods that send one form, by its MIME type. */
const forms = {
  text: "text/plain",
  html: "text/html",
  svg: "image/svg+xml",
  png: "image/png",
  jpeg: "image/jpeg",
  json: "application/json",
} as const;

type Send<Value> = (value: Value | Promise<Value>, keepAlive?: boolean) => void;
type Forms<Method> = Record<keyof typeof forms, Method>;

type Callback = (error: unknown, reply?: string) => void;

async function callWith(reply: Promise<string>, callback: Callback): Promise<void> {
  let text: string;
  try {
    text = await reply;
  } catch (error) {
    callback(error);
    return;
  }
  callback(undefined, text);
}

export function createIJavascript(host: Host, inputs: Inputs) {
  /** Lets each cell that has called `async` go on. */
  const waiting = new WeakMap<RunningCell, () => void>();

  const defer = (value = true): boolean => {
    const cell = currentCell();
    // What it shows, and when, is its own affair.
    cell.showsItself = true;
    if (value && !waiting.has(cell)) cell.waitFor(new Promise<void>((resolve) => waiting.set(cell, resolve)));
    if (!value) end(cell);
    return value;
  };
  const end = (cell = currentCell()): void => {
    waiting.get(cell)?.();
    waiting.delete(cell);
  };
  const sendError = (error: unknown, keepAlive = false): void => {
    const cell = currentCell();
    cell.failure ??= { error };
    if (!keepAlive) end(cell);
  };
  const sending =
    <Value>(show: (value: Value) => unknown): Send<Value> =>
    (value, keepAlive = false) => {
      const cell = currentCell();
      cell.showsItself = true;
      if (keepAlive) defer();
      const send = async (): Promise<void> => {
        // At once if that is possible, in its place among what is printed.
        await show(value instanceof Promise ? await value : value);
        if (!keepAlive) end(cell);
      };
      cell.waitFor(send().catch((error: unknown) => sendError(error)));
    };
  const mime = sending((bundle: MimeBundle) => host.display(bundle));
  const formsBy = <Method>(make: (type: string) => Method): Forms<Method> =>
    Object.fromEntries(Object.entries(forms).map(([name, type]) => [name, make(type)])) as Forms<Method>;

  return {
    async: defer,
    done: (...result: unknown[]) => {
      if (result.length > 0) void host.displayValue(result[0]);
      end();
    },
    sendResult: sending((value: unknown) => host.displayValue(value)),
    sendError,
    mime,
    ...formsBy((type) => sending((content: unknown) => host.display({ [type]: content }))),
    /** An output that its methods change. */
    display(displayId: string = randomUUID()) {
      let update = false;
      const show = (bundle: MimeBundle): void => {
        host.display(bundle, { displayId, update });
        update = true;
      };
      return { mime: show, ...formsBy((type) => (content: unknown) => show({ [type]: content })) };
    },
    input(
      { prompt = "", password = false }: { prompt?: string; password?: boolean } = {},
      callback?: Callback,
    ): Promise<string> | undefined {
      currentCell().showsItself = true;
      const reply = inputs.ask(prompt, password);
      currentCell().waitFor(reply);
      if (!callback) return reply;
      currentCell().waitFor(callWith(reply, callback));
      return undefined;
    },
    clear: (options?: JsonObject & { wait?: boolean }) => host.clearOutput(options),
  };
}
