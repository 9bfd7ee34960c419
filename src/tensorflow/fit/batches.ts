import type { Tensor } from "@tensorflow/tfjs-node";
import { core, tf } from "../native.js";

/** Samples by rows: the inputs and targets of a model, and the weights of the samples for each target, or none. */
interface Samples {
  xs: Tensor[];
  ys: Tensor[];
  weights: Tensor[];
}

export interface BatchesOptions {
  /** How many batches make an epoch; all of them if left out. */
  steps?: number | undefined;
  /** Whether to shuffle the samples, or only those within each batch. */
  shuffle?: boolean | "batch";
  /** Whether each epoch begins with the first sample, although `steps` are given. */
  anew?: boolean;
}

type Batch = { xs: Tensor[]; ys: Tensor[] };

const weightsOf = new WeakMap<Tensor, Tensor[]>();

/** The weights of a batch that {@link Batches} has made, by its first input. */
export function weightsOfBatch(input: Tensor): Tensor[] {
  return weightsOf.get(input) ?? [];
}

/**
 * Samples as a data set of batches, of which each epoch takes the next `steps`. As in Keras, all of them were seen before
 * the first comes again, and an epoch that finds fewer left ends early, with a warning.
 */
export class Batches {
  /** How many batches an epoch takes, for the progress bar. */
  readonly size: number;
  #rows: number[] = [];
  readonly #samples: number;

  constructor(
    private readonly data: Samples,
    private readonly batchSize: number,
    private readonly options: BatchesOptions,
  ) {
    this.#samples = data.xs[0]!.shape[0]!;
    this.size = options.steps ?? Math.ceil(this.#samples / batchSize);
  }

  /** One epoch. */
  async iterator(): Promise<{ next(): Promise<IteratorResult<Batch, null>> }> {
    const { steps, anew = steps === undefined } = this.options;
    let left = this.size;
    let begun = false;
    const next = async (): Promise<IteratorResult<Batch, null>> => {
      if (!begun && (anew || this.#rows.length === 0)) this.#rows = this.#inOrder();
      begun = true;
      if (left > 0 && this.#rows.length === 0) warnOfEnd(this.size - left, this.size);
      if (left === 0 || this.#rows.length === 0) return { value: null, done: true };
      left--;
      return { value: this.#cut(this.#rows.splice(0, this.batchSize)), done: false };
    };
    return { next };
  }

  #inOrder(): number[] {
    const rows = Array.from({ length: this.#samples }, (_, row) => row);
    if (this.options.shuffle === true) core.util.shuffle(rows);
    return rows;
  }

  #cut(rows: number[]): Batch {
    if (this.options.shuffle === "batch") core.util.shuffle(rows);
    const index = tf.tensor1d(rows, "int32");
    const cut = (tensors: Tensor[]) => tensors.map((tensor) => tf.gather(tensor, index));
    const [xs, ys, weights] = [cut(this.data.xs), cut(this.data.ys), cut(this.data.weights)];
    index.dispose();
    weightsOf.set(xs[0]!, weights);
    return { xs, ys };
  }
}

/** What Keras says, too, when the data end before the steps. */
export function warnOfEnd(batches: number, steps: number): void {
  console.warn(
    `The data ended after ${batches} of ${steps} steps. Ask for fewer steps, or take a smaller batchSize.`,
  );
}
