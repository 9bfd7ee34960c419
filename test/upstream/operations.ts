import type { Tensor } from "@tensorflow/tfjs-node";
import { CompiledStep } from "../../src/graphs/compiled-step.js";
import { tf } from "../../src/tfjs/native.js";

type Operation = (...given: unknown[]) => unknown;
type Namespace = Record<string, unknown>;

/** How many calls of operations ran as graphs. */
export let graphRuns = 0;

/** Makes each operation of tfjs-core that a test calls run as a recorded graph: recorded twice, then replayed. */
export function runOperationsAsGraphs(exported: Namespace): void {
  const namespaces = ["fused", "image", "linalg", "losses", "signal", "sparse", "spectral", "string"];
  for (const namespace of [exported, ...namespaces.map((name) => exported[name] as Namespace)]) {
    for (const [name, value] of Object.entries(namespace)) {
      if (typeof value !== "function") continue;
      if (value.name.endsWith("__op")) namespace[name] = asGraph(value as Operation);
    }
  }
  // Whoever differentiates gets a function, and calls that.
  for (const name of ["grad", "grads"]) {
    const differentiate = exported[name] as (fn: Operation) => Operation;
    exported[name] = (fn: Operation) => asGraph(differentiate(fn));
  }
}

function asGraph(operation: Operation): Operation {
  return Object.defineProperty(
    (...given: unknown[]) => {
      const inputs = tensorsOf(given);
      if (inputs.length === 0) return operation(...given);
      const step = new CompiledStep();
      let form: unknown;
      const run = (replaced: Tensor[]): Tensor[] => {
        const result = operation(...(replace(given, replaced.values()) as unknown[]));
        form = result;
        return tensorsOf(result);
      };
      try {
        let outputs = step.run(run, inputs);
        const again = () => {
          for (const output of outputs) if (!inputs.includes(output)) output.dispose();
          outputs = step.run(run, inputs);
        };
        while (step.report()[0]?.state === "recording") again();
        if (step.report()[0]?.state === "compiled") {
          again();
          graphRuns++;
        }
        return replace(form, outputs.values());
      } finally {
        step.dispose();
      }
    },
    "name",
    { value: operation.name },
  );
}

/** The tensors in a value: itself, or in its lists and plain objects. */
function tensorsOf(value: unknown): Tensor[] {
  if (value instanceof tf.Tensor) return [value];
  return containsValues(value) ? Object.values(value).flatMap(tensorsOf) : [];
}

/** The value with `tensors` in the place of its own. */
function replace(value: unknown, tensors: Iterator<Tensor>): unknown {
  if (value instanceof tf.Tensor) return tensors.next().value;
  if (Array.isArray(value)) return value.map((one) => replace(one, tensors));
  if (!containsValues(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, replace(one, tensors)]));
}

function containsValues(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}
