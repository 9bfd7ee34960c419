import type * as Tf from "@tensorflow/tfjs";

/** Height, width and channels; `null` for a size that may be any. */
export type PictureShape = [height: number | null, width: number | null, channels: number];

interface Rules {
  defaultSize: number | ((shape: PictureShape) => number);
  minSize: number;
  flattens: boolean;
}

/**
 * The shape of the pictures that a model takes, by Keras's rules.
 *
 * @throws Error if it does not fit the architecture or its weights, with what would
 */
export function inputShapeOf(
  call: string,
  { defaultSize, minSize, flattens }: Rules,
  args: { inputShape?: PictureShape; inputTensor?: Tf.SymbolicTensor },
  { includeTop, weights }: { includeTop: boolean; weights: string | null },
): PictureShape {
  const { inputTensor } = args;
  const given = checked(call, args.inputShape);
  const ofTensor = inputTensor && checked(call, inputTensor.shape.slice(1), "inputTensor");
  if (given && ofTensor && given.some((size, i) => size !== ofTensor[i])) {
    throw new Error(
      `applications.${call} got inputShape [${text(given)}] and an inputTensor of [${text(ofTensor)}]. Expected the same of both. ` +
        "Leave out inputShape.",
    );
  }
  const shape = given ?? ofTensor;
  const isPretrained = weights === "imagenet";
  if (!shape) {
    const size = typeof defaultSize === "number" ? defaultSize : defaultSize([null, null, 3]);
    return includeTop && flattens ? [size, size, 3] : [null, null, 3];
  }
  const [height, width, channels] = shape;
  const wrong = (expected: string): never => {
    throw new Error(`applications.${call} got pictures of [${text(shape)}]. Expected ${expected}.`);
  };
  if (isPretrained && channels !== 3)
    wrong(
      '3 channels, red, green and blue, which the weights "imagenet" are for; weights: null takes others',
    );
  if ((height !== null && height < minSize) || (width !== null && width < minSize))
    wrong(
      `at least ${minSize}x${minSize}, of which the last layers leave one. Make the pictures larger first`,
    );
  if (includeTop && flattens && !inputTensor) {
    const size = typeof defaultSize === "number" ? defaultSize : defaultSize(shape);
    if (isPretrained && (height !== size || width !== size))
      wrong(
        `[${size}, ${size}, 3], which the top with the weights "imagenet" is for. Leave out inputShape, or the top by includeTop: false`,
      );
    if (height === null || width === null)
      wrong(
        "a height and a width for a model with its top. Give numbers, or leave out the top by includeTop: false",
      );
  }
  return shape;
}

function checked(
  call: string,
  shape: readonly unknown[] | undefined,
  what = "inputShape",
): PictureShape | undefined {
  if (shape == null) return undefined;
  const isSize = (size: unknown): boolean => Number.isSafeInteger(size) && (size as number) > 0;
  const [height, width, channels] = shape;
  if (
    shape.length === 3 &&
    [height, width].every((size) => size === null || isSize(size)) &&
    isSize(channels)
  )
    return [...shape] as PictureShape;
  throw new Error(
    `applications.${call} got ${what} [${text(shape)}]. Expected [height, width, channels], channels last and no axis for the ` +
      "batch, such as [224, 224, 3].",
  );
}

const text = (shape: readonly unknown[]): string => shape.map(String).join(", ");

/** The inputs that a tensor is computed from. */
export function sourcesOf(tensor: Tf.SymbolicTensor): Tf.SymbolicTensor[] {
  const found = new Set<Tf.SymbolicTensor>();
  const seen = new Set<Tf.SymbolicTensor>();
  const visit = (one: Tf.SymbolicTensor): void => {
    if (seen.has(one)) return;
    seen.add(one);
    if (one.inputs.length === 0) found.add(one);
    else one.inputs.forEach(visit);
  };
  visit(tensor);
  return [...found];
}
