import type { ServeHandle } from "./handle.js";
import type { ServeOptions } from "./settings.js";

/**
 * Serves models over HTTP: TensorFlow Serving's REST interface (`/v1/models/NAME:predict`) and the Open Inference Protocol
 * (`/v2/models/NAME/infer`) on one port, with health checks (`/livez`, `/readyz`) and metrics for Prometheus (`/metrics`).
 *
 * Each version of a model runs in a process of its own, which is started again if it ends. Requests that come while it is
 * busy run together. A folder of versions (`1/`, `2/`, ...) is looked at each second, and a new version takes over without a
 * lost request.
 *
 * https://www.tensorflow.org/tfx/serving/api_rest, https://kserve.github.io/website/docs/concepts/architecture/data-plane
 *
 * @throws Error that says which model cannot be loaded and why, or that the port is taken; RangeError for a wrong option
 * @example
 * const server = await serve({ models: { xor: "model.keras" }, port: 0 });
 * const answer = await fetch(`${server.url}/v1/models/xor:predict`, {
 *   method: "POST",
 *   body: JSON.stringify({ instances: [[0, 1]] }),
 * });
 * console.log(await answer.json()); // { predictions: [[...]] }
 * await server.close();
 */
export async function serve(options: ServeOptions): Promise<ServeHandle> {
  // When it is needed: notebooks import this room, too.
  const { startServer } = await import("./server.js");
  return startServer(options);
}
