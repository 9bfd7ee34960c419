/** A part of the data, where `validationSplit` makes two. */
export type Subset = "training" | "validation" | null;

/** @throws RangeError for another one, or where there are no parts */
export function checkSubset(subset: Subset | undefined, validationSplit: number): Subset {
  if (subset == null) return null;
  if (subset !== "training" && subset !== "validation")
    throw new RangeError(`subset is ${JSON.stringify(subset)}. Expected "training" or "validation".`);
  if (validationSplit === 0)
    throw new RangeError(`subset: "${subset}" needs imageDataGenerator({ validationSplit: ... }).`);
  return subset;
}
