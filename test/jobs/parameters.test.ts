import assert from "node:assert/strict";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createCellService } from "../../src/kernel/front/cell-service.js";
import type { CellService } from "../../src/kernel/contracts.js";
import { givenParameters, inOneWord } from "../../src/jobs/parameter-values.js";
import { injectParameters } from "../../src/jobs/parameters.js";
import { temporaryFolder } from "../setup/sandbox.js";
import { code, markdownCell, notebookOf } from "./notebooks.js";

describe("jobs/parameters", function () {
  this.timeout(30_000);
  let service: CellService;
  before(() => {
    service = createCellService({ cwd: tmpdir() });
  });
  after(() => service.shutdown());

  const source = `const epochs = 5, name = "adam", on = true, nothing = null, ratio = -1;
let rate: number | undefined = 0.1;
var units = [32, 64];
const kind: Kind = "sgd";
const { depth } = { depth: 1 };
const big = 10n;`;
  const notebook = () =>
    notebookOf(
      markdownCell("# A"),
      'type Kind = "sgd" | "adam"; import { sep } from "node:path";',
      code(source, "parameters"),
      "console.log(epochs)",
    );
  const injected = async (...params: string[]): Promise<string[]> => {
    const book = notebook();
    const { cell } = await injectParameters(book, await givenParameters({ params }), service);
    assert.equal(book.cells[3], cell);
    assert.deepEqual(cell.metadata, { tags: ["injected-parameters"] });
    return cell.source.split("\n");
  };
  const refused = async (params: string[], message: RegExp) =>
    assert.rejects(injectParameters(notebook(), await givenParameters({ params }), service), message);

  it("declares them anew, as they were declared and with the types they had", async () => {
    assert.deepEqual(
      await injected(
        "epochs=7",
        "rate=0.01",
        "units=[1,2]",
        "kind=adam",
        "depth=3",
        "on=False",
        "name=sgd",
        "ratio=2e3",
      ),
      [
        "// Parameters",
        "const epochs: number = 7;",
        "let rate: number | undefined = 0.01;",
        "var units = [1, 2];",
        'const kind: Kind = "adam";',
        "const depth = 3;",
        "const on: boolean = false;",
        'const name: string = "sgd";',
        "const ratio: number = 2000;",
      ],
    );
  });

  it("takes what looks like a number for a text, or a bigint, where that is expected", async () => {
    assert.deepEqual(await injected("name=007", "big=12", 'nothing={"a": [null]}', "rate=undefined"), [
      "// Parameters",
      'const name: string = "007";',
      "const big: bigint = 12n;",
      "const nothing = { a: [null] };",
      "let rate: number | undefined = undefined;",
    ]);
    const raw = await injectParameters(notebook(), await givenParameters({ raw: ["name=true"] }), service);
    assert.deepEqual(raw.values, { name: "true" });
  });

  it("refuses values of other types, all at once, and names that are not declared", async () => {
    await refused(
      ["epochs=many", "kind=lion", "rate=1"],
      /epochs = "many": Type .*not assignable to type 'number'\.\n {4}\(cell 3, line 1\)\n {2}kind = "lion": /,
    );
    await refused(
      ["epoch=7"],
      /There is no parameter epoch: cell 3, tagged "parameters", declares epochs, name, on/,
    );
    await refused(["sep=7"], /There is no parameter sep/);
    await assert.rejects(
      injectParameters(notebookOf("const a = 1"), await givenParameters({ params: ["a=2"] }), service),
      /no cell of the notebook is tagged "parameters"/,
    );
  });

  it("values cannot leave their literal", async () => {
    const text = 'a"; process.exit(); // \u2028 `${1}` */';
    const given = await givenParameters({ raw: [`name=${text}`] });
    const { cell } = await injectParameters(notebook(), given, service);
    assert.equal(cell.source.split("\n")[1], `const name: string = ${JSON.stringify(text)};`);
    const object = await injected('nothing={"__proto__": 1, "a b": 2}');
    assert.equal(object[1], 'const nothing = { ["__proto__"]: 1, "a b": 2 };');
  });

  it("a cell of an earlier run makes room", async () => {
    const book = notebook();
    await injectParameters(book, await givenParameters({ params: ["epochs=1"] }), service);
    await injectParameters(book, await givenParameters({ params: ["epochs=2"] }), service);
    assert.deepEqual(
      book.cells.map((cell) => cell.source.includes("// Parameters") && cell.source.slice(-4)),
      [false, false, false, "= 2;", false],
    );
  });

  it("reads files, over which the command line wins", async () => {
    const folder = temporaryFolder();
    const file = (name: string, text: string): string => {
      fs.writeFileSync(path.join(folder, name), text);
      return path.join(folder, name);
    };
    const files = [file("a.yaml", "epochs: 3\nunits: [1, 2]\n"), file("b.json", '{"rate": 0.5}')];
    const given = await givenParameters({ files, params: ["epochs=9"] });
    const { values } = await injectParameters(notebook(), given, service);
    assert.deepEqual(values, { epochs: 9, units: [1, 2], rate: 0.5 });
    await assert.rejects(
      givenParameters({ files: [file("c.json", "{")] }),
      /The parameters in .*c\.json cannot be read/,
    );
    await assert.rejects(givenParameters({ files: [file("d.yml", "- 1")] }), /has no parameters by name/);
    await assert.rejects(
      givenParameters({ files: [path.join(folder, "none.yml")] }),
      /cannot be read: ENOENT/,
    );
    await assert.rejects(
      givenParameters({ params: ["a b=1"] }),
      /-p a b=1 is no parameter; expected as in: -p epochs=7/,
    );
  });

  it("takes papermill's two words for one", () => {
    assert.deepEqual(
      inOneWord(["run", "-p", "flag", "true", "n.ipynb", "-p", "a=1", "-r", "b", "-1", "-p", "c"]),
      ["run", "-p", "flag=true", "n.ipynb", "-p", "a=1", "-r", "b=-1", "-p", "c"],
    );
  });
});
