import type * as Tf from "@tensorflow/tfjs";
import { toNdArray, type ArrayLike } from "../arrays/ndarray.js";
import { figure } from "../figures/plotly/figure.js";
import type { SelfShowing } from "../host/self-showing.js";
import { tf } from "../keras/load.js";
import { mulberry32 } from "../tfjs/mulberry32.js";
import { tensorOf, type Pictures, withTensorsFreed } from "./pictures.js";

export interface PlotEmbeddingOptions {
  /**
   * How rows become points: `"pca"`, if left out, looks from where they differ most; `"umap"` keeps neighbors together
   * (McInnes and others 2018, https://arxiv.org/abs/1802.03426), and takes longer.
   */
  method?: "pca" | "umap";
  /** The class of each row: numbers or names. */
  labels?: ArrayLike | readonly string[];
  /** Names of the classes, where labels are numbers. */
  classNames?: readonly string[];
  /** Of UMAP's random numbers; 42 if left out. */
  seed?: number;
}

/**
 * Rows of features as points in a plane, in a color for each class.
 *
 * @param features `[samples, features]`, as `embed` gives them
 * @throws RangeError for another shape, fewer than three rows, or another number of labels
 *
 * @example
 * applications.plotEmbedding(await applications.embed(pictures), { labels: y, method: "umap" });
 */
export async function plotEmbedding(
  features: Pictures,
  options: PlotEmbeddingOptions = {},
): Promise<SelfShowing> {
  const { method = "pca", seed = 42 } = options;
  if (!["pca", "umap"].includes(method))
    throw new RangeError(`plotEmbedding got method ${JSON.stringify(method)}. Expected "pca" or "umap".`);
  const rows = tf.tidy(() => tensorOf("plotEmbedding", features).arraySync()) as number[][];
  if (rows.length < 3 || !Array.isArray(rows[0]) || Array.isArray(rows[0][0]))
    throw new RangeError(
      "plotEmbedding got no rows. Expected [samples, features] with three samples or more, as embed gives them.",
    );
  const labels = labelsOf(options, rows.length);
  const points = method === "pca" ? byPca(rows) : await byUmap(rows, seed);
  const classes = [...new Set(labels)];
  const data = classes.map((label) => {
    const of = points.filter((_, i) => labels[i] === label);
    return {
      type: "scatter" as const,
      mode: "markers" as const,
      name: label,
      x: of.map(([x]) => x),
      y: of.map(([, y]) => y),
      text: labels.flatMap((one, i) => (one === label ? [`${i}`] : [])),
    };
  });
  const [first, second] = method === "pca" ? ["first component", "second component"] : ["", ""];
  return figure({
    data,
    layout: {
      height: 460,
      showlegend: classes.length > 1,
      xaxis: { title: { text: first } },
      yaxis: { title: { text: second } },
    },
    description: `${rows.length} rows as points, by ${method.toUpperCase()}`,
  });
}

function labelsOf({ labels, classNames }: PlotEmbeddingOptions, count: number): string[] {
  if (labels === undefined) return Array.from({ length: count }, () => "");
  const isTexts = Array.isArray(labels) && typeof labels[0] === "string";
  const list: readonly unknown[] = isTexts ? labels : [...toNdArray(labels as ArrayLike).data];
  if (list.length !== count)
    throw new RangeError(`plotEmbedding got ${list.length} labels for ${count} rows. Expected one for each.`);
  return list.map((label) =>
    typeof label === "number" ? (classNames?.[label] ?? `${label}`) : String(label),
  );
}

type Point = [x: number, y: number];

/**
 * The first two principal components, by orthogonal iteration: a few products of matrices, where a whole decomposition of 1280
 * features takes half a minute.
 */
function byPca(rows: number[][]): Point[] {
  return withTensorsFreed(() => {
    const x = tf.tensor2d(rows);
    const centered = tf.sub<Tf.Tensor2D>(x, tf.mean(x, 0));
    let basis = tf.randomNormal(
      [x.shape[1], Math.min(columns, ...x.shape)],
      0,
      1,
      "float32",
      1,
    ) as Tf.Tensor2D;
    for (let i = 0; i < iterations; i++)
      basis = tf.tidy(() => {
        const [q] = tf.linalg.qr(tf.matMul(centered, tf.matMul(centered, basis), true));
        return q as Tf.Tensor2D;
      });
    return tf.matMul(centered, tf.slice(basis, 0, [-1, 2])).arraySync() as Point[];
  });
}

/** More than two, because what is left out fades the faster. */
const columns = 6;
const iterations = 40;

async function byUmap(rows: number[][], seed: number): Promise<Point[]> {
  const { UMAP } = await import("umap-js");
  const umap = new UMAP({ nNeighbors: Math.min(15, rows.length - 1), random: mulberry32(seed) });
  return (await umap.fitAsync(rows)) as Point[];
}
