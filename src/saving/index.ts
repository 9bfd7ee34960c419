import { keepCompileSettings } from "./folder-settings.js";
import { readConvertedFolders } from "./converted-folder.js";
import { freeSavedIterations } from "./saved-iterations.js";
import { countEqualNames } from "./weight-names.js";

export * as callbacks from "./callbacks.js";
export { KerasFileError } from "./errors.js";
export { loadModel, loadWeights, type LoadOptions } from "./load-model.js";
export { saveModel, saveWeights, type SaveOptions } from "./save-model.js";

countEqualNames();
readConvertedFolders();
freeSavedIterations();
keepCompileSettings();
