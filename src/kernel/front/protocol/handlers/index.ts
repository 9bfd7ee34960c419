// One file for each message type, named like it. `execute_request` is not here: it goes through a shell's queue.
export * from "./comm.js";
export * from "./comm_info_request.js";
export * from "./complete_request.js";
export * from "./connect_request.js";
export * from "./create_subshell_request.js";
export * from "./delete_subshell_request.js";
export * from "./history_request.js";
export * from "./input_reply.js";
export * from "./inspect_request.js";
export * from "./interrupt_request.js";
export * from "./is_complete_request.js";
export * from "./kernel_info_request.js";
export * from "./list_subshell_request.js";
export * from "./shutdown_request.js";
export * from "./usage_request.js";
