import { markup, Markup, type MarkupValue } from "../host/markup.js";
import { SelfShowing } from "../host/self-showing.js";

/** What a card's edge says, in colours that read on light and dark pages. */
const edges = { task: "#3b82f6", right: "#10a37f", nearly: "#b8860b", wrong: "#e5484d", todo: "#767676" };

export type CardKind = keyof typeof edges;

/** A card in a notebook: a heading, paragraphs, with a coloured edge. Its text form is for terminals and saved files. */
export function card(
  kind: CardKind,
  title: string,
  parts: readonly (string | Markup)[],
  plain: string,
): SelfShowing {
  return new SelfShowing(() => ({
    "text/html":
      String(markup`<div style="border-left: 4px solid ${edges[kind]}; padding: 2px 0 2px 12px; margin: 4px 0; max-width: 46em">
<div style="font-weight: 600; margin-bottom: 4px"><span style="color: ${edges[kind]}">${symbols[kind]}</span> ${title}</div>
${parts.map((part) => (part instanceof Markup ? part : paragraph(part)))}
</div>`),
    "text/plain": [`${symbols[kind]} ${title}`, plain].join("\n").trimEnd(),
  }));
}

/** What tells the kinds apart without colour. */
const symbols = { task: "✎", right: "✓", nearly: "≈", wrong: "✗", todo: "…" };

const paragraph = (text: string): Markup => markup`<p style="margin: 4px 0">${inline(text)}</p>`;

/** Text with `code` and **bold**, which is all of Markdown that exercises use. */
export function inline(text: string): Markup[] {
  return text
    .split(/(`[^`]+`|\*\*[^*]+\*\*)/)
    .filter((part) => part !== "")
    .map((part) => {
      if (part.startsWith("`")) return markup`<code>${part.slice(1, -1)}</code>`;
      if (part.startsWith("**")) return markup`<strong>${part.slice(2, -2)}</strong>`;
      return markup`${part}`;
    });
}

/** Something that opens when it is clicked, without a script. */
export const folded = (title: MarkupValue, text: string): Markup =>
  markup`<details style="margin: 2px 0"><summary style="cursor: pointer">${title}</summary><div style="padding: 2px 0 4px 18px">${inline(text)}</div></details>`;

export const code = (text: string): Markup => markup`<pre style="white-space: pre-wrap">${text}</pre>`;
