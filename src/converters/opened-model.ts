import type { Tensor } from "@tensorflow/tfjs";
import { htmlTable, textTable } from "../figures/table-markup.js";
import { markup } from "../host/markup.js";
import { SelfShowing } from "../host/self-showing.js";
import { tf } from "../keras/load.js";

/** An input or an output of a model: its name, type and shape. */
export interface TensorDescription {
  name: string;
  /** As the file calls it: `float32`, `int64`, `string`. */
  dtype: string;
  /** `null`, or the name that the file gives it, for what may have any size; `undefined` where nothing is said. */
  shape: readonly (number | string | null)[] | undefined;
}

/** What runs a model of another library. */
export interface Engine {
  /** Tensors by name. The inputs stay the caller's; so do the outputs. */
  run(inputs: Record<string, Tensor>): Promise<Record<string, Tensor>>;
  dispose(): void | Promise<void>;
}

/**
 * A model that another library runs: inputs and outputs have names, and nothing of it is trained. It shows them where it
 * ends a cell.
 */
export class OpenedModel extends SelfShowing {
  #engine: Engine | undefined;

  constructor(
    /** What it was: `ONNX`, `SavedModel`, `graph model`. */
    readonly format: string,
    readonly inputs: readonly TensorDescription[],
    readonly outputs: readonly TensorDescription[],
    engine: Engine,
  ) {
    super(() => tableOf(format, inputs, outputs));
    this.#engine = engine;
  }

  /**
   * Runs a model that has one output.
   *
   * @param inputs the tensor of the only input, tensors in the order of `inputs`, or by name
   * @returns the output, which is the caller's to dispose
   * @throws Error if the inputs are not those of the model, or it has several outputs: then `run` gives all of them
   * @example
   * exportSavedModel(model, "exported");
   * const opened = await loadGraphModel("exported");
   * const output = await opened.predict(tf.zeros([1, 4, 4]));
   */
  async predict(inputs: Tensor | readonly Tensor[] | Record<string, Tensor>): Promise<Tensor> {
    if (this.outputs.length !== 1) {
      throw new Error(
        `predict: the model has the outputs ${namesOf(this.outputs)}. Expected one. Call run(inputs), which gives them by name.`,
      );
    }
    const outputs = await this.run(inputs);
    return outputs[this.outputs[0]!.name]!;
  }

  /**
   * Runs the model.
   *
   * @param inputs as `predict` takes them
   * @returns its outputs by name, which are the caller's to dispose
   */
  async run(inputs: Tensor | readonly Tensor[] | Record<string, Tensor>): Promise<Record<string, Tensor>> {
    if (!this.#engine) throw new Error("The model was disposed. Load it again.");
    return this.#engine.run(this.#named(inputs));
  }

  /** Frees what the model holds. */
  async dispose(): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    await engine?.dispose();
  }

  #named(inputs: Tensor | readonly Tensor[] | Record<string, Tensor>): Record<string, Tensor> {
    const expected = namesOf(this.inputs);
    let named: Record<string, Tensor>;
    if (inputs instanceof tf.Tensor || Array.isArray(inputs)) {
      const list = [inputs].flat() as Tensor[];
      if (list.length !== this.inputs.length) {
        throw new Error(`The model got ${list.length} tensors. Expected ${this.inputs.length}: ${expected}.`);
      }
      named = Object.fromEntries(this.inputs.map(({ name }, i) => [name, list[i]!]));
    } else {
      named = inputs as Record<string, Tensor>;
      const unknown = Object.keys(named).filter((name) => this.inputs.every((one) => one.name !== name));
      if (unknown.length > 0)
        throw new Error(`The model has no input ${unknown.join(", ")}. Expected ${expected}.`);
    }
    for (const description of this.inputs) check(description, named[description.name]);
    return named;
  }
}

const namesOf = (all: readonly TensorDescription[]): string => all.map(({ name }) => name).join(", ");

function check({ name, shape, dtype }: TensorDescription, tensor: unknown): void {
  const wanted = `Expected ${dtype} of shape ${shapeText(shape)}`;
  if (!(tensor instanceof tf.Tensor)) {
    throw new TypeError(
      `Input ${name} is ${tensor === undefined ? "missing" : "no tensor"}. ${wanted}: tf.tensor(numbers, shape).`,
    );
  }
  const fits =
    !shape ||
    (shape.length === tensor.shape.length &&
      shape.every((size, axis) => typeof size !== "number" || size === tensor.shape[axis]));
  if (!fits) throw new Error(`Input ${name} has shape [${tensor.shape.join(", ")}]. ${wanted}.`);
}

const shapeText = (shape: TensorDescription["shape"]): string =>
  shape ? `[${shape.map((size) => size ?? "any").join(", ")}]` : "any";

function tableOf(
  format: string,
  inputs: readonly TensorDescription[],
  outputs: readonly TensorDescription[],
) {
  const row = (kind: string) => (one: TensorDescription) => [kind, one.name, one.dtype, shapeText(one.shape)];
  const cells = {
    header: ["", "Name", "Type", "Shape"],
    rows: [...inputs.map(row("input")), ...outputs.map(row("output"))],
    isNumeric: [false, false, false, false],
  };
  return {
    "text/html": String(markup`<b>${format}</b>${htmlTable(cells)}`),
    "text/plain": [format, ...textTable(cells)].join("\n"),
  };
}
