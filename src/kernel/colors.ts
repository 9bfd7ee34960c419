/** Colours of errors and findings, which read on JupyterLab's light and dark themes. None with `NO_COLOR`. */

const { NO_COLOR, FORCE_COLOR } = process.env;
const isOff = FORCE_COLOR === undefined ? Boolean(NO_COLOR) : FORCE_COLOR === "0" || FORCE_COLOR === "false";

const inCodes = (start: string, text: string, end: string): string =>
  isOff ? text : `\u001b[${start}m${text}\u001b[${end}m`;

export const red = (text: string): string => inCodes("31", text, "39");

export const bold = (text: string): string => inCodes("1", text, "22");

/** JupyterLab draws bold red as a dark red, too dark for its dark theme: this one is fixed. */
export const boldRed = (text: string): string => bold(inCodes("38;5;167", text, "39"));

/** The escape code of a gray; JupyterLab draws ANSI's own, bright black, as nearly black on every theme. */
export const grayCode = "38;5;245";

export const gray = (text: string): string => inCodes(grayCode, text, "39");
