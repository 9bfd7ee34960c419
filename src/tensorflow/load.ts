import { installFit } from "./fit/install.js";
import { tf } from "./native.js";
import { repairAdadelta } from "./repairs/adadelta.js";
import { repairAdagrad } from "./repairs/adagrad.js";
import { repairAdam } from "./repairs/adam.js";
import { repairAdamax } from "./repairs/adamax.js";
import { repairDropout } from "./repairs/dropout.js";
import { repairGru } from "./repairs/gru-reset-after.js";
import { repairLayerConfigs } from "./repairs/layer-configs.js";
import { repairRandom } from "./repairs/random.js";
import { repairRmsprop } from "./repairs/rmsprop.js";
import { repairSgd } from "./repairs/sgd.js";
import { repairShuffle } from "./repairs/shuffle.js";

repairRandom();
repairDropout();
repairShuffle();
repairSgd();
repairRmsprop();
repairAdagrad();
repairAdadelta();
repairAdam();
repairAdamax();
repairGru();
repairLayerConfigs();
installFit();

/** TensorFlow.js with its native backend and Manabi's repairs; the instance that `@tensorflow/tfjs-node` itself exports. */
export { tf };
export { backendInfo, type BackendInfo, type TensorFlow } from "./native.js";
export { setProgressSink, type ProgressSink, type ShowProgress } from "./fit/progress-sink.js";
export { setRandomSeed } from "./random-state.js";
