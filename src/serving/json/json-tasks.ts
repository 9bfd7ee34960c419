import { readInfer, writeInfer } from "../inference-protocol/infer.js";
import { readPredict, writePredictions } from "../tensorflow-rest/predict.js";

/** What takes long for large requests and answers. */
export const jsonTasks = { readPredict, writePredictions, readInfer, writeInfer };

export type TaskName = keyof typeof jsonTasks;
export type TaskArguments<Name extends TaskName> = Parameters<(typeof jsonTasks)[Name]>;
export type TaskResult<Name extends TaskName> = ReturnType<(typeof jsonTasks)[Name]>;
