import type { MetricDefinition } from "./epoch-metric.js";

/** A metric with arguments, for `compile`. `metrics.*` make them. */
export class Metric {
  /**
   * @param className Keras's name of its class
   * @param name in the logs
   * @param settings the arguments that it was made with
   */
  constructor(
    readonly className: string,
    readonly name: string,
    readonly settings: Readonly<Record<string, unknown>>,
    readonly definition: MetricDefinition,
  ) {}
}

/** `TopKCategoricalAccuracy` -> `topKCategoricalAccuracy`, `AUC` -> `auc`. */
export function nameOfClass(className: string): string {
  return className.replace(/^[A-Z]+(?=[A-Z][a-z]|$)|^[A-Z]/, (first) => first.toLowerCase());
}
