import { repairAdadelta } from "./adadelta.js";
import { repairAdagrad } from "./adagrad.js";
import { repairAdam } from "./adam.js";
import { repairAdamax } from "./adamax.js";
import { repairRmsprop } from "./rmsprop.js";
import { repairSgd } from "./sgd.js";

/** Gives the optimizers of TensorFlow.js Keras's rules. */
export function installOptimizers(): void {
  repairSgd();
  repairRmsprop();
  repairAdagrad();
  repairAdadelta();
  repairAdam();
  repairAdamax();
}
