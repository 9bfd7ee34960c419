import { randomUUID } from "node:crypto";
import type { Handler } from "../handler.js";

/** https://jupyter.org/enhancement-proposals/91-kernel-subshells/kernel-subshells.html */
export const create_subshell_request: Handler = (kernel) => {
  const id = randomUUID();
  kernel.subshells.set(id, kernel.createShell());
  return { subshell_id: id };
};
