import { text } from "../content.js";
import type { Handler } from "../handler.js";

/** The cell that runs there goes on; those that wait are aborted. */
export const delete_subshell_request: Handler = ({ subshells }, { content }) => {
  const id = text(content, "subshell_id");
  const shell = subshells.get(id);
  if (!shell) throw new Error(`there is no subshell "${id}"`);
  subshells.delete(id);
  shell.abortWaiting();
  return {};
};
