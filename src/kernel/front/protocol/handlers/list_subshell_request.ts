import type { Handler } from "../handler.js";

export const list_subshell_request: Handler = ({ subshells }) => ({ subshell_id: [...subshells.keys()] });
