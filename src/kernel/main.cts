/** `node main.cjs --connection-file FILE [--strict]`: what the kernelspec starts. */
import parts = require("./parts.cjs");

const loading = parts.load("front") as Promise<
  typeof import("./front/main.js", { with: { "resolution-mode": "import" } })
>;
void loading
  .then(({ runKernel }) => runKernel(process.argv.slice(2)))
  .then((exitCode) => process.exit(exitCode));
