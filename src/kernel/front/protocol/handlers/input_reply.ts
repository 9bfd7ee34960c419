import { text } from "../content.js";
import type { Handler } from "../handler.js";

/** https://jupyter-client.readthedocs.io/en/stable/messaging.html#messages-on-the-stdin-router-dealer-channel */
export const input_reply: Handler = ({ inputRequests, runner }, message) => {
  const value = text(message.content, "value", "");
  const question = inputRequests.take(message);
  if (question) runner.inputReply(question.requestId, value);
  return undefined;
};
