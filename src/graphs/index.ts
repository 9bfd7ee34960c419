export { compiled, type CompiledFunction } from "./compiled.js";
export { exportSavedModel } from "./export-saved-model.js";
export { useCompiledMinimize } from "./minimize.js";
export type { SignatureReport } from "./step-report.js";
