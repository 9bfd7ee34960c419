import assert from "node:assert/strict";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { TypeChecker } from "../../../src/kernel/cell/checker.js";
import { compilerProgram } from "../../../src/kernel/cell/compiler-program.js";
import { configure } from "../../../src/kernel/cell/configuration.js";
import { joinedDeclarations } from "../../../src/kernel/cell/joined-declarations.js";
import { startTypeScript7 } from "../../../src/kernel/cell/typescript7.js";

/** Each has a member that does not exist: what the checker says of it tells its type. */
const values = [
  "[1].at(-1)!",
  "new Map([[1, '']]).keys()",
  "Iterator.from([1]).map(String)",
  "new Float16Array(1)",
  "new Set([1]).union(new Set(['']))",
  "Array.fromAsync([1])",
  "new Intl.DurationFormat()",
  "Temporal.Now.instant()",
  "(function* () { yield 1; })()",
  "(async function* () { yield 1; })()",
  "/a/d.exec('')!.indices!",
  "new AggregateError([])",
  "Buffer.from('a').subarray(1)",
  "new Uint8Array(1).buffer",
  "process.stdout",
  "require",
  "__filename",
  "setTimeout(() => {}, 1)",
  "fetch('a')",
  "new Response('').body!",
  "new AbortController().signal",
  "new Event('a')",
  "new DOMException()",
  "new URL('a:b').searchParams",
  "performance.now()",
  "structuredClone(1)",
  "console",
  "readFileSync('a')",
  "createServer()",
  "new Worker('a')",
];
const cell = `import { readFileSync } from "node:fs";
import { createServer } from "http";
import { Worker } from "node:worker_threads";
${values.map((value) => `(${value}).missing;`).join("\n")}
class C { @(value: unknown, context: ClassMethodDecoratorContext) => context.missing method() {} }
{ using file: Disposable = 1; }
document;
`;

describe("joinedDeclarations", () => {
  let folder: string;
  beforeEach(() => (folder = realpathSync(mkdtempSync(join(tmpdir(), "manabi-declarations-")))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** What is found in the cell, and of how many files the program consists. */
  function check(areJoined: boolean): { messages: string[]; files: number } {
    const file = join(folder, "cell.ts");
    const { configFile, files, libraryFolder } = configure(folder, resolve("."), [file]);
    files.set(file, cell);
    let read = 0;
    const checker: TypeChecker = startTypeScript7(folder, configFile, {
      read(name) {
        if (name.endsWith(".d.ts")) read += 1;
        return files.get(name) ?? (areJoined ? joinedDeclarations(name, libraryFolder) : undefined);
      },
    });
    try {
      assert.deepEqual(checker.configurationDiagnostics(), []);
      return { messages: checker.semanticDiagnostics(file).map(({ message }) => message), files: read };
    } finally {
      checker.close();
    }
  }

  it("say the same as the files that they are made of", () => {
    const joined = check(true);
    const files = check(false);
    assert.deepEqual(joined.messages, files.messages);
    for (const [index, value] of values.entries()) {
      assert.match(joined.messages[index] ?? "", /^Property 'missing' does not exist on type/, value);
    }
    assert.ok(joined.files < files.files / 2, `${joined.files} files were read, and ${files.files} apart`);
  });

  it("leave the libraries alone that tsconfig.json chooses", () => {
    const names = ["es2020", "ESNext"];
    const folders = names.map((lib) => {
      writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { lib: [lib] } }));
      return configure(folder, resolve("."), []).libraryFolder;
    });
    assert.deepEqual(folders, [undefined, dirname(compilerProgram())]);
    assert.equal(joinedDeclarations(join(folders[1]!, "lib.es2020.d.ts"), undefined), undefined);
    assert.equal(joinedDeclarations(join(folders[1]!, "lib.es2020.d.ts"), folders[1]), "");
    assert.equal(joinedDeclarations(join(folders[1]!, "lib.dom.d.ts"), folders[1]), undefined);
  });
});
