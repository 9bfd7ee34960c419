/** Colours of errors and findings, which read on JupyterLab's light and dark themes. */

export const red = (text: string): string => `\u001b[31m${text}\u001b[39m`;

export const bold = (text: string): string => `\u001b[1m${text}\u001b[22m`;

/** JupyterLab draws bold red as a dark red, too dark for its dark theme: this one is fixed. */
export const boldRed = (text: string): string => bold(`\u001b[38;5;167m${text}\u001b[39m`);

/** The escape code of a gray; JupyterLab draws ANSI's own, bright black, as nearly black on every theme. */
export const grayCode = "38;5;245";

export const gray = (text: string): string => `\u001b[${grayCode}m${text}\u001b[39m`;
