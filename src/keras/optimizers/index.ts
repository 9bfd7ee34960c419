export {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamw,
  ftrl,
  lamb,
  lion,
  nadam,
  rmsprop,
  sgd,
} from "./constructors.js";
export type { CommonOptions } from "./options.js";
export * as schedules from "./schedules.js";
export type { Schedule } from "./schedules.js";
