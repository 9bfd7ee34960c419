/**
 * Colours that read on a light and on a dark page: saved pictures cannot know the page they will stand on, so
 * their background is transparent, and text and lines are grays of middle brightness.
 */

/** Text: contrast 4.0 to white and 5.3 to black. */
export const textColor = "#808080";

/** Grid lines and frames: seen on both, in front on neither. */
export const lineColor = "rgba(128,128,128,0.25)";

/** Colours of lines and classes, in order; all of middle lightness, told apart also by the colour-blind. */
export const seriesColors = [
  "#3b82f6", "#f97316", "#10a37f", "#d946a6", "#8b5cf6", "#b8860b", "#06a5c4", "#e5484d", "#65a30d", "#8d7b6c",
] as const; // prettier-ignore
