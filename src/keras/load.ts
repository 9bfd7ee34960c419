import { useCompiledMinimize } from "../graphs/index.js";
import { backendInfo, tf } from "../tfjs/native.js";
import { repairTensorFlow } from "../tfjs/repairs/index.js";
import { printValues } from "../tfjs/self-printing.js";
import { installLayers } from "./layers/layer-changes.js";
import { installModels } from "./model/methods.js";
import { installOptimizers } from "./optimizers/optimizer-changes.js";

// Where the order of changes matters, 'after' of each says so: see tfjs/patch.ts.
repairTensorFlow();
installLayers();
installOptimizers();
installModels();
useCompiledMinimize();
printValues();

/** TensorFlow.js with its native backend and Manabi's repairs; the instance that `@tensorflow/tfjs-node` itself exports. */
export { tf };
export { backendInfo };
export { type BackendInfo, type TensorFlow } from "../tfjs/native.js";
export { setProgressSink, type ProgressSink, type ShowProgress } from "../host/progress-sink.js";
export { setRandomSeed } from "../tfjs/random-state.js";
