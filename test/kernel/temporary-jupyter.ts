import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const kernelMain = fileURLToPath(new URL("../../src/kernel/main.cjs", import.meta.url));

/** Folders of Jupyter's own, with this build of the kernel as the only kernelspec added. */
export interface TemporaryJupyter {
  env: NodeJS.ProcessEnv;
  runtimeFiles(): Promise<string[]>;
  remove(): Promise<void>;
}

export async function temporaryJupyter(): Promise<TemporaryJupyter> {
  const folder = await mkdtemp(join(tmpdir(), "manabi-jupyter-"));
  const kernel = join(folder, "data", "kernels", "manabi");
  const runtime = join(folder, "runtime");
  await mkdir(kernel, { recursive: true });
  await mkdir(runtime);
  const spec = {
    argv: [process.execPath, kernelMain, "--connection-file", "{connection_file}"],
    display_name: "Manabi (test)",
    language: "typescript",
    interrupt_mode: "message",
  };
  await writeFile(join(kernel, "kernel.json"), JSON.stringify(spec));
  return {
    env: {
      // Else a kernelspec of the same name in .venv would come first.
      JUPYTER_PREFER_ENV_PATH: "0",
      JUPYTER_DATA_DIR: join(folder, "data"),
      JUPYTER_RUNTIME_DIR: runtime,
      JUPYTER_CONFIG_DIR: join(folder, "config"),
    },
    runtimeFiles: () => readdir(runtime),
    remove: () => rm(folder, { recursive: true }),
  };
}
