import { text } from "../content.js";
import type { Handler } from "../handler.js";

/** https://jupyter-client.readthedocs.io/en/stable/messaging.html#code-completeness */
export const is_complete_request: Handler = async ({ cellService }, { content }) => {
  const { status, indent = "" } = await cellService.isComplete(text(content, "code"));
  return status === "incomplete" ? { status, indent } : { status };
};
