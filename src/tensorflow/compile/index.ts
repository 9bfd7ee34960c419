export { explain, useCompiledTraining, type ModelReport } from "./models.js";
export { type SignatureReport } from "./compiled-step.js";
