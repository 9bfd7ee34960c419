import { setTimeout as sleep } from "node:timers/promises";
import type { Completions, LiveProperty, Runner } from "../../contracts.js";
import { codePointOffset, utf16Offset } from "../code-points.js";
import { integer, text } from "../content.js";
import type { Handler } from "../request.js";

/** Typed completions do not wait longer for those of the live value. */
const liveWaitMs = 100;

/** https://jupyter-client.readthedocs.io/en/stable/messaging.html#completion */
export const complete_request: Handler = async ({ cellService, runner }, { content }) => {
  const code = text(content, "code");
  const cursor = utf16Offset(code, integer(content, "cursor_pos", code.length));
  const typed = await cellService.complete(code, cursor);
  const matches = withLive(typed, await liveMembers(runner, typed.memberOf), code.slice(typed.start, cursor));
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
        signature: match.signature ?? "",
        documentation: match.documentation ?? "",
        start,
        end,
      })),
    },
  };
};

async function liveMembers(runner: Runner, expression: string | undefined): Promise<LiveProperty[]> {
  if (expression === undefined) return [];
  const timeout = new AbortController();
  const late = sleep(liveWaitMs, undefined, { signal: timeout.signal }).catch(() => undefined);
  const members = await Promise.race([runner.liveProperties(expression), late]);
  timeout.abort();
  return members ?? [];
}

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
