import { modelPrototype, sequentialPrototype } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { repairEarlyStopping } from "../callbacks/early-stopping.js";
import { patch } from "../../tfjs/patch.js";
import { rememberRegisteredCallbacks } from "./callbacks.js";
import { compile } from "./compile.js";
import type { TrainedModel } from "./data.js";
import { evaluate, evaluateDataset } from "./evaluate.js";
import { fit, fitDataset } from "./fit.js";
import { makeFramesInterruptible } from "./interrupt.js";
import { testOnBatch, trainOnBatch } from "./on-batch.js";
import { predict, predictLoop } from "./predict.js";
import { recoverFromInterrupts } from "./recovery.js";
import { stateOf } from "./state.js";

const name = "models as in Keras";

/** The methods of models, each of which is replaced here and nowhere else. */
export function installModels(): void {
  const model = modelPrototype as TrainedModel;
  const training = {
    name,
    why: "arguments of Keras are refused or forgotten, steps run as single operations, and nothing ends them",
    upstream: "https://github.com/tensorflow/tfjs/issues/25",
  };
  patch(model, "fit", { ...training, replace: fit });
  patch(model, "fitDataset", { ...training, replace: fitDataset });
  patch(model, "evaluate", { ...training, replace: evaluate });
  patch(model, "evaluateDataset", { ...training, replace: evaluateDataset });
  patch(model, "trainOnBatch", { ...training, replace: trainOnBatch });
  patch(model, "testOnBatch", { ...training, replace: testOnBatch });
  patch(model, "predict", {
    ...training,
    wrap: predict as (before: typeof model.predict) => typeof model.predict,
  });
  patch(model, "predictLoop", { ...training, replace: predictLoop });
  patch(model, "call", {
    name,
    why: "an output that a model has twice is missing the second time",
    wrap: (call) =>
      function (inputs, kwargs) {
        const outputs = call.call(this, inputs, kwargs);
        if (!Array.isArray(outputs) || outputs.every(Boolean)) return outputs;
        return outputs.map(
          (output, i) => output ?? tf.clone(outputs[this.outputs.indexOf(this.outputs[i]!)]!),
        );
      },
  });
  patch(model, "compile", { ...training, wrap: compile });
  patch(model, "dispose", {
    name,
    why: "the graphs of a model, and what its metrics have counted, go with it",
    wrap: (dispose) =>
      function () {
        const state = stateOf(this);
        state.programs.dispose();
        const result = dispose.call(this);
        if (result.refCountAfterDispose === 0) state.dispose();
        return result;
      },
  });
  installSequential();
  rememberRegisteredCallbacks();
  repairEarlyStopping();
  makeFramesInterruptible();
  recoverFromInterrupts();
}

/** A sequential model leaves its work to a model inside of it, a new one from each `compile` on. */
function installSequential(): void {
  const sequential = sequentialPrototype as TrainedModel & { model: TrainedModel };
  patch(sequential, "compile", {
    name,
    why: "the graphs of the model inside, of which it makes a new one, stay",
    wrap: (compileInside) =>
      function (args) {
        if (this.model) stateOf(this.model).dispose();
        compileInside.call(this, args);
        stateOf(this.model).owner = this;
      },
  });
  patch(sequential, "trainOnBatch", {
    name,
    why: "it hands on only two arguments",
    replace(...args) {
      return this.model.trainOnBatch(...args);
    },
  });
}
