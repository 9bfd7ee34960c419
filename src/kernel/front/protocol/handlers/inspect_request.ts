import type { MimeBundle } from "../../../contracts.js";
import { utf16Offset } from "../code-points.js";
import { integer, text } from "../content.js";
import type { Handler, KernelContext } from "../handler.js";

/** https://jupyter-client.readthedocs.io/en/stable/messaging.html#introspection */
export const inspect_request: Handler = async (kernel, { content }) => {
  const code = text(content, "code");
  const cursor = utf16Offset(code, integer(content, "cursor_pos", code.length));
  const detailLevel = integer(content, "detail_level", 0) === 0 ? 0 : 1;
  const data = await inspect(kernel, code, cursor, detailLevel);
  return { found: data !== undefined, data: data ?? {}, metadata: {} };
};

export async function inspect(
  { cellService, runner }: KernelContext,
  code: string,
  cursor: number,
  detailLevel: 0 | 1,
): Promise<MimeBundle | undefined> {
  const typed = await cellService.inspect(code, cursor, detailLevel);
  if (typed) return typed;
  // What the types do not know may exist at run time.
  const expression = memberExpressionAt(code, cursor);
  const description = expression && (await runner.liveDescription(expression));
  return description ? { "text/plain": description } : undefined;
}

/** `a.b.c` around the cursor, cut after the name on which the cursor stands. */
function memberExpressionAt(code: string, cursor: number): string | undefined {
  const before = /[\p{ID_Continue}$.]*$/u.exec(code.slice(0, cursor))![0];
  const after = /^[\p{ID_Continue}$]*/u.exec(code.slice(cursor))![0];
  const expression = (before + after).replace(/^\.+|\.+$/g, "");
  return /^[\p{ID_Start}$_]/u.test(expression) ? expression : undefined;
}
