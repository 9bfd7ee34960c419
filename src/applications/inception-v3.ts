import {
  activation,
  averagePool,
  concatenate,
  conv,
  globalPool,
  maxPool,
  type Node,
  norm,
} from "./blocks.js";
import { application, classifier, kerasWeights } from "./application.js";

/** Filters and window, rows by columns; "/2" halves the picture. */
type Step = [filters: number, rows: number, columns: number, halves?: "/2"];

/**
 * Inception V3 (Szegedy and others 2015, https://arxiv.org/abs/1512.00567), as `keras.applications.InceptionV3`: 24 million
 * weights, pictures of 299x299 pixels.
 *
 * @example
 * const base = await applications.inceptionV3({ includeTop: false, inputShape: [150, 150, 3] });
 */
export const inceptionV3 = application({
  call: "inceptionV3",
  name: "inception_v3",
  defaultSize: 299,
  minSize: 75,
  flattens: true,
  preprocessing: "tf",
  body: (input) => {
    let x = convBn(input, [32, 3, 3, "/2"]);
    x = convBn(x, [32, 3, 3], "valid");
    x = maxPool(convBn(x, [64, 3, 3]), 3, 2);
    x = convBn(x, [80, 1, 1], "valid");
    x = maxPool(convBn(x, [192, 3, 3], "valid"), 3, 2);
    [32, 64, 64].forEach((pooled, i) => {
      x = mixed(x, `mixed${i}`, [
        [[64, 1, 1]],
        [
          [48, 1, 1],
          [64, 5, 5],
        ],
        [
          [64, 1, 1],
          [96, 3, 3],
          [96, 3, 3],
        ],
        pooled,
      ]);
    });
    x = mixed(x, "mixed3", [
      [[384, 3, 3, "/2"]],
      [
        [64, 1, 1],
        [96, 3, 3],
        [96, 3, 3, "/2"],
      ],
      "max",
    ]);
    [128, 160, 160, 192].forEach((inner, i) => {
      x = mixed(x, `mixed${4 + i}`, [
        [[192, 1, 1]],
        [
          [inner, 1, 1],
          [inner, 1, 7],
          [192, 7, 1],
        ],
        [
          [inner, 1, 1],
          [inner, 7, 1],
          [inner, 1, 7],
          [inner, 7, 1],
          [192, 1, 7],
        ],
        192,
      ]);
    });
    x = mixed(x, "mixed8", [
      [
        [192, 1, 1],
        [320, 3, 3, "/2"],
      ],
      [
        [192, 1, 1],
        [192, 1, 7],
        [192, 7, 1],
        [192, 3, 3, "/2"],
      ],
      "max",
    ]);
    return widest(widest(x, 0), 1);
  },
  top: (x, args) => classifier(globalPool(x, "avg", "avg_pool"), args),
  pool: (x, kind) => globalPool(x, kind),
  imagenet: ({ includeTop }) =>
    kerasWeights("inception_v3", "inception_v3_weights_tf_dim_ordering_tf_kernels", includeTop, [
      "9a0d58056eeedaa3f26cb7ebd46da564",
      "bcbd6486424b2319ff4ef7d526e38f63",
    ]),
});

function convBn(
  input: Node,
  [filters, rows, columns, halves]: Step,
  padding: "same" | "valid" = halves ? "valid" : "same",
): Node {
  const x = conv(input, filters, [rows, columns], { strides: halves ? 2 : 1, padding, useBias: false });
  return activation(norm(x, { scale: false }), "relu");
}

/** Branches side by side: steps, a mean over 3x3 with so many filters behind it, or the largest of 3x3, halving the picture. */
function mixed(input: Node, name: string, branches: (Step[] | number | "max")[]): Node {
  return concatenate(
    branches.map((branch) => {
      if (branch === "max") return maxPool(input, 3, 2);
      if (typeof branch === "number")
        return convBn(averagePool(input, 3, 1, { padding: "same" }), [branch, 1, 1]);
      return branch.reduce((x, step) => convBn(x, step), input);
    }),
    name,
  );
}

/** The last two blocks, whose branches fork once more. */
function widest(input: Node, index: 0 | 1): Node {
  const fork = (x: Node, name?: string): Node =>
    concatenate([convBn(x, [384, 1, 3]), convBn(x, [384, 3, 1])], name);
  const straight = convBn(input, [320, 1, 1]);
  const short = fork(convBn(input, [384, 1, 1]), `mixed9_${index}`);
  const long = fork(convBn(convBn(input, [448, 1, 1]), [384, 3, 3]));
  const pooled = convBn(averagePool(input, 3, 1, { padding: "same" }), [192, 1, 1]);
  return concatenate([straight, short, long, pooled], `mixed${9 + index}`);
}
