import type { LayerVariable, Tensor, layers } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { type Config, configOf, objectFrom, type WeightSettings } from "./base.js";

type LayerArgs = ConstructorParameters<typeof tf.layers.Layer>[0];
type Describe = "Initializer" | "Regularizer" | "Constraint";
type Initializer = { apply(shape: number[]): Tensor };
const kinds: Describe[] = ["Initializer", "Regularizer", "Constraint"];

/** An initializer whose scale depends on the numbers of inputs and outputs, for kernels that are not matrices. */
function byFans(initializer: Initializer, outputAxes: number[]): never {
  if (!("distribution" in initializer)) return initializer as never;
  return {
    apply: (shape: number[]) => {
      const size = (isOutput: boolean): number =>
        shape.reduce((all, one, axis) => (outputAxes.includes(axis) === isOutput ? all * one : all), 1);
      return tf.tidy(() => tf.reshape(initializer.apply([size(false), size(true)]), shape));
    },
  } as never;
}

/** A layer with kernels and biases, whose initializers, regularizers and constraints are arguments. */
export abstract class WeightedLayer extends tf.layers.Layer {
  readonly #settings: Record<string, never> = {};

  constructor(args: LayerArgs & Omit<WeightSettings, "activation">) {
    super(args);
    const given = { kernelInitializer: "glorotUniform", biasInitializer: "zeros", ...args } as Record<
      string,
      unknown
    >;
    for (const part of ["kernel", "bias"]) {
      for (const kind of kinds) this.#settings[`${part}${kind}`] = objectFrom(kind, given[`${part}${kind}`]);
    }
  }

  /** @param outputAxes those axes of a kernel that lead to outputs; the others, if any are given, come from inputs */
  protected weight(
    part: "kernel" | "bias",
    name: string,
    shape: number[],
    outputAxes?: number[],
  ): LayerVariable {
    const [initializer, regularizer, constraint] = kinds.map((kind) => this.#settings[`${part}${kind}`]!);
    const start = outputAxes ? byFans(initializer!, outputAxes) : initializer!;
    return this.addWeight(name, shape, "float32", start, regularizer, true, constraint);
  }

  override getConfig(): Config {
    const settings = Object.entries(this.#settings).map(([key, value]) => [
      key,
      configOf(
        kinds.find((kind) => key.endsWith(kind))!,
        value,
      ),
    ]);
    return { ...super.getConfig(), ...Object.fromEntries(settings) } as ReturnType<layers.Layer["getConfig"]>;
  }
}
