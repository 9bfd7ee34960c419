import { markup, type Markup } from "../../host/markup.js";
import { shownValue, type SweepTable } from "./sweep-table.js";

const height = 320;
const columnWidth = 140;
const margin = { top: 34, bottom: 18, side: 70 };

/** One vertical axis: where a value stands on it, from 0 (below) to 1, and what is written beside it. */
interface Scale {
  name: string;
  place(value: unknown): number | undefined;
  ticks: { text: string; place: number }[];
}

/**
 * Runs as lines across one axis for each parameter that changes and each result that is a number. The colour is that of the
 * last result: blue is little, yellow is much. Undefined if there is nothing to compare.
 */
export function parallelCoordinates({ parameters, results, rows }: SweepTable): Markup | undefined {
  const done = rows.filter(({ record }) => record.state === "done");
  const valuesOf = (i: number): unknown[] => done.map(({ cells }) => cells[i]);
  const columns = [...parameters, ...results].map((name, i) => ({ name, i }));
  const shown = columns.filter(({ i }) => {
    const values = valuesOf(i);
    const isChanging = new Set(values.map((value) => JSON.stringify(value))).size > 1;
    return i < parameters.length ? isChanging : values.some((value) => typeof value === "number");
  });
  if (done.length < 2 || shown.length < 2) return undefined;
  const scales = shown.map(({ name, i }) => scaleOf(name, valuesOf(i)));
  const x = (column: number): number => margin.side + column * columnWidth;
  const y = (place: number): number => height - margin.bottom - place * (height - margin.top - margin.bottom);
  const width = x(shown.length - 1) + margin.side;
  const lines = done.map(({ cells }) => {
    const places = shown.map(({ i }, column) => scales[column]!.place(cells[i]));
    const points = places.flatMap((place, column) =>
      place === undefined ? [] : [`${x(column)},${y(place).toFixed(1)}`],
    );
    const title = shown.map(({ name, i }) => `${name} = ${shownValue(cells[i])}`).join("\n");
    return markup`<polyline points="${points.join(" ")}" fill="none" stroke="${colour(places.at(-1) ?? 0)}" stroke-width="2" stroke-opacity="0.75" stroke-linejoin="round"><title>${title}</title></polyline>\n`;
  });
  const axes = scales.map(({ name, ticks }, column) => {
    const marks = ticks.map(
      ({ text, place }) =>
        markup`<path d="M${x(column) - 4},${y(place)}h8"/><text x="${x(column) + 7}" y="${y(place) + 4}" stroke="none">${text}</text>`,
    );
    return markup`<g><path d="M${x(column)},${y(0)}V${y(1)}"/>${marks}<text x="${x(column)}" y="18" text-anchor="middle" font-weight="600" stroke="none">${shownValue(name, 18)}</text></g>\n`;
  });
  return markup`<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Each run as a line across its parameters and results" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">
<g>${lines}</g>
<g stroke="currentColor" fill="currentColor">${axes}</g>
</svg>`;
}

const notFinite = new Set<unknown>(["NaN", "Infinity", "-Infinity"]);

function scaleOf(name: string, values: unknown[]): Scale {
  // What is no number among numbers, a loss of NaN, stands nowhere.
  const given = values.filter((value) => value !== undefined && value !== null && !notFinite.has(value));
  if (given.every((value) => typeof value === "number")) return numberScale(name, given);
  const texts = [...new Set(given.map((value) => shownValue(value, 14)))];
  const place = (index: number): number => (texts.length === 1 ? 0.5 : index / (texts.length - 1));
  return {
    name,
    place: (value) => {
      const index = texts.indexOf(shownValue(value, 14));
      return index < 0 ? undefined : place(index);
    },
    ticks: texts.slice(0, 12).map((text, i) => ({ text, place: place(i) })),
  };
}

/** Values that differ by much are spread by their logarithms: learning rates, numbers of units. */
function numberScale(name: string, values: number[]): Scale {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const isWide = low > 0 && high / low >= 8;
  const to = (value: number): number => (isWide ? Math.log(value) : value);
  const place = (value: number): number =>
    high === low ? 0.5 : (to(value) - to(low)) / (to(high) - to(low));
  const distinct = [...new Set(values)].toSorted((a, b) => a - b);
  const marks = distinct.length <= 6 ? distinct : high === low ? [low] : evenMarks(low, high, isWide);
  return {
    name,
    place: (value) => (typeof value === "number" ? place(value) : undefined),
    ticks: marks.map((value) => ({ text: shownValue(value, 10), place: place(value) })),
  };
}

const evenMarks = (low: number, high: number, isWide: boolean): number[] =>
  [0, 0.25, 0.5, 0.75, 1].map((part) => (isWide ? low * (high / low) ** part : low + part * (high - low)));

/** Blue through green to yellow, each readable on light and dark pages. */
function colour(place: number): string {
  const stops = [
    [72, 85, 165],
    [33, 145, 140],
    [226, 170, 30],
  ];
  const at = Math.min(Math.max(place, 0), 1) * (stops.length - 1);
  const below = Math.min(Math.floor(at), stops.length - 2);
  const parts = stops[below]!.map((from, i) =>
    Math.round(from + (at - below) * (stops[below + 1]![i]! - from)),
  );
  return `rgb(${parts.join(" ")})`;
}
