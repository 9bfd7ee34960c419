import assert from "node:assert/strict";
import { cpSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { configure } from "../../../src/kernel/types/configuration.js";
import { isLibrary, libraryFile, nodeFile } from "../../../src/kernel/types/joined-declarations.js";
import { startTypeScript7 } from "../../../src/kernel/types/typescript7.js";

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

describe("joinedDeclarations", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => (folder = realpathSync(mkdtempSync(join(tmpdir(), "manabi-declarations-")))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** What is found in the cell, and how many declaration files were read. */
  function check({ joined }: { joined: boolean }): { messages: string[]; files: number } {
    const file = join(folder, "cell.ts");
    const { configFile, read } = configure(folder, [file]);
    let files = 0;
    const checker = startTypeScript7(folder, configFile, {
      read(name) {
        if (name === file) return cell;
        if (name.endsWith(".d.ts")) files += 1;
        const isOnDisk = isLibrary(name) || name.endsWith("/@types/node/index.d.ts");
        return isOnDisk && !joined ? undefined : read(name);
      },
    });
    try {
      assert.deepEqual(checker.configurationDiagnostics(), []);
      return { messages: checker.semanticDiagnostics(file).map(({ message }) => message), files };
    } finally {
      checker.close();
    }
  }

  it("say the same as the files that they are made of", () => {
    const manabis = check({ joined: true });
    const modules = join(folder, "node_modules");
    cpSync(dirname(nodeFile()), join(modules, "@types/node"), { recursive: true });
    cpSync(join(dirname(nodeFile()), "../../undici-types"), join(modules, "undici-types"), {
      recursive: true,
    });
    const joined = check({ joined: true });
    const apart = check({ joined: false });
    assert.deepEqual(joined.messages, apart.messages);
    assert.deepEqual(manabis.messages, apart.messages);
    for (const [index, value] of values.entries()) {
      assert.match(joined.messages[index] ?? "", /^Property 'missing' does not exist on type/, value);
    }
    assert.ok(joined.files < apart.files * 0.8, `${joined.files} files were read, and ${apart.files} apart`);
  });

  it("leave the libraries alone that tsconfig.json chooses", () => {
    const library = join(dirname(libraryFile()), "lib.es2020.d.ts");
    const texts = ["es2020", "ESNext"].map((lib) => {
      writeFileSync(
        join(folder, "tsconfig.json"),
        JSON.stringify({ compilerOptions: { lib: [lib, "dom"] } }),
      );
      const { read } = configure(folder, []);
      return [library, join(dirname(library), "lib.dom.d.ts")].map(read);
    });
    assert.deepEqual(texts, [
      [undefined, undefined],
      ["", undefined],
    ]);
  });
});
