/** `npm run test:upstream -- SUITE`: TensorFlow.js's own unit tests on Manabi's runtime. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { Argument, Option, program } from "commander";
import { knownFailures, runtimes, type Runtime } from "./known.js";
import { suites, testsOf, translatePackages, useTranslatedPackages, type Suite } from "./sources.js";

const require = createRequire(import.meta.url);

interface Options {
  runtime: Runtime;
  source?: string;
  grep: string;
}

/** What jasmine tells of a test. */
interface SpecResult {
  fullName: string;
  status: string;
  failedExpectations: { message: string; stack: string }[];
}

interface Jasmine {
  getEnv(): {
    configure(options: { random: boolean; specFilter(spec: { getFullName(): string }): boolean }): void;
    addReporter(reporter: { specDone(result: SpecResult): void; suiteDone(result: SpecResult): void }): void;
    execute(): Promise<unknown>;
    beforeEach(action: () => void): void;
  };
}

await program
  .name("npm run test:upstream --")
  .description(
    "Runs TensorFlow.js's own unit tests. Exits with 1 if a test fails that is not in test/upstream/known/, or one " +
      "that is there passes.",
  )
  .addArgument(new Argument("<suite>", "which package's tests").choices(suites))
  .addOption(new Option("--runtime <runtime>", "what runs them").choices(runtimes).default("compiled"))
  .option("--source <folder>", "a checkout of tensorflow/tfjs, whose tests the published tfjs-layers lacks")
  .option("--grep <expression>", "run only tests whose name matches", "")
  .action(run)
  .parseAsync();

async function load(runtime: Runtime, suite: Suite): Promise<void> {
  const { tf } = await import("../../src/tfjs/native.js");
  const jasmineUtil = require("@tensorflow/tfjs-core/dist/jasmine_util") as {
    setTestEnvs(envs: object[]): void;
  };
  jasmineUtil.setTestEnvs([{ name: "node", backendName: "tensorflow", flags: {}, isDataSync: true }]);
  for (const all of ["public/chained_ops/register_all_chained_ops", "register_all_gradients"]) {
    require(`@tensorflow/tfjs-core/dist/${all}`);
  }
  if (runtime !== "stock") await import("../../src/keras/load.js");
  if (runtime === "eager") {
    const { CompiledStep } = await import("../../src/graphs/compiled-step.js");
    CompiledStep.prototype.run = (step, inputs) => step(inputs);
    const model = tf.LayersModel.prototype as unknown as { compile: (this: object, args: object) => void };
    const { compile } = model;
    model.compile = function (args) {
      compile.call(this, Object.assign(args, { runEagerly: true }));
    };
  }
  if (runtime === "compiled" && suite === "core") {
    const operations = await import("./operations.js");
    operations.runOperationsAsGraphs(require("@tensorflow/tfjs-core") as Record<string, unknown>);
    process.on("exit", () => console.log(`${operations.graphRuns} calls of operations ran as graphs.`));
  }
  if (suite !== "layers") return;
  // Tests for the processor are to run here, too.
  const utilities = require("@tensorflow/tfjs-layers/dist/utils/test_utils") as Record<string, unknown>;
  utilities["describeMathCPU"] = utilities["describeMathCPUAndWebGL2"] = utilities["describeMathCPUAndGPU"];
  // What an operation keeps for its gradient counts as a leak, though the end of the gradient frees it.
  Object.assign(tf.engine(), { shouldCheckForMemLeaks: () => false });
}

async function run(suite: Suite, { runtime, source, grep }: Options): Promise<void> {
  if (suite !== "core" && source === undefined) {
    throw new Error(
      `The published package has no ${suite === "layers" ? "tests" : "models for its tests"}: ` +
        "git clone --depth 1 https://github.com/tensorflow/tfjs, then add --source tfjs.",
    );
  }
  translatePackages(source);
  if (source !== undefined) process.chdir(join(source, "tfjs-node"));
  useTranslatedPackages();
  const jasmine = (require("jasmine-core") as { boot(): Jasmine }).boot();
  await load(runtime, suite);
  for (const file of testsOf(suite)) require(file);

  const known = knownFailures(suite, runtime);
  const passed = new Set<string>();
  const failed = new Map<string, string>();
  const env = jasmine.getEnv();
  const { mulberry32 } = await import("../../src/tfjs/mulberry32.js");
  const { setRandomSeed } = await import("../../src/tfjs/random-state.js");
  env.beforeEach(() => {
    Math.random = mulberry32(2);
    // Not for core, whose tests of memory count the tensor that it makes.
    if (suite === "layers") setRandomSeed(1);
  });
  const expression = new RegExp(grep);
  env.configure({
    random: false,
    specFilter: (spec) =>
      expression.test(spec.getFullName()) && !/node bindings do not leak/.test(spec.getFullName()),
  });
  const nameOf = ({ fullName }: SpecResult) => fullName.replace(" node {}", "");
  const noteFailure = (result: SpecResult) => {
    const [failure] = result.failedExpectations;
    if (failure) failed.set(nameOf(result), failure.message);
  };
  env.addReporter({
    specDone: (result) => {
      if (result.status === "passed") passed.add(nameOf(result));
      noteFailure(result);
    },
    suiteDone: noteFailure,
  });
  await env.execute();

  const unexpected = [...failed].filter(([name]) => !known.has(name));
  const mended = [...known].filter((name) => passed.has(name) && !failed.has(name));
  for (const [name, message] of unexpected) console.log(`FAILED ${name}\n    ${message}`);
  for (const name of mended) console.log(`PASSED, though listed as failing: ${name}`);
  console.log(
    `${suite}, ${runtime}: ${passed.size} passed, ${failed.size - unexpected.length} failed as known, ` +
      `${unexpected.length} failed, ${mended.length} passed though listed.`,
  );
  // tfjs-node's own tests leave servers open.
  process.exit(unexpected.length + mended.length > 0 ? 1 : 0);
}
