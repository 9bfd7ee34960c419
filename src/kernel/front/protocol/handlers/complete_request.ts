import type { Completions, LiveProperty } from "../../../contracts.js";
import { memberOwner } from "../../../member-access.js";
import { atMost } from "../at-most.js";
import { codePointOffset, utf16Offset } from "../code-points.js";
import { integer, text } from "../content.js";
import type { Handler } from "../handler.js";

/** Typed completions do not wait longer for those of the live value. */
const liveWaitMs = 100;

/** https://jupyter-client.readthedocs.io/en/stable/messaging.html#completion */
export const complete_request: Handler = async ({ cellService, runner }, { content }) => {
  const code = text(content, "code");
  const cursor = utf16Offset(code, integer(content, "cursor_pos", code.length));
  const completing = cellService.complete(code, cursor);
  // Asked for at the same time, though what looks like a member may turn out to be text.
  const owner = memberOwner(code, cursor);
  const live = owner === undefined ? undefined : atMost(liveWaitMs, runner.liveProperties(owner));
  const typed = await completing;
  const members = typed.memberOf === undefined ? undefined : await live;
  const matches = withLive(typed, members ?? [], code.slice(typed.start, cursor));
  const start = codePointOffset(code, typed.start);
  const end = codePointOffset(code, typed.end);
  return {
    matches: matches.map((match) => match.text),
    cursor_start: start,
    cursor_end: end,
    metadata: {
      // JupyterLab shows the match, and inserts the text given here.
      _jupyter_types_experimental: matches.map((match) => ({
        text: match.insertText ?? match.text,
        type: match.kind,
        ...(match.signature && { signature: match.signature }),
        ...(match.documentation && { documentation: match.documentation }),
        start,
        end,
      })),
    },
  };
};

/** Members known only at run time follow the typed ones. */
function withLive({ matches }: Completions, live: LiveProperty[], prefix: string): Completions["matches"] {
  const known = new Set(matches.map((match) => match.text));
  const isWanted = ({ name }: LiveProperty) =>
    name.startsWith(prefix) && !known.has(name) && /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name);
  return [
    ...matches,
    ...live
      .filter(isWanted)
      .map(({ name, kind }) => ({ text: name, kind: kind === "function" ? kind : "property" })),
  ];
}
