import { saveGradientMemory } from "../gradient-memory.js";
import { fuseActivationGradients } from "./activation-gradients.js";
import { repairAxes } from "./axes.js";
import { repairConvolutionGradients } from "./convolution-gradients.js";
import { repairEinsum } from "./einsum.js";
import { repairFirstGradients } from "./first-gradients.js";
import { repairGather } from "./gather.js";
import { repairImageTransform } from "./image-transform.js";
import { repairIntegerGradients } from "./integer-gradients.js";
import { repairIntegers } from "./integers.js";
import { repairMissingGradients } from "./missing-gradients.js";
import { repairMissingKernels } from "./missing-kernels.js";
import { repairOperationErrors } from "./operation-errors.js";
import { repairRaggedArrays } from "./ragged-arrays.js";
import { repairRandom } from "./random.js";
import { repairReductionGradients } from "./reduction-gradients.js";
import { repairResizing } from "./resizing.js";
import { repairSecondGradients } from "./second-gradients.js";
import { repairShuffle } from "./shuffle.js";
import { repairTensorValues } from "./tensor-values.js";

/** Mends TensorFlow.js's operations, their gradients and its engine. */
export function repairTensorFlow(): void {
  repairImageTransform();
  repairMissingKernels();
  repairOperationErrors();
  repairIntegers();
  repairGather();
  repairRandom();
  repairShuffle();
  repairRaggedArrays();
  repairTensorValues();
  repairResizing();
  repairConvolutionGradients();
  repairReductionGradients();
  fuseActivationGradients();
  saveGradientMemory();
  repairMissingGradients();
  repairAxes();
  repairEinsum();
  repairFirstGradients();
  repairSecondGradients();
  repairIntegerGradients();
}
