import type { RequestChannel } from "../wire/sockets.js";
import { comm_close, comm_msg, comm_open } from "./handlers/comm.js";
import { comm_info_request } from "./handlers/comm_info_request.js";
import { complete_request } from "./handlers/complete_request.js";
import { create_subshell_request } from "./handlers/create_subshell_request.js";
import { delete_subshell_request } from "./handlers/delete_subshell_request.js";
import { history_request } from "./handlers/history_request.js";
import { input_reply } from "./handlers/input_reply.js";
import { inspect_request } from "./handlers/inspect_request.js";
import { interrupt_request } from "./handlers/interrupt_request.js";
import { is_complete_request } from "./handlers/is_complete_request.js";
import { kernel_info_request } from "./handlers/kernel_info_request.js";
import { list_subshell_request } from "./handlers/list_subshell_request.js";
import { shutdown_request } from "./handlers/shutdown_request.js";
import type { Handler } from "./request.js";

const table = (handlers: Record<string, Handler>) => new Map(Object.entries(handlers));

/** Who handles which message type on which channel. `execute_request` is not here: it goes through a shell's queue. */
export const handlers: Record<RequestChannel, ReadonlyMap<string, Handler>> = {
  shell: table({
    comm_close,
    comm_info_request,
    comm_msg,
    comm_open,
    complete_request,
    history_request,
    inspect_request,
    interrupt_request,
    is_complete_request,
    kernel_info_request,
    shutdown_request,
  }),
  control: table({
    create_subshell_request,
    delete_subshell_request,
    interrupt_request,
    kernel_info_request,
    list_subshell_request,
    shutdown_request,
  }),
  stdin: table({ input_reply }),
};
