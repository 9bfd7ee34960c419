import { showModels } from "./figures/summary.js";

export * as applications from "./applications/index.js";
export * as classifier from "./classifier/index.js";
export * as datasets from "./datasets/index.js";
export type { Colormap } from "./figures/colormap.js";
export { display, type DisplayHandle } from "./host/display.js";
export { displaySymbol, type Displayable, type JupyterHost, type MimeBundle } from "./host/host.js";
export { imageGrid, showImage, type ImageGridOptions, type ImageOptions } from "./figures/image-grid.js";
export {
  ImageDataGenerator,
  imageDataGenerator,
  imageDatasetFromDirectory,
  ImageFolderDataset,
  loadImage,
  type FlowFromDataFrameOptions,
  type FlowFromDirectoryOptions,
  type FlowOptions,
  type ImageBatch,
  type ImageDataGeneratorOptions,
  type ImageDatasetOptions,
  type LoadImageOptions,
  type TransformParameters,
} from "./images/index.js";
export { html, json, latex, markdown, png, svg } from "./host/mime.js";
export { result, type ResultValue } from "./host/result.js";
export { LiveHistory } from "./figures/live-history.js";
export { memory, type MemoryReport } from "./figures/memory.js";
export { plotConfusionMatrix, type ConfusionMatrixOptions } from "./figures/plot-confusion-matrix.js";
export { plotDecisionBoundary, type DecisionBoundaryOptions } from "./figures/plot-decision-boundary.js";
export { plotHistory, type PlotHistoryOptions } from "./figures/plot-history.js";
export { plotModel } from "./figures/plot-model.js";
export { figure } from "./figures/plotly/figure.js";
export { summary } from "./figures/summary.js";
export { table, type TableOptions } from "./figures/table.js";
export { serve, type ModelOptions, type ServeHandle, type ServeOptions } from "./serving/index.js";
export { toCategorical } from "./arrays/to-categorical.js";
export { trainTestSplit, type TrainTestSplitOptions } from "./arrays/train-test-split.js";
export { NumpyRandom, type NumpyRandomState } from "./arrays/numpy-random.js";
export { Ragged } from "./arrays/ragged.js";
export { kFold, stratifiedKFold, type Fold, type FoldOptions } from "./arrays/folds.js";
export { FrameDataset, frameDataset, type FrameDatasetOptions } from "./arrays/frames/frame-dataset.js";
export { FrameEncoder, toTensor, type FrameEncoderOptions } from "./arrays/frames/frame-encoder.js";
export { fromTensor } from "./arrays/frames/from-tensor.js";
export { loadNpy, NpyFile, openNpy, type Shaped } from "./arrays/npy/npy-file.js";
export { type NestedTexts, type NpyDtype, type Saveable } from "./arrays/npy/npy-values.js";
export { loadNpz, NpzFile, openNpz } from "./arrays/npy/npz.js";
export { saveNpy, saveNpz, type SaveNpzOptions } from "./arrays/npy/save.js";
export { NdArray, toNdArray, type ArrayLike } from "./arrays/ndarray.js";
export {
  callbacks,
  KerasFileError,
  loadModel,
  loadWeights,
  saveModel,
  saveWeights,
  type LoadOptions,
  type SaveOptions,
} from "./saving/index.js";
export { compiled, exportSavedModel, type CompiledFunction, type SignatureReport } from "./graphs/index.js";
export {
  loadCaffe,
  loadGraphModel,
  loadOnnx,
  ModelFileError,
  type GraphModelOptions,
  type OpenedModel,
  type TensorDescription,
} from "./converters/index.js";
export { explain, type ModelReport } from "./keras/model/explain.js";
export {
  animateCartPole,
  CartPole,
  check,
  exercise,
  hint,
  lessonProgress,
  solution,
  todo,
  type Answers,
  type CartPoleAction,
  type CartPoleState,
  type CartPoleStep,
  type ExerciseId,
} from "./lessons/index.js";
export {
  hashingTrick,
  multiHot,
  padSequences,
  textToWordSequence,
  textVectorization,
  TextVectorization,
  Tokenizer,
  type HashingTrickOptions,
  type PadSequencesOptions,
  type TextDataset,
  type Texts,
  type TextVectorizationOptions,
  type TokenizerOptions,
  type TokenizerText,
  type WordOptions,
} from "./text/index.js";
export { clearSession } from "./keras/clear-session.js";
export { setMemoryGrowth, setThreads, setVisibleDevices, type Threads } from "./tfjs/threads.js";
export { backendInfo, setRandomSeed, type BackendInfo } from "./keras/load.js";
export * as losses from "./keras/losses/index.js";
export * as metrics from "./keras/metrics/index.js";
export { default as tf } from "./keras/namespace.cjs";
export * as optimizers from "./keras/optimizers/index.js";

// What needs figures to show itself.
showModels();
