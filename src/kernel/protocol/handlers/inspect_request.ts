import { utf16Offset } from "../code-points.js";
import { integer, text } from "../content.js";
import type { Handler } from "../request.js";

/** https://jupyter-client.readthedocs.io/en/stable/messaging.html#introspection */
export const inspect_request: Handler = async ({ cellService, runner }, { content }) => {
  const code = text(content, "code");
  const cursor = utf16Offset(code, integer(content, "cursor_pos", code.length));
  const detailLevel = integer(content, "detail_level", 0) === 0 ? 0 : 1;
  const data = (await cellService.inspect(code, cursor, detailLevel)) ?? (await live());
  return { found: data !== undefined, data: data ?? {}, metadata: {} };

  /** What the types do not know may exist at run time. */
  async function live() {
    const expression = memberExpressionAt(code, cursor);
    const description = expression && (await runner.liveDescription(expression));
    return description ? { "text/plain": description } : undefined;
  }
};

/** `a.b.c` around the cursor, cut after the name on which the cursor stands. */
function memberExpressionAt(code: string, cursor: number): string | undefined {
  const before = /[\p{ID_Continue}$.]*$/u.exec(code.slice(0, cursor))![0];
  const after = /^[\p{ID_Continue}$]*/u.exec(code.slice(cursor))![0];
  const expression = (before + after).replace(/^\.+|\.+$/g, "");
  return /^[\p{ID_Start}$_]/u.test(expression) ? expression : undefined;
}
