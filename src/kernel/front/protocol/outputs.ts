import type { RunnerOutput } from "../../contracts.js";
import type { Cell } from "./cells.js";
import type { Output } from "./publisher.js";

/** What the runner sends, without text of streams (joined by the publisher) and questions (not for iopub). */
export type CellOutput = Exclude<RunnerOutput, { type: "stream" | "input_request" }>;

/** The iopub message for an output of a cell. */
export function outputMessage(output: CellOutput, cell: Cell | undefined): Output {
  const parent = cell?.request.header ?? {};
  const { type } = output;
  switch (type) {
    case "display_data":
    case "update_display_data": {
      const { data, metadata, displayId } = output;
      const transient = displayId === undefined ? {} : { display_id: displayId };
      return { parent, type, content: { data, metadata, transient } };
    }
    case "execute_result": {
      const { data, metadata } = output;
      return { parent, type, content: { execution_count: cell?.executionCount ?? 0, data, metadata } };
    }
    case "error": {
      const { ename, evalue, traceback } = output;
      return { parent, type, content: { ename, evalue, traceback } };
    }
    case "clear_output":
      return { parent, type, content: { wait: output.wait } };
    default: // comm_open, comm_msg, comm_close
      return { parent, type, content: output.content, metadata: output.metadata, buffers: output.buffers };
  }
}
