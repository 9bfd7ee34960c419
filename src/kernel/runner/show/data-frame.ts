/**
 * Data frames of nodejs-polars as Polars shows them in Python: the first and the last rows, the shape, the type of each
 * column. Their own HTML has 50 rows, with all digits, and says nothing of others.
 */

/** What is used here of a data frame. */
interface DataFrame {
  height: number;
  width: number;
  dtypes: { variant: string }[];
  head(length: number): DataFrame;
  tail(length: number): DataFrame;
  [display](): { "text/html": string };
}

const display = Symbol.for("Jupyter.display");
const mostRows = 10;
const significantDigits = 6;
/** The start of a long text, where HTML writes some characters as several. */
const start = /^(?:&\w+;|[^&]){80}(?=.)/s;

export function isDataFrame(value: unknown): value is DataFrame {
  return Object.prototype.toString.call(value) === "[object DataFrame]";
}

export function dataFrameHtml(frame: DataFrame, ownHtml: string): string {
  const { height, width } = frame;
  const types = frame.dtypes.map(({ variant }) => variant);
  const rows =
    height <= mostRows
      ? rowsOf(ownHtml)
      : rowsOf(frame.head(mostRows / 2)[display]()["text/html"]) +
        `<tr>${"<td>…</td>".repeat(width)}</tr>` +
        rowsOf(frame.tail(mostRows / 2)[display]()["text/html"]);
  const head = cells(
    ownHtml.replace(/<tbody>.*/s, ""),
    "th",
    types,
    (name, type) => `${name}<br><small>${type}</small>`,
  );
  const body = cells(rows, "td", types, cellText);
  return `${head}<tbody>${body}</tbody></table><div>shape: (${count(height)}, ${count(width)})</div>`;
}

const count = (value: number): string => value.toLocaleString("en");

const rowsOf = (html: string): string => /<tbody>(.*)<\/tbody>/s.exec(html)?.[1] ?? "";

/** Changes the text of each cell by the type of its column. */
function cells(
  html: string,
  tag: "td" | "th",
  types: string[],
  change: (text: string, type: string) => string,
): string {
  let cell = 0;
  return html.replaceAll(new RegExp(`<${tag}>(.*?)</${tag}>`, "gs"), (_, text: string) => {
    const type = types[cell++ % types.length]!;
    const style = type === "String" ? ' style="text-align: left"' : "";
    return `<${tag}${style}>${change(text, type)}</${tag}>`;
  });
}

function cellText(text: string, type: string): string {
  if (text === "…" || text === "null") return text;
  if (type.startsWith("Float")) {
    const number = Number(text);
    // Digits before the point stay: 1234567.891 is not 1234570.
    const isLong = Math.abs(number) >= 10 ** (significantDigits - 2);
    return String(Number(isLong ? number.toFixed(2) : number.toPrecision(significantDigits)));
  }
  if (type !== "Datetime" && type !== "Date") {
    const [beginning] = start.exec(text) ?? [];
    return beginning === undefined ? text : `${beginning}…`;
  }
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return text;
  return time
    .toISOString()
    .slice(0, type === "Date" ? 10 : 19)
    .replace("T", " ");
}
