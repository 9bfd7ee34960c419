import type { DataType, Rank, ShapeMap, Tensor, Tensor1D } from "@tensorflow/tfjs-node";
import { core, runNative, runsNatively, tf } from "../native.js";
import { patch } from "../patch.js";
import { globalSeeds, hostRandom, type SeedSequence } from "../random-state.js";

export type Seed = number | string;
type RandomOp = "StatelessRandomUniform" | "StatelessRandomNormal" | "StatelessTruncatedNormal";

let seeds: SeedSequence = globalSeeds;

/** Runs it with unseeded and seeded random operations alike drawing from `sequence`. */
export function withSeeds<T>(sequence: SeedSequence, run: () => T): T {
  const before = seeds;
  seeds = sequence;
  try {
    return run();
  } finally {
    seeds = before;
  }
}

/** A seed that the user gives names one draw: the same seed, the same numbers. */
export function seedTensor(seed: Seed | undefined): Tensor1D {
  if (seed == null || seeds !== globalSeeds) return seeds.next();
  const bits = Buffer.alloc(8);
  bits.writeDoubleLE(typeof seed === "number" ? seed : hashOf(seed));
  return tf.tensor1d([bits.readInt32LE(0), bits.readInt32LE(4)], "int32");
}

function hashOf(text: string): number {
  let hash = 7;
  for (const character of text) hash = hash * 31 + character.codePointAt(0)!;
  return hash;
}

function draw(op: RandomOp, shape: number[], seed: Seed | undefined, scale: number, shift: number): Tensor {
  tf.util.assertNonNegativeIntegerDimensions(shape);
  return tf.tidy(() => {
    const types = { dtype: "float32", T: "int32", Tseed: "int32" } as const;
    const [numbers] = runNative(op, types, [tf.tensor1d(shape, "int32"), seedTensor(seed)], 1);
    // TensorFlow.js takes null for 0, as its own TransformerDecoder test gives it.
    return tf.add(tf.mul(numbers!, scale), shift ?? 0);
  });
}

const reason = {
  name: "random numbers",
  why: "they are drawn one by one in JavaScript, and there is no seed for all of them",
  upstream: "https://github.com/tensorflow/tfjs/issues/2219",
};

/** Native TensorFlow draws them in its own operations; on other backends TensorFlow.js's generators stay, with our seeds. */
export function repairRandom(): void {
  const isNative = (dtype: DataType = "float32") => runsNatively() && dtype === "float32";
  const { randomUniform, multinomial } = core;
  patch(core, "randomUniform", {
    ...reason,
    replace: <R extends Rank>(shape: ShapeMap[R], minval = 0, maxval = 1, dtype?: DataType, seed?: Seed) =>
      isNative(dtype)
        ? (draw("StatelessRandomUniform", shape, seed, maxval - minval, minval) as never)
        : randomUniform<R>(shape, minval, maxval, dtype, seed ?? hostRandom()),
  });

  const normal =
    (op: RandomOp) =>
    (slow: typeof core.randomNormal) =>
    <R extends Rank>(shape: ShapeMap[R], mean = 0, stdDev = 1, dtype?: "float32" | "int32", seed?: number) =>
      isNative(dtype)
        ? (draw(op, shape, seed, stdDev, mean) as never)
        : slow<R>(shape, mean, stdDev, dtype, seed ?? hostRandom());
  patch(core, "randomNormal", { ...reason, wrap: normal("StatelessRandomNormal") });
  patch(core, "truncatedNormal", { ...reason, wrap: normal("StatelessTruncatedNormal") });
  patch(core, "randomStandardNormal", {
    ...reason,
    replace: (shape, dtype, seed) => core.randomNormal(shape, 0, 1, dtype, seed),
  });
  // tfjs-node's kernel refuses probabilities ("does not support normalized logits").
  patch(core, "multinomial", {
    ...reason,
    replace: (logits, samples, seed, normalized) =>
      tf.tidy(() => {
        const given = normalized && runsNatively() ? tf.log(logits) : logits;
        const kept = normalized && !runsNatively();
        return multinomial(given, samples, seed ?? hostRandom() * 2 ** 31, kept);
      }),
  });
}
