export * from "./constructors.js";
export type { CommonOptions } from "./options.js";
export * as schedules from "./schedules.js";
export type { Schedule } from "./schedules.js";
