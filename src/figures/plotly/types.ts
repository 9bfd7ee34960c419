import type { Layout as PlotlyLayout, PlotData, TypedArray } from "plotly.js";
import type { ArrayLike } from "../../arrays/ndarray.js";

/** Whatever holds numbers, and what plotly.js takes besides. */
export type Plottable =
  ArrayLike | readonly Cell[] | readonly (readonly Cell[])[] | readonly (readonly (readonly Cell[])[])[];
type Cell = string | number | bigint | boolean | Date | null | undefined;

/** The same type where each list may be anything that holds numbers. */
type Accepting<T> = T extends readonly unknown[] | TypedArray
  ? T | Plottable
  : T extends string | number | boolean | Date | null | undefined
    ? T
    : { [Name in keyof T]?: Accepting<T[Name]> | Text<Name> };

/** Where plotly.js takes texts, and its types do not say so. */
type Text<Name> = Name extends "title" ? string : Name extends "dash" ? `${number}px${string}` : never;

/** A trace, https://plotly.com/javascript/reference/. plotly.js's types lack some of its attributes. */
export type Trace = Accepting<Partial<PlotData>> & { [attribute: string]: unknown };

/** https://plotly.com/javascript/reference/layout/; titles may be texts. */
export type FigureLayout = Accepting<Partial<PlotlyLayout>> & { [attribute: string]: unknown };
