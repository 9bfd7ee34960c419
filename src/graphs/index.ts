export { abandonInterception } from "./binding.js";
export { type CompiledFunction, compiled } from "./compiled.js";
export { CompiledStep, numbersOf } from "./compiled-step.js";
export { exportSavedModel } from "./export-saved-model.js";
export { explainMinimize, useCompiledMinimize } from "./minimize.js";
export { PacedSteps, type RunSteps } from "./paced-steps.js";
export { type ChangeInput, type Settings, type WeightChange, stepListener } from "./step-listener.js";
export type { SignatureReport } from "./step-report.js";
export { userCodeRan } from "./user-turns.js";
