/** What TensorFlow.js's values print: `console.log(tensor)` shows numbers, not the tensor's own fields. */
import { inspect } from "node:util";
import type { History, SymbolicTensor, Tensor } from "@tensorflow/tfjs";
import { tf } from "./native.js";

/** Numbers of larger tensors would have to be copied for the few that are shown. */
const mostNumbers = 1_000_000;

type Print<T> = (value: T, isWhole: boolean) => string;

/** @param print `isWhole`: the value itself is printed, not an object that contains it */
function prints<T extends object>(constructor: { prototype: T }, print: Print<T>): void {
  Object.defineProperty(constructor.prototype, inspect.custom, {
    configurable: true,
    writable: true,
    value(this: T, depth: number | null, options: { depth?: number | null }): string {
      return print(this, depth === (options.depth ?? null));
    },
  });
}

/** Sets what tensors and histories print. */
export function printValues(): void {
  prints<Tensor>(tf.Tensor, printTensor);
  prints<SymbolicTensor>(tf.SymbolicTensor, printSymbolic);
  prints<History>(tf.History, printHistory);
}

const shapeOf = (shape: readonly (number | null)[]): string => `[${shape.map(String).join(", ")}]`;

function printTensor(tensor: Tensor, isWhole: boolean): string {
  const { dtype, isDisposed, shape, size } = tensor;
  const header = `${tensor instanceof tf.Variable ? "Variable" : "Tensor"} ${dtype} ${shapeOf(shape)}`;
  if (isDisposed) return `${header} (disposed)`;
  if (!isWhole) return header;
  if (size > mostNumbers)
    return `${header} of ${size.toLocaleString("en-US")} numbers: print a part, tensor.slice(…)`;
  return tensor.toString().replace(/^Tensor/, header);
}

function printSymbolic({ dtype, shape, sourceLayer }: SymbolicTensor): string {
  return `SymbolicTensor ${dtype} ${shapeOf(shape)} of layer "${sourceLayer.name}"`;
}

function printHistory({ epoch, history }: History): string {
  // TensorFlow.js's `acc` says the same as Keras's `accuracy` beside it.
  const isShown = (name: string): boolean => !name.endsWith("acc") || !(`${name}uracy` in history);
  const last = Object.entries(history)
    .filter(([name]) => isShown(name))
    .map(([name, values]) => {
      const value = values.at(-1);
      return `${name} ${typeof value === "number" ? Number(value.toPrecision(4)) : "…"}`;
    });
  return `History of ${epoch.length} epoch${epoch.length === 1 ? "" : "s"}: ${last.join(", ")}`;
}
