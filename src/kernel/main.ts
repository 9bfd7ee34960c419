/** `node main.js --connection-file FILE`: what the kernelspec starts. */
import module from "node:module";

// Node >= 22.1 keeps compiled code on disk, which makes the next start faster.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();
await import("./front.js");
