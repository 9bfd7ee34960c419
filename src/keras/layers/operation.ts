import type { Shape } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import type { Config, Inputs, Shapes } from "./base.js";
import { givenOf, operations, type Argument, type OperationSettings } from "./operations.js";

interface OperationArgs {
  name?: string;
  /** Keras's class: `"Add"`. */
  operation: string;
  arguments: Argument[];
  /** As text, so that no name in it is changed. */
  settings: string;
}

/**
 * An operation between layers, as Keras's models have it where Python computes with their tensors: `x * 2 + y`,
 * `keras.ops.mean(x, axis=1)`. https://keras.io/api/ops/
 */
export class Operation extends tf.layers.Layer {
  static readonly className = "Operation";
  readonly operation: string;
  readonly arguments: Argument[];
  readonly settings: OperationSettings;

  constructor(args: OperationArgs) {
    super(args);
    this.operation = args.operation;
    this.arguments = args.arguments;
    this.settings = JSON.parse(args.settings) as OperationSettings;
  }

  override call(inputs: Inputs): Inputs {
    return tf.tidy(() => {
      const tensors = [inputs].flat();
      const given = this.arguments.map((one) => givenOf(one, tensors));
      const output = operations[this.operation]!.run(given, this.settings);
      // What is an input itself would be freed twice.
      return Array.isArray(output) ? output : tensors.includes(output) ? tf.clone(output) : output;
    });
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    // An axis of unknown length is one whose length in the result depends on it.
    const [two, three] = [2, 3].map((size) =>
      tf.tidy(() => {
        const inputs = listed(shapes).map((shape) => tf.zeros(shape.map((length) => length ?? size)));
        return [this.call(inputs)].flat().map(({ shape }) => shape);
      }),
    ) as [Shape[], Shape[]];
    const outputs = two.map((shape, i) =>
      shape.map((length, axis) => (length === three[i]![axis] ? length : null)),
    );
    return outputs.length === 1 ? outputs[0]! : outputs;
  }

  override getConfig(): Config {
    const { operation, settings } = this;
    const config = { operation, arguments: this.arguments, settings: JSON.stringify(settings) };
    return { ...super.getConfig(), ...config } as never;
  }
}

const listed = (shapes: Shapes): Shape[] =>
  Array.isArray(shapes[0]) ? (shapes as Shape[]) : [shapes as Shape];

/** Whether there is an operation of this name of Keras. */
export const isOperationName = (name: string): boolean => Object.hasOwn(operations, name);

/** Where Keras has the operation. */
export const operationModule = (name: string): string => `keras.src.ops.${operations[name]!.module}`;
