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

/** `text`, shortened by an ellipsis so that it is at most `width` pixels wide at `fontSize` pixels. */
export function fitText(text: string, width: number, fontSize: number): string {
  if (textWidth(text, fontSize) <= width) return text;
  const characters = Array.from(text);
  while (characters.length > 0 && textWidth(`${characters.join("")}…`, fontSize) > width) characters.pop();
  return `${characters.join("").trimEnd()}…`;
}

/** `text` in lines of at most `width` pixels, broken between words; a word that is wider has a line of its own. */
export function wrapText(text: string, width: number, fontSize: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && textWidth(longer, fontSize) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
