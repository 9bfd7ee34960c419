import { Markup, markup } from "../../host/markup.js";
import { reportStyle } from "./style.js";

/** Nothing is loaded and nothing runs, whatever has slipped into the page. */
const policy =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** A page that needs nothing but itself. */
export function page(title: string, body: Markup): string {
  return `${String(markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Markup(reportStyle)}</style>
</head>
<body>
${body}
</body>
</html>`)}\n`;
}
