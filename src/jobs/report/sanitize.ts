import { createRequire } from "node:module";

/** The part of DOMPurify that is used. */
interface Purifier {
  sanitize(html: string, options: Record<string, unknown>): string;
}

let purifier: Purifier | undefined;

function loadPurifier(): Purifier {
  if (purifier) return purifier;
  const require = createRequire(import.meta.url);
  const { JSDOM } = require("jsdom") as { JSDOM: new (html: string) => { window: unknown } };
  const { window } = new JSDOM("");
  // Its types would bring those of browsers into all of our code.
  const createPurifier = require("dompurify") as (window: unknown) => Purifier;
  purifier = createPurifier(window);
  return purifier;
}

/** What could act, load or ask; `style` only where it can reach nothing outside. */
const forbidden = [
  "form",
  "input",
  "button",
  "select",
  "textarea",
  "iframe",
  "base",
  "meta",
  "link",
  "object",
  "embed",
  "template",
];

/** HTML without anything that runs. With `keepsStyle`, its style sheets stay: it must be put where they reach nothing else. */
export const sanitized = (html: string, { keepsStyle = false } = {}): string =>
  loadPurifier().sanitize(html, {
    FORBID_TAGS: keepsStyle ? forbidden : [...forbidden, "style"],
    FORBID_ATTR: ["id", "name", "formaction", "ping", ...(keepsStyle ? [] : ["class"])],
    // A style sheet at the beginning would be taken for the head.
    FORCE_BODY: true,
  });
