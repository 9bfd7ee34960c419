import { expectArguments } from "../model/argument-names.js";
import type { Measure } from "../metrics/epoch-metric.js";
import { nameOfClass } from "../metrics/metric.js";
import { Loss, type LossDefinition } from "./loss.js";
import { reductions, type Reduction } from "./reduction.js";

/** What every loss takes. */
export interface Reduced {
  /** How the losses of samples become one number, `"sumOverBatchSize"`, their mean, if left out. */
  reduction?: Reduction;
}

/** What else is known of a loss by its name. */
export interface LossNames {
  /** Other names for `compile` and in files of Keras, however they are spelt there. */
  aliases?: readonly string[];
  /** What TensorFlow.js calls it, and computes without arguments. */
  tfjs?: string;
}

/** A loss that `compile` and Keras's files know by name. */
export interface KnownLoss extends LossNames {
  /** Keras's class. */
  className: string;
  /** For `compile`. */
  name: string;
  arguments: readonly string[];
  make: (options?: object) => Loss;
}

const known: KnownLoss[] = [];

/** All losses; `constructors.ts` defines them. */
export const knownLosses: readonly KnownLoss[] = known;

/**
 * Defines a loss, for `losses.*`, for `compile` by its names, and for Keras's files.
 *
 * @param className Keras's name of its class
 * @param names of its arguments
 */
export function constructorOf<Options extends object>(
  className: string,
  names: (keyof Options & string)[],
  define: (options: Options) => Measure | LossDefinition,
  others: LossNames = {},
): (options?: Options & Reduced) => Loss {
  const name = nameOfClass(className);
  const make = (options: Options & Reduced = {} as Options): Loss => {
    expectArguments(`losses.${name}`, options, [...names, "reduction"]);
    const { reduction = "sumOverBatchSize", ...settings } = options;
    if (!reductions.includes(reduction)) {
      throw new TypeError(
        `losses.${name}: reduction is ${JSON.stringify(reduction)}. Expected one of ${reductions.join(", ")}.`,
      );
    }
    const made = define(settings as unknown as Options);
    const definition = typeof made === "function" ? { values: made } : made;
    return new Loss(className, name, settings, definition, reduction);
  };
  known.push({ className, name, arguments: names, make: make as KnownLoss["make"], ...others });
  return make;
}

const flat = (name: string): string => name.replaceAll("_", "").toLowerCase();

/** The loss of any of its names: `"mse"`, `"meanSquaredError"`, `"mean_squared_error"`, `"MeanSquaredError"`. */
export function findLoss(name: string): KnownLoss | undefined {
  return known.find(({ className, aliases = [], tfjs = className }) =>
    [className, tfjs, ...aliases].some((each) => flat(each) === flat(name)),
  );
}

/** The loss of one of Keras's classes; undefined if that, or one of the arguments, is none of ours. */
export function lossOfClass(className: string, options: Record<string, unknown>): Loss | undefined {
  const found = known.find((each) => each.className === className);
  const isKnown = ([name, value]: [string, unknown]) =>
    name === "reduction" ? reductions.includes(value as Reduction) : found!.arguments.includes(name);
  return found && Object.entries(options).every(isKnown) ? found.make(options) : undefined;
}
