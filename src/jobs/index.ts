/** Notebooks as jobs: what the command line uses. */
export { JobError } from "./job-error.js";
export { readNotebook } from "./notebook.js";
export { writeWhole } from "./write-whole.js";
export { inOneWord } from "./parameter-values.js";
export { hasSucceeded, runNotebook } from "./run-notebook.js";
export { exitCodes, runNotebooks, type RunCommandOptions } from "./run-command.js";
export { sweepNotebook, type SweepCommandOptions } from "./sweep/sweep-command.js";
export { convertNotebook } from "./convert/convert-command.js";
