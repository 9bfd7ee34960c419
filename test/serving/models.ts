import { mkdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { saveModel, tf } from "../../src/index.js";

/** Writes a model that gives `scale * x + 2` for each x of `[samples, 1]`. */
export async function writeHalf(file: string, scale = 0.5): Promise<void> {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({
        units: 1,
        inputShape: [1],
        name: "line",
        kernelInitializer: tf.initializers.constant({ value: scale }),
        biasInitializer: tf.initializers.constant({ value: 2 }),
      }),
    ],
  });
  mkdirSync(path.dirname(file), { recursive: true });
  await saveModel(model, file);
  model.dispose();
}

/** Puts a version into a folder of versions as a whole, as who replaces a model should. */
export async function addVersion(base: string, version: number, scale: number): Promise<void> {
  const next = path.join(base, `.next-${version}`);
  rmSync(next, { recursive: true, force: true });
  await writeHalf(path.join(next, "model.keras"), scale);
  renameSync(next, path.join(base, String(version)));
}

/** Waits until `condition` holds. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = performance.now() + 60_000; performance.now() < end;) {
    // oxlint-disable-next-line no-await-in-loop -- it waits
    if (await condition()) return;
    // oxlint-disable-next-line no-await-in-loop -- it waits
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Waited in vain for ${what}.`);
}
