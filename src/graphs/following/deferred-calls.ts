import { assignData, nativeBackend } from "../../tfjs/backend.js";
import type { Tensor, Variable } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import type { WeightChange } from "../step-listener.js";
import { nativeBinding } from "../binding.js";
import type { DeferredValue, DeferredValues } from "./deferred-values.js";
import type { RecordedCall } from "../recording.js";

/** Something that JavaScript has asked for, which is not computed yet. */
export interface DeferredCall extends Omit<RecordedCall, "inputs" | "outputs"> {
  inputs: DeferredValue[];
  outputs: DeferredValue[];
  /** Does it after all, with native tensors. Returns those of the outputs. */
  compute(handles: number[]): (number | undefined)[];
}

/** All that a step under way has asked for, and how it is computed after all: one call after the other. */
export class DeferredCalls {
  readonly all: DeferredCall[] = [];
  #computed = 0;

  /** @param begin what variables held before the step */
  constructor(
    private readonly values: DeferredValues,
    private readonly begin: Map<Variable, DeferredValue>,
  ) {}

  /** May be ended anywhere and called again. */
  compute(): void {
    try {
      for (const call of this.all.slice(this.#computed)) {
        const handles = call.inputs.map((value) => this.values.handleOf(value));
        call.compute(handles).forEach((id, i) => {
          // An interrupt may have come before it was known what becomes of the result.
          const output = call.outputs[i];
          if (id !== undefined && output) output.handle = id;
        });
        this.#computed++;
      }
    } catch (error) {
      this.#restore();
      throw error;
    }
  }

  /** Takes back what could not be computed: variables have the values that they had, and optimizers' steps do not count. */
  #restore(): void {
    for (const [variable, begin] of this.begin) {
      const value = this.values.withDataId(variable.dataId) ?? begin;
      if (value.isResult && value.handle === undefined) assignData(variable, begin.dataId!);
    }
    for (const { op, subjects } of this.all.slice(this.#computed)) {
      // oxlint-disable-next-line no-underscore-dangle -- the optimizer's own name for it
      if (op === "step") (subjects[0] as { iterations_: number }).iterations_--;
    }
  }
}

/** Computes a change of a weight and its slots, of native tensors. Returns the new ones. */
export function computeChange(
  { compute, slots }: WeightChange,
  { inputs, outputs }: DeferredCall,
  handles: number[],
): (number | undefined)[] {
  const backend = nativeBackend();
  const binding = nativeBinding();
  const copyOf = (id: number, dtype: number) =>
    binding.executeOp("Identity", [{ name: "T", type: binding.TF_ATTR_TYPE, value: dtype }], [id], 1)[0]!;
  return tf.tidy(() => {
    const tensors = handles.map((id, i) => backend.createOutputTensor(copyOf(id, inputs[i]!.dtype)));
    const [gradient, weight] = tensors as [Tensor, Tensor];
    const updated = compute({ gradient, weight, slots: tensors.slice(2, 2 + slots.length) });
    return updated.map((tensor, i) => {
      const output = outputs[i];
      if (!output || output === inputs[i + 1]) return undefined;
      const [id] = backend.getInputTensorIds([tensor]);
      return copyOf(id!, output.dtype).id;
    });
  });
}
