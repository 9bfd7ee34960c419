import { text } from "../content.js";
import type { Handler } from "../handler.js";

/** https://jupyter-client.readthedocs.io/en/stable/messaging.html#comm-info */
export const comm_info_request: Handler = ({ runner }, { content }) => {
  const wanted = text(content, "target_name", "");
  const comms = [...runner.comms()].filter(([, target]) => wanted === "" || target === wanted);
  return { comms: Object.fromEntries(comms.map(([id, target]) => [id, { target_name: target }])) };
};
