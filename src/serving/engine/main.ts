/** The process that runs one version of a model. It is told what to do by `../models/engine.ts`, over a pipe. */
import { Socket } from "node:net";
import { readFrames, writeFrame } from "./frames.js";
import type { Order, Report, TensorHead } from "./messages.js";
import type { Runner } from "./runner.js";
import { inParts, mapTensors, rowsOfTensor } from "./rows.js";
import { ServingError } from "../status.js";
import type { Tensor } from "../tensors.js";

const pipe = new Socket({ fd: 3, readable: true, writable: true });
// The server is gone, and with it the reason to be.
pipe.on("close", () => process.exit(0));
pipe.on("error", () => process.exit(0));

let runner: Runner | undefined;
let orders = Promise.resolve();

readFrames(pipe, (message, bytes) => {
  const order = message as Order;
  if (order.type === "load") orders = orders.then(() => load(order));
  else answer(order, bytes);
});

const report = (what: Report, parts: readonly Uint8Array[] = []): void => writeFrame(pipe, what, parts);

async function load({ path, pixels, mostPixels }: Order & { type: "load" }): Promise<void> {
  try {
    const { openModel } = await import("./open-model.js");
    runner = await openModel(path, { pixels, mostPixels });
    report({ type: "loaded", info: runner.info });
  } catch (error) {
    report({ type: "refused", message: error instanceof Error ? error.message : String(error) });
  }
}

function answer(order: Exclude<Order, { type: "load" }>, bytes: Uint8Array): void {
  const { id, signature, rows } = order;
  try {
    const start = performance.now();
    const outputs =
      order.type === "pictures"
        ? runPictures(signature, split(bytes, order.sizes), rows)
        : runTensors(signature, tensorsOf(order.inputs, bytes), rows);
    const seconds = (performance.now() - start) / 1000;
    const heads = Object.entries(outputs).map(([name, { dtype, shape, bytes: own }]) => ({
      name,
      dtype,
      shape,
      size: own.length,
    }));
    report(
      { type: "done", id, seconds, outputs: heads },
      Object.values(outputs).map((output) => output.bytes),
    );
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const code = error instanceof ServingError ? error.code : "INTERNAL";
    report({ type: "failed", id, message: text, code });
  }
}

function runPictures(signature: string, files: Uint8Array[], rows: number): Record<string, Tensor> {
  return inParts(files.length, rows, (start, count) =>
    runner!.run(signature, runner!.decode(signature, files.slice(start, start + count))),
  );
}

function runTensors(signature: string, inputs: Record<string, Tensor>, rows: number): Record<string, Tensor> {
  const total = rows === 0 ? 0 : (Object.values(inputs)[0]?.shape[0] ?? 0);
  return inParts(total, rows, (start, count) => {
    const isAll = count === total;
    return runner!.run(
      signature,
      isAll ? inputs : mapTensors(inputs, (tensor) => rowsOfTensor(tensor, start, count)),
    );
  });
}

function split(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  let at = 0;
  return sizes.map((size) => bytes.subarray(at, (at += size)));
}

function tensorsOf(
  heads: readonly (TensorHead & { name: string })[],
  bytes: Uint8Array,
): Record<string, Tensor> {
  const parts = split(
    bytes,
    heads.map(({ size }) => size),
  );
  return Object.fromEntries(
    heads.map(({ name, dtype, shape }, i) => [name, { dtype, shape, bytes: parts[i]! }]),
  );
}
