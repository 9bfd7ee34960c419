/** What services answer is read as what it is: anything. */
export type Answer = Readonly<Record<string, unknown>>;

export const objectIn = (value: unknown): Answer =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Answer) : {};

export const listIn = (value: unknown): Answer[] => (Array.isArray(value) ? value.map(objectIn) : []);

/** A text, or a number as one, else nothing. */
export const textIn = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : "";

export const numberIn = (value: unknown): number => Number(textIn(value) || NaN);

/** The text of a piece of HTML, as Wikimedia has authors. */
export const withoutMarkup = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/&(amp|lt|gt|quot|#0?39|nbsp);/g, (_all, name: string) => entities[name.replace("#0", "#")]!)
    .trim();

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", nbsp: " " };
