export { loadCaffe } from "./caffe/load-caffe.js";
export { ModelFileError } from "./errors.js";
export { loadGraphModel } from "./graph-model.js";
export type { GraphModelOptions } from "./graph-model-options.js";
export type { OpenedModel, TensorDescription } from "./opened-model.js";
export { loadOnnx } from "./load-onnx.js";
