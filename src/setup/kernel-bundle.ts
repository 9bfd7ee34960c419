import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { Plugin } from "rolldown";
import { bundles, joinedDeclarations } from "../kernel/types/joined-declarations.js";
import codeCache = require("../kernel/code-cache.cjs");
import parts = require("../kernel/parts.cjs");
import { replaceFolder } from "./files.js";
import type { Project } from "./project.js";
import type { Step } from "./step.js";

/**
 * Bundles each part of the kernel into one file and has V8 compile it, because a kernel that reads four files starts
 * sooner than one that reads two hundred; and so for what the type checker knows of JavaScript and Node.
 * src/kernel/parts.cts loads them, and does without if they are not there.
 */
export function kernelBundleStep(project: Pick<Project, "kernelMain">): Step {
  const folder = path.dirname(project.kernelMain);
  const names = Object.keys(parts.mainModules);
  return {
    name: "kernel bundle",
    isDone: () =>
      names.every((name) => parts.hasBundle(name, folder) && fs.existsSync(parts.codeFile(name, folder))),
    run: async () => {
      if (!names.every((name) => parts.hasBundle(name, folder))) {
        await replaceFolder(path.join(folder, "bundle"), (partial) => bundle(folder, partial));
      }
      for (const name of names) codeCache.makeCode(name, folder);
    },
  };
}

async function bundle(folder: string, outputFolder: string): Promise<void> {
  const { build } = await import("rolldown");
  const files = Object.values(bundles).map((entry) => entry());
  for (const [name, mainModule] of Object.entries(parts.mainModules)) {
    const { output } = await build({
      input: path.join(folder, mainModule),
      platform: "node",
      transform: { define: { "import.meta": "{}" } },
      plugins: [ownPlaces(folder)],
      output: {
        file: path.join(outputFolder, `${name}.cjs`),
        format: "cjs",
        codeSplitting: false,
        banner,
      },
      logLevel: "warn",
    });
    files.push(...output.flatMap((file) => ("moduleIds" in file ? file.moduleIds : [])));
  }
  for (const [name, entry] of Object.entries(bundles))
    fs.writeFileSync(path.join(outputFolder, name), joinedDeclarations(entry()));
  const modules = new Set<string>();
  const packages = new Set<string>();
  for (const file of files.filter((each) => path.isAbsolute(each))) {
    const [, inPackage] = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file.replaceAll("\\", "/")) ?? [];
    (inPackage ? packages : modules).add(path.relative(folder, inPackage ?? file));
  }
  const inputs = parts.readInputs([...modules].toSorted(), [...packages].toSorted(), folder);
  fs.writeFileSync(path.join(outputFolder, "inputs.json"), JSON.stringify(inputs, null, 2));
}

/** Declares what `ownPlaces` puts in; names of bundled modules that are the same get others. */
const banner = `
const bundledPath = require("node:path"), bundledUrl = (file) => require("node:url").pathToFileURL(file).href;
const bundledFile = (name, file) => bundledPath.join(name ? bundledPath.dirname(require.resolve(name)) : __dirname, file);
`;

/** Lets bundled modules find the files beside them: where they ask for their own place, they are told where it was. */
function ownPlaces(folder: string): Plugin {
  return {
    name: "own places",
    transform(code, id) {
      // npm may have put a package anywhere: its main module can be found.
      const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll("\\", "/")) ?? [];
      const start = name ? path.dirname(fs.realpathSync(resolve(name))) : path.join(folder, "bundle");
      const file = `bundledFile(${JSON.stringify(name ?? "")}, ${JSON.stringify(path.relative(start, id))})`;
      if (/\bimport\.meta\.url\b/.test(code))
        return code.replaceAll(/\bimport\.meta\.url\b/g, `bundledUrl(${file})`);
      return name && code.replaceAll(/\b__dirname\b/g, `bundledPath.dirname(${file})`);
    },
  };
}

const { resolve } = createRequire(import.meta.url);
