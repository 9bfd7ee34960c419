/**
 * Widths of characters in thousandths of the font size, for a sans-serif font such as Arial, Helvetica or
 * Liberation Sans (all three have the same). Fonts that browsers put in their place are up to a tenth wider.
 */
const widths: Record<string, number> = {};
for (const [width, characters] of [
  [222, "ijl'"],
  [278, " tfI.,:;!/|\\[]"],
  [333, 'r()-`"{}'],
  [389, "*"],
  [500, "ckszvxyJ"],
  [584, "+=<>~−×→≠"],
  [611, "FTZ"],
  [667, "ABEKPSVXY&"],
  [722, "CDHNRUw"],
  [778, "GOQ"],
  [833, "mM"],
  [889, "%"],
  [944, "W"],
  [1015, "@"],
  [1000, "…"],
] as const) {
  for (const character of characters) widths[character] = width;
}

/** The width of `text` in pixels at `fontSize` pixels, estimated without any font on the machine. */
export function textWidth(text: string, fontSize: number): number {
  let sum = 0;
  for (const character of text) sum += widths[character] ?? (character.codePointAt(0)! > 0x2e80 ? 1000 : 556);
  return (sum / 1000) * fontSize;
}

/** As wide as `text` gets with the widest of the usual fonts, DejaVu Sans, which takes Arial's place on Debian. */
export function mostTextWidth(text: string, fontSize: number, weight: "normal" | "bold" = "normal"): number {
  return textWidth(text, fontSize) * (weight === "bold" ? 1.36 : 1.18);
}

/** `text` in two lines, broken where both are about equally long; in one if it has no spaces. */
export function inTwoLines(text: string): string[] {
  const middle = text.length / 2;
  const spaces = [...text.matchAll(/ /g)].map(({ index }) => index);
  if (spaces.length === 0) return [text];
  // A bracket stays whole: the predicted class above, the true one below.
  const bracket = text.lastIndexOf(" (");
  const at =
    bracket > 0 ? bracket : spaces.reduce((a, b) => (Math.abs(b - middle) < Math.abs(a - middle) ? b : a));
  return [text.slice(0, at), text.slice(at + 1)];
}

/** `text`, shortened by an ellipsis so that it is at most `width` pixels wide at `fontSize` pixels. */
export function fitText(
  text: string,
  width: number,
  fontSize: number,
  weight: "normal" | "bold" = "normal",
): string {
  const fits = (shown: string): boolean => mostTextWidth(shown, fontSize, weight) <= width;
  if (fits(text)) return text;
  const characters = Array.from(text);
  while (characters.length > 0 && !fits(`${characters.join("")}…`)) characters.pop();
  return `${characters.join("").trimEnd()}…`;
}
