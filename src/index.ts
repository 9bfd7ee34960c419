export * as datasets from "./datasets/index.js";
export type { Colormap } from "./display/colormap.js";
export { display, type DisplayHandle } from "./display/display.js";
export { displaySymbol, type Displayable, type JupyterHost, type MimeBundle } from "./display/host.js";
export { imageGrid, showImage, type ImageGridOptions, type ImageOptions } from "./display/image-grid.js";
export { html, json, latex, markdown, png, svg } from "./display/mime.js";
export { LiveHistory } from "./display/live-history.js";
export { plotConfusionMatrix, type ConfusionMatrixOptions } from "./display/plot-confusion-matrix.js";
export { plotDecisionBoundary, type DecisionBoundaryOptions } from "./display/plot-decision-boundary.js";
export { plotHistory, type PlotHistoryOptions } from "./display/plot-history.js";
export { plotModel } from "./display/plot-model.js";
export { figure } from "./display/plotly/figure.js";
export { summary } from "./display/summary.js";
export { table, type TableOptions } from "./display/table.js";
export * as callbacks from "./keras/callbacks/index.js";
export { toCategorical } from "./keras/utilities/to-categorical.js";
export { trainTestSplit, type TrainTestSplitOptions } from "./keras/utilities/train-test-split.js";
export { NdArray, toNdArray, type ArrayLike } from "./ndarray.js";
export {
  KerasFileError,
  loadModel,
  loadWeights,
  saveModel,
  saveWeights,
  type LoadOptions,
  type SaveOptions,
} from "./keras/files/index.js";
export {
  compiled,
  explain,
  exportSavedModel,
  type CompiledFunction,
  type ModelReport,
  type SignatureReport,
} from "./tensorflow/compile/index.js";
export { backendInfo, setRandomSeed, type BackendInfo } from "./tensorflow/load.js";
export * as losses from "./tensorflow/losses/index.js";
export * as metrics from "./tensorflow/metrics/index.js";
export { default as tf } from "./tensorflow/namespace.cjs";
export * as optimizers from "./tensorflow/optimizers/index.js";
