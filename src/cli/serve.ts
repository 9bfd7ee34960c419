import path from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ModelOptions, ServeHandle, ServeOptions } from "../serving/index.js";

/** Options of `manabi serve`, as commander gives them. */
interface Flags extends Omit<ServeOptions, "models" | "accessLog" | "routes" | "log" | "maxBodyBytes"> {
  maxBodyMib?: number;
  versions?: "latest" | "all";
  pixels?: NonNullable<ModelOptions["pixels"]>;
  accessLog: boolean;
}

/** `mnist.keras` is served as mnist, `digits=mnist.keras` as digits. */
function namedPath(text: string): [string, string] {
  const match = /^([^/\\=:]+)=(.+)$/.exec(text);
  if (match) return [match[1]!, match[2]!];
  const name = path.basename(path.resolve(text)).replace(/\.(?:keras|h5|hdf5|json)$/, "");
  return [name, text];
}

/** The models of the command line, by name. @throws Error for two of one name */
export function modelsOf(
  texts: readonly string[],
  options: Omit<ModelOptions, "path">,
): Record<string, ModelOptions> {
  const models: Record<string, ModelOptions> = {};
  for (const [name, file] of texts.map(namedPath)) {
    if (Object.hasOwn(models, name))
      throw new Error(
        `Two models are called ${name}. Name them, as in: manabi serve first=${models[name]!.path} second=${file}`,
      );
    models[name] = { path: file, ...options };
  }
  return models;
}

const number = (text: string): number => {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("Expected a number.");
  return value;
};

export function addServeCommand(program: Command): void {
  const flag = (flags: string, description: string) => new Option(flags, description).argParser(number);
  program
    .command("serve")
    .description(
      "serve models over HTTP: TensorFlow Serving's REST interface and the Open Inference Protocol",
    )
    .argument(
      "<models...>",
      "a .keras or .h5 file, a model's folder, or a folder of versions (1/, 2/, ...); NAME=path names it",
    )
    .addOption(flag("--port <number>", "0 takes a free one").default(8501))
    .option("--host <address>", "0.0.0.0 to be reached from other machines", "127.0.0.1")
    .addOption(flag("--max-batch-size <samples>", "the most that run at once (default: 32)"))
    .addOption(flag("--batch-timeout-ms <ms>", "how long a sample waits for others (default: 0)"))
    .addOption(flag("--max-queue <requests>", "the most that wait for a model (default: 1000)"))
    .addOption(flag("--request-timeout-ms <ms>", "after which a request is answered 504 (default: 30000)"))
    .addOption(flag("--max-body-mib <MiB>", "the largest body of a request (default: 64)"))
    .addOption(
      flag("--threads <number>", "of TensorFlow, for each model (default: the container's CPU limit)"),
    )
    .addOption(flag("--poll-ms <ms>", "how often new versions are looked for (default: 1000)"))
    .addOption(new Option("--versions <which>", "of folders of versions").choices(["latest", "all"]))
    .addOption(
      new Option(
        "--pixels <range>",
        "what the 0 to 255 of pictures become (default: as the model's first layers say)",
      ).choices(["0..1", "0..255", "-1..1"]),
    )
    .addOption(
      flag(
        "--drain-delay-ms <ms>",
        "how long to go on after SIGTERM, while load balancers notice (default: 0)",
      ),
    )
    .addOption(flag("--drain-timeout-ms <ms>", "after which requests in work are cut off (default: 25000)"))
    .option("--cors", "let pages of other origins call")
    .option("--no-access-log", "write no line of JSON for each request")
    .action(async (models: string[], flags: Flags, command: Command) => {
      const { versions, pixels, accessLog, maxBodyMib, ...options } = flags;
      const { serve } = await import("../serving/index.js");
      let server: ServeHandle | undefined;
      try {
        server = await serve({
          ...options,
          models: modelsOf(models, { ...(versions ? { versions } : {}), ...(pixels ? { pixels } : {}) }),
          ...(maxBodyMib === undefined ? {} : { maxBodyBytes: maxBodyMib * 2 ** 20 }),
          ...(accessLog ? { accessLog: process.stdout } : {}),
        });
      } catch (error) {
        command.error((error as Error).message);
      }
      console.error(`Serving at ${server.url}. Ctrl+C or SIGTERM ends it after the requests in work.`);
      await endBySignal(server);
    });
}

/** Settled when the server has ended, as SIGTERM or Ctrl+C asks for. A second one does not wait. */
async function endBySignal(server: ServeHandle): Promise<void> {
  await new Promise<void>((resolve) => {
    let isEnding = false;
    const end = (): void => {
      if (isEnding) process.exit(1);
      isEnding = true;
      void server.close().then(resolve);
    };
    process.on("SIGTERM", end);
    process.on("SIGINT", end);
  });
  process.exit(0);
}
