/** As many parts of a line as a screen tells apart. */
const mostSpans = 1000;

/**
 * The places of a long series that draw the same line as all of it: of each of 1,000 spans the least and the greatest value,
 * and both ends. All places of a shorter one.
 */
export function placesToDraw(values: readonly unknown[]): number[] {
  const last = values.length - 1;
  if (values.length <= 2 * mostSpans) return Array.from(values.keys());
  const places = new Set([0]);
  for (let span = 0; span < mostSpans; span++) {
    const [first, end] = [span, span + 1].map((one) => Math.floor((one * values.length) / mostSpans));
    let [least, greatest] = [first!, first!];
    for (let i = first!; i < end!; i++) {
      if ((values[i] as number) < (values[least] as number)) least = i;
      if ((values[i] as number) > (values[greatest] as number)) greatest = i;
    }
    for (const place of [least, greatest].toSorted((a, b) => a - b)) places.add(place);
  }
  return [...places.add(last)];
}
