/** `node main.js --connection-file FILE [--strict]`: what the kernelspec starts. */
import module from "node:module";

// Node >= 22.1 keeps compiled code on disk, which makes the next start faster.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();
const { runKernel } = await import("./front.js");
process.exit(await runKernel(process.argv.slice(2)));
