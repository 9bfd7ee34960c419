import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ignorePackageCode } from "../../src/tfjs/package-code.js";

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL("../../../", import.meta.url));

/** What upstream tests. */
export const suites = ["core", "layers", "node"] as const;
export type Suite = (typeof suites)[number];

/** The packages whose inner modules tests import. */
const packages = ["core", "layers"] as const;

const published = (name: string) => join(root, `node_modules/@tensorflow/tfjs-${name}/dist`);

/** Where this run's translated packages are; removed at its end. */
const work = mkdtempSync(join(root, "dist/upstream-"));
process.on("exit", () => rmSync(work, { recursive: true, force: true }));
const translated = (name: string) => join(work, name);

function filesOf(folder: string, take: (file: string) => boolean): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter(take)
    .map((file) => join(folder, file));
}

/** Translates modules to CommonJS, each for itself: tests were written for the compiler of their time. */
function translate(files: string[], rootDir: string, outDir: string): void {
  const compilerOptions = {
    target: "es2022",
    module: "commonjs",
    moduleResolution: "bundler",
    allowJs: true,
    noCheck: true,
    noResolve: true,
    isolatedModules: true,
    useDefineForClassFields: false,
    sourceMap: true,
    types: [],
    rootDir,
    outDir,
  };
  mkdirSync(outDir, { recursive: true });
  const config = `${outDir}.tsconfig.json`;
  writeFileSync(config, JSON.stringify({ compilerOptions, files }));
  writeFileSync(join(outDir, "package.json"), JSON.stringify({ type: "commonjs" }));
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [compiler, "-p", config], { stdio: "inherit" });
}

/**
 * Translates the published modules of tfjs-core and tfjs-layers, with their tests.
 *
 * @param layersTests where TensorFlow.js's repository is; the published tfjs-layers comes without its tests
 */
export function translatePackages(layersTests: string | undefined): void {
  for (const name of packages) {
    const from = published(name);
    // Bundles of the whole package lie beside the modules.
    translate(
      filesOf(from, (file) => file.endsWith(".js") && !/^tf|^miniprogram/.test(file)),
      from,
      translated(name),
    );
  }
  if (layersTests === undefined) return;
  const from = join(layersTests, "tfjs-layers/src");
  if (!existsSync(from))
    throw new Error(`${from} is not there: --source takes a checkout of tensorflow/tfjs.`);
  const missing = (file: string) =>
    file.endsWith(".ts") && !existsSync(join(translated("layers"), file.replace(/ts$/, "js")));
  translate(
    filesOf(from, (file) => missing(file) && !/setup_tests|\.d\.ts$/.test(file)),
    from,
    translated("layers"),
  );
}

/** How Node finds what a module requires. */
type Resolve = (
  this: void,
  request: string,
  parent?: { filename: string | null },
  ...rest: unknown[]
) => string;

/**
 * Makes every import of tfjs-core and tfjs-layers, by whomever, find the translated modules, so that what tests take out
 * of the inner modules is what the runtime works with, and repairs.
 */
export function useTranslatedPackages(): void {
  const open = Module as unknown as Record<"_resolveFilename", Resolve>;
  const { _resolveFilename: resolve } = open;
  const hook: Resolve = (request, parent, ...rest) => {
    const [, name, path = "index"] = /^@tensorflow\/tfjs-(core|layers)(?:\/dist\/(.*))?$/.exec(request) ?? [];
    if (name !== undefined) return resolve(join(translated(name), path), parent, ...rest);
    const owner = packages.find((one) => parent?.filename?.startsWith(translated(one)));
    const inside = request.startsWith(".") && request !== "../package.json";
    if (owner === undefined || inside) return resolve(request, parent, ...rest);
    return createRequire(join(published(owner), "index.js")).resolve(request);
  };
  Object.assign(open, { _resolveFilename: hook });
  ignorePackageCode();
  for (const name of packages) {
    const index = require.resolve(join(translated(name), "index"));
    const exported = replaceable(require(index) as Exports);
    for (const key of extended) if (key in exported) exported[key] = callable(exported[key] as Class);
    require.cache[index]!.exports = exported;
  }
}

type Exports = Record<string, unknown>;

/** A copy of a module's exports whose functions can be replaced, as can those of the published bundle. */
function replaceable(exports: Exports): Exports {
  const copies = Object.entries(exports).map(([name, value]) => [
    name,
    typeof value === "object" && value !== null && "__esModule" in value ? { ...value } : value,
  ]);
  return Object.defineProperty(Object.fromEntries(copies) as Exports, "__esModule", { value: true });
}

type Class = new (...args: unknown[]) => object;

/** The classes that other packages extend in the manner of ES5, which calls them. */
const extended = ["KernelBackend", "CustomCallback"];

function callable(base: Class): Class {
  return new Proxy(base, {
    apply: (_, self: object, args: unknown[]) => Reflect.construct(base, args, self.constructor) as object,
  });
}

/** The files with a suite's tests. */
export function testsOf(suite: Suite): string[] {
  const folder = suite === "node" ? published("node") : translated(suite);
  // Those of TensorBoard need the package tmp, which TensorFlow.js has for its tests alone.
  return filesOf(folder, (file) => file.endsWith("_test.js") && file !== "tensorboard_test.js").toSorted();
}
