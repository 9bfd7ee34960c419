import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { bindOwnSymbols } from "../../src/setup/own-symbols.js";
import { findCompiler } from "../../src/setup/tensorflow-binding.js";
import { projectAt, projectRoot } from "../../src/setup/project.js";
import { temporaryFolder } from "./sandbox.js";

describe("setup/own-symbols", function () {
  this.timeout(60_000);
  const project = projectAt(projectRoot);
  const compiler = findCompiler(project);
  const folder = temporaryFolder();

  function compile(name: string, source: string, ...options: string[]): string {
    const [from, to] = [path.join(folder, `${name}.cc`), path.join(folder, name)];
    fs.writeFileSync(from, source);
    execFileSync(compiler!, [from, "-o", to, ...options]);
    return to;
  }

  const compileLibrary = (name: string, source: string) =>
    compile(name, source, "-shared", "-fPIC", "-O1", "-Wl,-z,lazy");

  /** What the library's function `sum` returns in a program that loads it, as Node does, where another comes first. */
  function sum(library: string, first: string): number {
    const options = { encoding: "utf8", env: { LD_PRELOAD: first } } as const;
    return Number(execFileSync(path.join(folder, "program"), [library], options));
  }

  before(function () {
    if (!compiler || project.platform !== "linux" || project.arch !== "x64") this.skip();
    const source = `#include <dlfcn.h>
      #include <cstdio>
      int main(int, char** arguments) {
        void* library = dlopen(arguments[1], RTLD_LAZY);
        std::printf("%d", reinterpret_cast<int (*)()>(dlsym(library, "sum"))());
      }`;
    compile("program", source, "-ldl");
  });

  it("binds functions and variables of a library to itself, and leaves what headers define", () => {
    const definitions = (called: number, pointed: number, variable: number, inHeader: number) => `
      extern "C" int called() { return ${called}; }
      extern "C" int pointed() { return ${pointed}; }
      extern "C" int variable; int variable = ${variable};
      __attribute__((weak)) int in_header = ${inHeader};`;
    const library = compileLibrary(
      "library",
      `${definitions(1, 20, 300, 4000)}
      int (*pointer)() = pointed;
      int *middle = &(&variable)[1] - 1;
      extern "C" int sum() { return called() + pointer() + variable + *middle - variable + in_header; }`,
    );
    const other = compileLibrary("other", definitions(2, 30, 400, 5000));
    assert.equal(sum(library, other), 5432, "the other library comes first");
    bindOwnSymbols([library]);
    assert.equal(sum(library, other), 5321);
    bindOwnSymbols([library]);
    assert.equal(sum(library, other), 5321, "nothing is left to do");
  });

  it("leaves what two of the libraries have", () => {
    const source = (value: number) => `extern "C" int called() { return ${value}; }
      extern "C" int sum() { return called(); }`;
    const [one, two] = [compileLibrary("one", source(1)), compileLibrary("two", source(2))];
    bindOwnSymbols([one, two]);
    assert.equal(sum(one, two), 2);
  });

  it("leaves files of other formats alone", () => {
    const file = path.join(folder, "library.dylib");
    fs.writeFileSync(file, "\xcf\xfa\xed\xfe another machine's");
    bindOwnSymbols([file]);
    assert.equal(fs.readFileSync(file, "utf8"), "\xcf\xfa\xed\xfe another machine's");
  });
});
