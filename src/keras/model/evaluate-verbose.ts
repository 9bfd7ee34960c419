import type { Scalar } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { kerasMetricName } from "./metric-names.js";
import { listed, type EvaluateArguments, type OpenModel } from "./open-model.js";
import { openProgress } from "../../host/progress-sink.js";
import { evaluationLine } from "./progress-text.js";

/**
 * `evaluate` and `evaluateDataset` of TensorFlow.js 4.22 throw "Verbose mode is not implemented yet" at `verbose: 1`:
 * here it shows the line that Keras ends with.
 */
export function repairEvaluateVerbose(): void {
  const model = tf.LayersModel.prototype as unknown as OpenModel;
  const { evaluate, evaluateDataset } = model;

  model.evaluate = function (x, y, args = {}) {
    const start = performance.now();
    const result = evaluate.call(this, x, y, { ...args, verbose: 0 });
    if (args.verbose) {
      const samples = listed(x)[0]!.shape[0];
      report(this, result, args.steps ?? Math.ceil(samples / (args.batchSize ?? 32)), start);
    }
    return result;
  };

  model.evaluateDataset = async function (dataset, args?: Pick<EvaluateArguments, "verbose">) {
    const start = performance.now();
    let steps = 0;
    const iterator = await dataset.iterator();
    const next = async () => {
      const batch = await iterator.next();
      if (!batch.done) steps++;
      return batch;
    };
    const counted = { iterator: async () => ({ next }) };
    const result = await evaluateDataset.call(this, counted, { ...args, verbose: 0 });
    if (args?.verbose) report(this, result, steps, start);
    return result;
  };
}

function report(model: OpenModel, result: Scalar | Scalar[], steps: number, start: number): void {
  const values = [result].flat().map((scalar) => scalar.dataSync()[0]!);
  const metrics = Object.fromEntries(
    model.metricsNames.map((name, i) => [kerasMetricName(name), values[i]!]),
  );
  openProgress()(evaluationLine(steps, performance.now() - start, metrics), true);
}
