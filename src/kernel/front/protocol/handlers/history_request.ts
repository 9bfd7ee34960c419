import { flag, integer, InvalidContent, text } from "../content.js";
import type { Handler } from "../handler.js";

/** https://jupyter-client.readthedocs.io/en/stable/messaging.html#history */
export const history_request: Handler = ({ history }, { content }) => {
  const entries = () => {
    const access = text(content, "hist_access_type");
    switch (access) {
      case "tail":
        return history.tail(integer(content, "n", 10));
      case "range":
        return history.range(
          integer(content, "session", 0),
          integer(content, "start", 1),
          integer(content, "stop", Number.MAX_SAFE_INTEGER),
        );
      case "search":
        return history.search(
          text(content, "pattern", "*"),
          integer(content, "n", 1000),
          flag(content, "unique", false),
        );
      default:
        throw new InvalidContent(`"hist_access_type" must be "tail", "range" or "search"; got "${access}"`);
    }
  };
  const withOutput = flag(content, "output", false);
  return {
    history: entries().map(({ session, line, source, output }) => [
      session,
      line,
      withOutput ? [source, output] : source,
    ]),
  };
};
