import type { Tensor, Tensor2D } from "@tensorflow/tfjs-node";
import { toNdArray, type NdArray } from "../arrays/ndarray.js";
import { NumpyRandom, type NumpyRandomState } from "../arrays/numpy-random.js";
import { notebookHost } from "../host/notebook-host.js";
import { tf } from "../tfjs/native.js";
import type { PictureJob, PictureSource } from "./make-picture.js";
import type { PictureMaker } from "./picture-maker.js";
import { Prefetched } from "./prefetched.js";
import { savePictures, type Saving } from "./save-pictures.js";
import type { DrawnParameters } from "./random-transform.js";
import { defaultThreads, workers } from "./workers.js";

/** Pictures; with their classes or other targets; with weights, too. Who gets a batch disposes of it. */
export type ImageBatch =
  | Tensor
  | [x: Tensor | Tensor[], y: Tensor | Tensor[]]
  | [x: Tensor | Tensor[], y: Tensor | Tensor[], sampleWeight: Tensor];

export interface IterationOptions {
  /** Pictures in a batch; the last one of an epoch may have fewer. Default 32. */
  batchSize?: number;
  /** Whether each epoch has an order of its own. Default true. */
  shuffle?: boolean;
  /** The same seed gives the same order and the same changes, Keras's. Without it, they differ each time. */
  seed?: number | null;
  /** A folder to which each picture is written as it goes into a batch. */
  saveToDir?: string | null;
  /** What their names begin with. Default "". */
  savePrefix?: string;
  /** Default `"png"`. */
  saveFormat?: "png" | "jpeg" | "jpg";
  /** How many threads make pictures. Default: one for each core, at most 8. */
  threads?: number;
  /** How many batches are made before they are needed. Default 4. */
  prefetch?: number;
  /** Whether a picture that cannot be read ends it all, or is named and left out. Default `"refuse"`. */
  brokenPictures?: "refuse" | "skip";
}

/** A batch to look at: pictures `[n, height, width, channels]`, and where there are classes their numbers and names. */
export interface Preview {
  images: NdArray;
  labels?: NdArray;
  classNames?: readonly string[];
}

/** A batch that is to be made: which pictures, and what is done to each. */
interface Plan {
  indices: Int32Array;
  parameters: (DrawnParameters | null)[];
  /** A number for the name of each file that is saved. */
  hashes: number[];
}

interface Made {
  pictures: Float32Array;
  indices: Int32Array;
}

interface Position {
  random: NumpyRandomState;
  order: Int32Array | undefined;
  batchIndex: number;
  totalBatchesSeen: number;
}

/**
 * Batches of pictures, made by threads of their own: a data set for `fit`, `evaluate` and `predict`, and for `for await`, which
 * goes on forever as in Keras.
 */
export abstract class ImageIterator {
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number | null;
  /** How many batches have been begun since the start. */
  totalBatchesSeen = 0;
  readonly #options: IterationOptions;
  readonly #random: NumpyRandom;
  #order: Int32Array | undefined;
  #batchIndex = 0;
  readonly #named = new Set<string>();

  /**
   * @param samples how many pictures there are
   * @throws RangeError for numbers that cannot be
   */
  constructor(
    readonly samples: number,
    protected readonly maker: PictureMaker,
    options: IterationOptions,
    /** The hashes in the names of files that are saved are below this. */
    private readonly hashes: number,
  ) {
    const { batchSize = 32, shuffle = true, seed = null, threads, prefetch } = options;
    checkCount("batchSize", batchSize);
    if (threads !== undefined) checkCount("threads", threads);
    if (prefetch !== undefined) checkCount("prefetch", prefetch);
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.seed = seed;
    this.#options = options;
    this.#random = new NumpyRandom(seed ?? undefined);
  }

  /** How many batches make an epoch. */
  get size(): number {
    return Math.ceil(this.samples / this.batchSize);
  }

  /** The same as `size`. */
  get length(): number {
    return this.size;
  }

  /** The shape of a picture. */
  get imageShape(): number[] {
    const { size, channels, dataFormat } = this.maker.settings;
    return dataFormat === "channelsFirst" ? [channels, ...size] : [...size, channels];
  }

  /** The names of the classes, where there are any. */
  readonly classNames?: readonly string[] | undefined;

  protected abstract sourceOf(index: number): PictureSource;

  /** The targets of the pictures at these places, and their weights; undefined where batches are pictures alone. */
  protected abstract targetsOf(
    indices: Int32Array,
    x: Tensor,
  ): { x?: Tensor[]; y: Tensor | Tensor[]; sampleWeight?: Tensor | undefined } | undefined;

  /** The batch at a place of this epoch, as `iterator[index]` in Keras. */
  async get(index: number): Promise<ImageBatch> {
    if (!Number.isInteger(index) || index < 0 || index >= this.size)
      throw new RangeError(`There are ${this.size} batches, from 0 to ${this.size - 1}, but not ${index}.`);
    return this.#once(() => this.#planAt(index));
  }

  /** The next batch. After the last one of an epoch comes the first one of the next. */
  async next(): Promise<ImageBatch> {
    return this.#once(() => this.#planNext());
  }

  /** A batch to look at, with the channels last. What comes afterwards is the same as without it. */
  async preview(): Promise<Preview> {
    const before = this.#position();
    const batch = await this.#once(() => {
      const plan = this.#planAt(0);
      this.#goBack(before);
      return plan;
    });
    const [x, y] = Array.isArray(batch) ? batch : [batch];
    const pictures = [x].flat()[0]!;
    const isLast = this.maker.settings.dataFormat === "channelsLast";
    const last = isLast ? pictures : tf.transpose(pictures, [0, 2, 3, 1]);
    const images = toNdArray(last);
    last.dispose();
    // Targets that are no classes are no titles.
    const isOfClasses = y && !Array.isArray(y) && (y.rank === 1 || y.rank === 2);
    const labels = isOfClasses ? toNdArray(y) : undefined;
    const { classNames } = this;
    tf.dispose(batch);
    const isWhole =
      labels !== undefined && Array.from(labels.data).every((value) => Number.isInteger(value) && value >= 0);
    return { images, ...(isWhole && { labels }), ...(isWhole && classNames && { classNames }) };
  }

  /** The next epoch gets another order. */
  onEpochEnd(): void {
    const order = Int32Array.from({ length: this.samples }, (_, i) => i);
    if (this.shuffle) this.#random.shuffle(order);
    this.#order = order;
  }

  /** `next` begins an epoch. */
  reset(): void {
    this.#batchIndex = 0;
  }

  /** One epoch, as `fit` takes it: batch by batch, and at its end another order. */
  iterator(): Promise<{
    next(): Promise<IteratorResult<ImageBatch, undefined>>;
    return(): Promise<IteratorResult<ImageBatch, undefined>>;
  }> {
    let index = 0;
    const plan = (): Plan | undefined => {
      if (index === this.size) return undefined;
      index++;
      return this.#planAt(index - 1);
    };
    return Promise.resolve(
      this.#batches(plan, () => {
        if (index === this.size) this.onEpochEnd();
      }),
    );
  }

  /** All batches, forever: leave the loop by `break`. */
  [Symbol.asyncIterator](): AsyncIterator<ImageBatch, undefined> {
    return this.#batches(
      () => this.#planNext(),
      () => undefined,
    );
  }

  /** Batches that are made ahead. */
  #batches(
    plan: () => Plan | undefined,
    atEnd: () => void,
  ): {
    next(): Promise<IteratorResult<ImageBatch, undefined>>;
    return(): Promise<IteratorResult<ImageBatch, undefined>>;
  } {
    const release = workers.use();
    const cancelled = new SharedArrayBuffer(1);
    const begin = () => {
      const before = this.#position();
      const planned = plan();
      return planned && { made: this.#make(planned, cancelled), undo: () => this.#goBack(before) };
    };
    const queue = new Prefetched(begin, this.#options.prefetch ?? 4, () => {
      new Uint8Array(cancelled)[0] = 1;
      release();
    });
    let isOver = false;
    const end = { done: true, value: undefined } as const;
    return {
      next: async () => {
        for (;;) {
          const made = isOver ? undefined : await queue.next().catch(unlessInterrupted);
          if (!made && !isOver) {
            isOver = true;
            atEnd();
          }
          if (!made) return end;
          // A batch of which no picture could be read is left out.
          if (made.indices.length > 0) return { done: false, value: this.#batchOf(made) };
        }
      },
      return: () => {
        isOver = true;
        queue.return();
        return Promise.resolve(end);
      },
    };
  }

  async #once(plan: () => Plan): Promise<ImageBatch> {
    const release = workers.use();
    try {
      const made = await this.#make(plan(), new SharedArrayBuffer(1));
      if (made.indices.length > 0) return this.#batchOf(made);
      throw new Error("None of the pictures of this batch can be read.");
    } finally {
      release();
    }
  }

  #position(): Position {
    const { totalBatchesSeen } = this;
    const random = this.#random.getState();
    return { random, order: this.#order, batchIndex: this.#batchIndex, totalBatchesSeen };
  }

  #goBack(position: Position): void {
    this.#random.setState(position.random);
    this.#order = position.order;
    this.#batchIndex = position.batchIndex;
    this.totalBatchesSeen = position.totalBatchesSeen;
  }

  #reseed(): void {
    if (this.seed !== null) this.#random.seed((this.seed + this.totalBatchesSeen) % 2 ** 32);
    this.totalBatchesSeen++;
  }

  #planAt(index: number): Plan {
    this.#reseed();
    if (!this.#order) this.onEpochEnd();
    return this.#plan(index);
  }

  #planNext(): Plan {
    this.#reseed();
    if (this.#batchIndex === 0) this.onEpochEnd();
    const index = this.#batchIndex;
    this.#batchIndex = index + 1 < this.size ? index + 1 : 0;
    return this.#plan(index);
  }

  #plan(index: number): Plan {
    const indices = this.#order!.slice(index * this.batchSize, (index + 1) * this.batchSize);
    const { draw } = this.maker;
    const parameters = Array.from(indices, () => draw?.(this.#random) ?? null);
    const isSaved = Boolean(this.#options.saveToDir);
    const hashes = isSaved ? Array.from(indices, () => this.#random.randint(this.hashes)) : [];
    return { indices, parameters, hashes };
  }

  async #make({ indices, parameters, hashes }: Plan, cancelled: SharedArrayBuffer): Promise<Made> {
    const { settings, finish } = this.maker;
    const length = settings.size[0] * settings.size[1] * settings.channels;
    const jobs = parameters.map((drawn, i): PictureJob => ({
      source: this.sourceOf(indices[i]!),
      parameters: drawn,
    }));
    const output = new SharedArrayBuffer(indices.length * length * 4);
    const threads = this.#options.threads ?? defaultThreads();
    const broken = await workers.make(jobs, settings, output, cancelled, threads);
    if (broken.size > 0) this.#report(broken);
    const whole = new Float32Array(output);
    if (finish)
      for (let i = 0; i < indices.length; i++)
        if (!broken.has(i)) finish(whole.subarray(i * length, (i + 1) * length));
    const kept = indices.filter((_, i) => !broken.has(i));
    if (broken.size > 0) {
      let to = 0;
      for (let i = 0; i < indices.length; i++)
        if (!broken.has(i)) whole.copyWithin(length * to++, length * i, length * (i + 1));
    }
    const keptHashes = hashes.filter((_, i) => !broken.has(i));
    const made = { pictures: whole.subarray(0, kept.length * length), indices: kept };
    if (keptHashes.length > 0 && new Uint8Array(cancelled)[0] === 0)
      await savePictures(made.pictures, settings, kept, keptHashes, this.#options as Saving);
    return made;
  }

  #report(broken: ReadonlyMap<number, string>): void {
    const messages = [...broken.values()];
    if (this.#options.brokenPictures !== "skip") {
      const more = messages.length > 1 ? ` ${messages.length - 1} more of this batch cannot be read.` : "";
      throw new Error(`${messages[0]}${more} Leave such pictures out by brokenPictures: "skip".`);
    }
    for (const message of messages) {
      if (!this.#named.has(message)) console.warn(`${message} It is left out.`);
      this.#named.add(message);
    }
  }

  #batchOf({ pictures, indices }: Made): ImageBatch {
    const x = tf.tidy(() => {
      const raw = tf.tensor(pictures, [indices.length, ...this.imageShape]);
      return this.maker.whiten?.(raw) ?? raw;
    });
    const targets = this.targetsOf(indices, x);
    if (!targets) return x;
    const inputs = targets.x && targets.x.length > 0 ? [x, ...targets.x] : x;
    return targets.sampleWeight ? [inputs, targets.y, targets.sampleWeight] : [inputs, targets.y];
  }
}

/** An interrupt ends the threads, and with them an epoch, not with an error of its own. */
function unlessInterrupted(error: Error): undefined {
  if (!notebookHost()?.interruptSignal().aborted) throw error;
}

function checkCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`${name} is ${String(value)}. Expected a whole number from 1 up.`);
}

/** ZCA whitening of a batch. */
export function whitened(batch: Tensor, matrix: Tensor2D): Tensor {
  const rows: Tensor2D = tf.reshape(batch, [-1, matrix.shape[0]]);
  return tf.reshape(tf.matMul(rows, matrix), batch.shape);
}
