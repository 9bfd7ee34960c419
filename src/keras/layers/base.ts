import type { Shape, Tensor, layers } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";

/** Shared by the layers of this folder: the forms in which TensorFlow.js hands them shapes and tensors. */
export type Inputs = Tensor | Tensor[];
export type Shapes = Shape | Shape[];
export type DataFormat = "channelsFirst" | "channelsLast";
export type Config = ReturnType<layers.Layer["getConfig"]>;
export type CallArguments = { training?: boolean; mask?: Inputs };

export function only(inputs: Inputs): Tensor {
  return Array.isArray(inputs) ? inputs[0]! : inputs;
}

export function onlyShape(shapes: Shapes): Shape {
  return (Array.isArray(shapes[0]) ? shapes[0] : shapes) as Shape;
}

/** The axis of the channels, and those of space (or time). */
export function axesOf(rank: number, dataFormat: DataFormat): { channels: number; space: number[] } {
  const isFirst = dataFormat === "channelsFirst";
  const space = Array.from({ length: rank }, (_, i) => i + (isFirst ? 2 : 1));
  return { channels: isFirst ? 1 : rank + 1, space };
}

/** A shape in which `change` was applied to the known sizes along `axes`. */
export function changed(
  shape: Shape,
  axes: number[],
  change: (size: number, index: number) => number,
): Shape {
  return shape.map((size, axis) => {
    const index = axes.indexOf(axis);
    return index < 0 || size === null ? size : change(size, index);
  });
}

/** One number for each of `rank` axes. */
export function perAxis(value: number | number[], rank: number): number[] {
  return typeof value === "number" ? Array.from({ length: rank }, () => value) : value;
}

/** Runs `run` on an input whose channels are last, whichever format the layer has. */
export function channelsLast(input: Tensor, format: DataFormat, run: (input: Tensor) => Tensor): Tensor {
  if (format === "channelsLast") return run(input);
  const axes = input.shape.map((_, axis) => axis);
  const last = axes.at(-1)!;
  const [batch, channels, ...space] = axes as [number, number, ...number[]];
  return tf.transpose(run(tf.transpose(input, [batch, ...space, channels])), [
    batch,
    last,
    ...space.map((axis) => axis - 1),
  ]);
}

/** The arguments that describe weights, as TensorFlow.js's own layers take and save them. */
export type WeightSettings = Pick<
  Parameters<typeof tf.layers.dense>[0],
  | "kernelInitializer"
  | "biasInitializer"
  | "kernelRegularizer"
  | "biasRegularizer"
  | "kernelConstraint"
  | "biasConstraint"
  | "activation"
>;

type Kind = "Initializer" | "Regularizer" | "Constraint" | "activation";

const Dense = tf.layers.dense({ units: 1 }).constructor as new (
  args: object,
) => layers.Layer & Record<string, never>;

/** Makes an initializer, regularizer, constraint or activation from its name, configuration or object. */
export function objectFrom(kind: Kind, value: unknown): never {
  const key = kind === "activation" ? kind : `kernel${kind}`;
  return new Dense({ units: 1, [key]: value })[key]!;
}

/** The inverse: what `getConfig` says of the object. */
export function configOf(kind: Kind, object: unknown): never {
  const key = kind === "activation" ? kind : `kernel${kind}`;
  const layer = new Dense({ units: 1 });
  Object.assign(layer, { [key]: object });
  return layer.getConfig()[key] as never;
}
