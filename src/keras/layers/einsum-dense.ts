import type { LayerVariable, Shape, Tensor } from "@tensorflow/tfjs-node";
import { type Config, configOf, type Inputs, objectFrom, only, onlyShape, type Shapes } from "./base.js";
import { contract, contractionLabels, sizesByLabel } from "./contract.js";
import { tf } from "../../tfjs/native.js";
import type { EinsumDenseArgs } from "./types.cjs";
import { WeightedLayer } from "./weighted.js";
import { biasOnly, kerasForm, kernel as kernelArguments } from "./keras-form.js";

/** A dense layer along any axes, in Einstein's notation: https://keras.io/api/layers/core_layers/einsum_dense/ */
export class EinsumDense extends WeightedLayer {
  static readonly className = "EinsumDense";
  static readonly form = kerasForm(
    `equation output_shape bias_axes activation ${kernelArguments} ${biasOnly}`,
  );
  private readonly equation: string;
  private readonly partialOutputShape: Shape;
  private readonly biasAxes: string;
  private readonly activation: { apply(x: Tensor): Tensor };
  private kernel!: LayerVariable;
  private bias: LayerVariable | undefined;

  constructor(args: EinsumDenseArgs) {
    super(args);
    this.equation = args.equation;
    this.partialOutputShape = [args.outputShape].flat();
    this.biasAxes = args.biasAxes ?? "";
    this.activation = objectFrom("activation", args.activation);
  }

  override build(shapes: Shapes): void {
    const shape = onlyShape(shapes);
    const [inputs, kernel, outputs] = contractionLabels(this.equation, shape.length);
    const sizes = new Map([
      ...sizesByLabel(outputs, this.computeOutputShape(shape) as Shape),
      ...sizesByLabel(inputs, shape),
    ]);
    const kernelShape = Array.from(kernel, (label) => sizes.get(label)!);
    const outputAxes = Array.from(kernel, (_, axis) => axis).filter((axis) =>
      outputs.includes(kernel[axis]!),
    );
    this.kernel = this.weight("kernel", "kernel", kernelShape, outputAxes);
    if (this.biasAxes) {
      const first = Math.min(...Array.from(this.biasAxes, (label) => outputs.indexOf(label)));
      const labels = Array.from(outputs.slice(first));
      const biasShape = labels.map((label) => (this.biasAxes.includes(label) ? sizes.get(label)! : 1));
      this.bias = this.weight("bias", "bias", biasShape);
    }
    this.built = true;
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    const shape = onlyShape(shapes);
    const [inputs, , outputs] = contractionLabels(this.equation, shape.length);
    const known = sizesByLabel(inputs, shape);
    // What is given are the axes after the batch, without those that "..." stands for.
    const given = [...this.partialOutputShape];
    const elided = /[^a-zA-Z]/;
    return Array.from(outputs, (label, i) => {
      const isGiven = i > 0 && !elided.test(label);
      const size = isGiven ? given.shift() : null;
      return size ?? known.get(label) ?? null;
    });
  }

  override call(inputs: Inputs): Inputs {
    return tf.tidy(() => {
      const input = only(inputs);
      const labels = contractionLabels(this.equation, input.rank);
      const product = contract(labels, input, this.kernel.read());
      return this.activation.apply(this.bias ? tf.add(product, this.bias.read()) : product);
    });
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      equation: this.equation,
      outputShape: this.partialOutputShape,
      biasAxes: this.biasAxes || null,
      activation: configOf("activation", this.activation),
    };
  }
}
