/**
 * Colours that read on a light and on a dark page. Open plots take the notebook's; saved pictures do not know the page they
 * will stand on: their background is transparent, their text a gray of middle brightness, and a light one where the page
 * says that it is dark.
 */
import { markup } from "../host/markup.js";

/** Text: contrast 4.5 to white and 4.6 to black. */
export const textColor = "#767676";

/** Wrong answers: contrast 4.6 to white. */
export const wrongColor = "#d93036";

/** In pictures whose text is `currentColor`; an `<img>` asks the page that it stands in. */
export const darkPageStyle = markup`<style>@media (prefers-color-scheme: dark) { svg { color: #bdbdbd } .wrong { fill: #ff7b7f } }</style>`;

/** Grid lines and frames: seen on both, in front on neither. */
export const lineColor = "rgba(128,128,128,0.25)";

export const clear = "rgba(0,0,0,0)";

/** Colours of lines and classes, in order; all of middle lightness, told apart also by the colour-blind. */
export const seriesColors = [
  "#3b82f6", "#f97316", "#10a37f", "#d946a6", "#8b5cf6", "#b8860b", "#06a5c4", "#e5484d", "#65a30d", "#8d7b6c",
] as const; // prettier-ignore
