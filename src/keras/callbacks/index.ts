export { backupAndRestore, type BackupAndRestoreOptions } from "./backup-and-restore.js";
export { csvLogger, type CsvLoggerOptions } from "../../tensorflow/callbacks/csv-logger.js";
export { earlyStopping, type EarlyStoppingOptions } from "../../tensorflow/callbacks/early-stopping.js";
export {
  learningRateScheduler,
  type EpochSchedule,
} from "../../tensorflow/callbacks/learning-rate-scheduler.js";
export { lambdaCallback, type LambdaCallbackHooks } from "../../tensorflow/callbacks/lambda-callback.js";
export { terminateOnNaN, type TerminateOnNaNOptions } from "../../tensorflow/callbacks/terminate-on-nan.js";
export {
  reduceLROnPlateau,
  type ReduceLROnPlateauOptions,
} from "../../tensorflow/callbacks/reduce-lr-on-plateau.js";
export { tensorBoard, type TensorBoardOptions } from "../../tensorflow/callbacks/tensor-board.js";
export { modelCheckpoint, type ModelCheckpointOptions } from "./model-checkpoint.js";
