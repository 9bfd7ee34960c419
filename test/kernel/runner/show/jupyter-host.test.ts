import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import type { RunnerOutput } from "../../../../src/kernel/contracts.js";
import { pause, RunnerHarness } from "../harness.js";

type Kind<Type extends RunnerOutput["type"]> = RunnerOutput & { type: Type };

describe("kernel/runner host", () => {
  let harness: RunnerHarness;
  before(async () => {
    harness = new RunnerHarness();
    await harness.runner.start();
  });
  after(() => harness.stop());

  async function shown(code: string): Promise<Record<string, unknown>[]> {
    harness.outputs.length = 0;
    const outcome = await harness.run(code);
    assert.equal(outcome.status, "ok", JSON.stringify(outcome));
    return harness.outputs.flatMap((output) => ("data" in output ? [output.data] : []));
  }

  it("lets values show themselves, at once or later", async () => {
    const bundles = await shown(`
      const value = (html, later) => ({
        [Symbol.for("Jupyter.display")]: () => (later ? Promise.resolve({ "text/html": html }) : { "text/html": html }),
      });
      display(value("first", false));
      display(value("second", true));
      await display(value("third", true));
      value("result", true)
    `);
    assert.deepEqual(
      bundles.map((bundle) => bundle["text/html"]),
      ["first", "second", "third", "result"],
    );
    assert.ok(bundles.every((bundle) => bundle["text/plain"] === "[Object]"));
  });

  it("asks objects whose method hides behind a Proxy", async () => {
    const [bundle] = await shown(`
      new Proxy({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<table>" }) }, {
        has: () => false,
        ownKeys: () => [],
      })
    `);
    assert.equal(bundle?.["text/html"], "<table>");
  });

  it("shows an error and the plain text when a display method fails", async () => {
    const [bundle] = await shown(`
      class Chart { width = 3; [Symbol.for("Jupyter.display")]() { throw new Error("no data"); } }
      new Chart()
    `);
    assert.match(stripVTControlCharacters(String(bundle?.["text/plain"])), /^Chart \{ width: 3/);
    assert.match(harness.text(), /could not display itself. Error: no data\n +at .*cell \[\d+\]:2:/);
    await shown("({ [Symbol.for('Jupyter.display')]: async () => 5 })");
    assert.match(harness.text(), /returned number; it must return an object such as/);
  });

  it("knows images, canvases, elements and Vega charts", async () => {
    const cases: [code: string, type: string, content: unknown][] = [
      ["Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)", "image/png", "iVBORw0KGgo="],
      ["Buffer.from('GIF89a')", "image/gif", "R0lGODlh"],
      ["Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)", "image/jpeg", "/9j/4A=="],
      ["Buffer.from('RIFF0000WEBPVP8 ')", "image/webp", "UklGRjAwMDBXRUJQVlA4IA=="],
      ["Buffer.from('%PDF-1.7')", "application/pdf", "JVBERi0xLjc="],
      ["({ toDataURL: () => 'data:image/png;base64,AAAA' })", "image/png", "AAAA"],
      ["({ outerHTML: '<p>text</p>' })", "text/html", "<p>text</p>"],
      ["({ outerHTML: '<svg></svg>' })", "image/svg+xml", "<svg></svg>"],
      [
        "({ toSpec: () => ({ $schema: 'https://vega.github.io/schema/vega-lite/v5.json' }) })",
        "application/vnd.vegalite.v5+json",
        { $schema: "https://vega.github.io/schema/vega-lite/v5.json" },
      ],
    ];
    for (const [code, type, content] of cases) {
      const [bundle] = await shown(code);
      assert.deepEqual(bundle?.[type], content, code);
      assert.ok("text/plain" in (bundle as object), code);
    }
    const [bytes] = await shown("Uint8Array.of(1, 2, 3)");
    assert.deepEqual(Object.keys(bytes as object), ["text/plain"]);
  });

  it("updates and clears", async () => {
    harness.outputs.length = 0;
    await harness.run(`
      display({ "text/plain": "one" }, { raw: true, displayId: "slot" });
      display({ "text/plain": "two" }, { raw: true, displayId: "slot", update: true });
      clearOutput({ wait: true });
    `);
    const cellId = `cell-${harness.count}`;
    assert.deepEqual(harness.outputs, [
      { type: "display_data", cellId, data: { "text/plain": "one" }, metadata: {}, displayId: "slot" },
      { type: "update_display_data", cellId, data: { "text/plain": "two" }, metadata: {}, displayId: "slot" },
      { type: "clear_output", cellId, wait: true },
    ]);
    const { evalue } = await harness.failure("display(1, { update: true })");
    assert.match(evalue, /needs the displayId/);
  });

  it("gives back a handle to change the output by, which shows nothing itself", async () => {
    harness.outputs.length = 0;
    await harness.run(`const slot = await display("one"); await slot.update("two"); slot`);
    const [first, second, ...rest] = harness.outputs as Kind<"display_data">[];
    assert.deepEqual([first?.type, second?.type, rest.length], ["display_data", "update_display_data", 0]);
    assert.ok(first?.displayId !== undefined && first.displayId === second?.displayId);
    assert.equal((await shown(`display("shown once")`)).length, 1);
  });

  it("shows promises without what the kernel notes on them", async () => {
    const [bundle] = await shown("const never = new Promise(() => {}); never");
    const plain = stripVTControlCharacters(String(bundle?.["text/plain"]));
    assert.match(plain, /^Promise \{\s*<pending> \}$/);
  });

  it("writes the text of values that know theirs beside their picture", async () => {
    const [bundle] = await shown(`import pl from "nodejs-polars"; pl.DataFrame({ a: [1, 2] })`);
    assert.match(String(bundle?.["text/html"]), /<table.*shape: \(2, 1\)/);
    assert.match(String(bundle?.["text/plain"]), /shape: \(2, 1\)/);
  });

  it("shows data frames by their first and last rows, with the types of their columns", async () => {
    const rows =
      "Array.from({ length: 1200 }, (_, i) => ({ third: i / 3, text: '<'.repeat(90) + i, on: new Date(0) }))";
    const [bundle] = await shown(`import pl from "nodejs-polars"; pl.DataFrame(${rows})`);
    const html = String(bundle?.["text/html"]);
    assert.match(html, /<th>third<br><small>Float64<\/small><\/th>.*shape: \(1,200, 3\)/);
    assert.deepEqual(
      [...html.matchAll(/<tr><td>(.*?)<\/td>/g)].map(([, third]) => third),
      ["0", "0.333333", "0.666667", "1", "1.33333", "…", "398.333", "398.667", "399", "399.333", "399.667"],
    );
    assert.match(html, />(&lt;){80}…<\/td><td>1970-01-01 00:00:00<\/td>/);
    const [large] = await shown("pl.DataFrame({ a: [1234567.891] })");
    assert.match(String(large?.["text/html"]), /<td>1234567.89<\/td>/);
    // Names of columns, bigints and what is HTML neither hide anything nor fail.
    const odd =
      "{ width: [1n], columns: ['<b>'], height: [[1, 2]], dtypes: [null], shape: [true], '<i>': [1] }";
    const [strange] = await shown(`pl.DataFrame(${odd})`);
    assert.match(
      String(strange?.["text/html"]),
      /<th>width<br>.*<th>&lt;i&gt;<br>.*<tr><td>1<\/td><td style="text-align: left">&lt;b&gt;<\/td>.*shape: \(1, 6\)/,
    );
    const [empty] = await shown("pl.DataFrame({})");
    assert.match(String(empty?.["text/html"]), /shape: \(0, 0\)/);
  });

  it("colours printed undefined in a gray that reads on dark themes, too; results not at all", async () => {
    const [bundle] = await shown("console.log({ a: undefined }); ({ a: undefined })");
    const [printed] = harness.outputs.flatMap((output) => (output.type === "stream" ? output.text : []));
    assert.equal(printed, "{ a: \u001b[38;5;245mundefined\u001b[39m }\n");
    assert.equal(bundle?.["text/plain"], "{ a: undefined }");
  });

  it("cuts big values and says how to see more", async () => {
    const [list] = await shown("Array.from({ length: 1_000_000 }, (_, i) => i)");
    assert.match(stripVTControlCharacters(String(list?.["text/plain"])), /999900 more items/);
    const [text] = await shown("Array.from({ length: 100 }, () => 'x'.repeat(5000))");
    const plain = String(text?.["text/plain"]);
    assert.ok(plain.length < 101_000);
    assert.match(plain, /more characters\. console\.dir\(value, \{ depth: null/);
    const [dictionary] = await shown(
      "Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`word${i}`, i]))",
    );
    assert.match(
      stripVTControlCharacters(String(dictionary?.["text/plain"])),
      /^\{\n {2}word0: 0,[^]*word99: 99,\n {2}… 99,900 more properties\n\}$/,
    );
  });

  it("shows what cannot be shown by saying so", async () => {
    const [bundle] = await shown(
      "({ [Symbol.for('nodejs.util.inspect.custom')]() { throw { toString() { throw 1; } }; } })",
    );
    assert.match(String(bundle?.["text/plain"]), /^\[object\] \(cannot be inspected: /);
  });

  it("sends bundles larger than the buffer whole", async () => {
    const [bundle] = await shown("display({ 'text/plain': 'y'.repeat(3_000_000) }, { raw: true });");
    assert.equal(String(bundle?.["text/plain"]).length, 3_000_000);
  });

  it("asks for input", async () => {
    harness.outputs.length = 0;
    const cell = harness.run(
      "const name = await input('name? '); const key = await input.password('key? '); name + key",
    );
    const ask =
      (prompt: string) =>
      (output: RunnerOutput): output is Kind<"input_request"> =>
        output.type === "input_request" && output.prompt === prompt;
    const first = await harness.waitFor(ask("name? "));
    assert.equal(first.password, false);
    harness.runner.inputReply(first.requestId, "Ada");
    const second = await harness.waitFor(ask("key? "));
    assert.equal(second.password, true);
    harness.runner.inputReply(second.requestId, "42");
    assert.equal((await cell).status, "ok");
    assert.equal(await harness.result("name + key"), "'Ada42'");
    const outcome = await harness.run("await input('?')", { allowStdin: false });
    assert.ok(outcome.status === "error" && /needs a front end that can answer/.test(outcome.evalue));
  });

  it("asks and waits for the answer, as in browsers, without losing what comes meanwhile", async () => {
    harness.outputs.length = 0;
    const cell = harness.run(
      "await null; const city = prompt('city?', 'Rome'); [city, prompt('street?', 'Via'), confirm('sure?')]",
    );
    const ask = (prompt: string) =>
      harness.waitFor(
        (output): output is Kind<"input_request"> =>
          output.type === "input_request" && output.prompt === prompt,
      );
    const { requestId } = await ask("city?");
    const later = harness.run("'later'");
    harness.runner.inputReply(requestId, "Oslo");
    harness.runner.inputReply((await ask("street?")).requestId, "");
    harness.runner.inputReply((await ask("sure? [y/N] ")).requestId, "Yes");
    assert.equal((await cell).status, "ok");
    assert.equal((await later).status, "ok");
    const results = harness.outputs.filter((output) => output.type === "execute_result");
    assert.deepEqual(
      results.map(({ data }) => stripVTControlCharacters(String(data["text/plain"]))),
      ["[ 'Oslo', 'Via', true ]", "'later'"],
    );
    harness.outputs.length = 0;
    await harness.run("prompt('?')", { allowStdin: false });
    const [nobody] = harness.outputs;
    assert.match(nobody?.type === "execute_result" ? String(nobody.data["text/plain"]) : "", /null/);
  });

  it("aborts the interrupted cell's signal only", async () => {
    await harness.result(
      "const host = globalThis[Symbol.for('Jupyter.host')]; const earlier = host.interruptSignal();",
    );
    const cell = harness.run(`
      const signal = host.interruptSignal();
      let steps = 0;
      while (!signal.aborted) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        if ((steps += 1) === 3) display("three steps");
      }
    `);
    await harness.waitFor((output): output is Kind<"display_data"> => output.type === "display_data");
    await harness.runner.interrupt();
    assert.equal((await cell).status, "error");
    assert.equal(
      await harness.result("[earlier.aborted, signal.aborted, steps > 2].join()"),
      "'false,true,true'",
    );
  });

  it("carries comms both ways, with buffers", async () => {
    harness.outputs.length = 0;
    await harness.result(`
      const { openComm, registerTarget } = globalThis[Symbol.for("Jupyter.host")];
      const comm = openComm("counter", { start: 1 }, { buffers: [Uint8Array.of(1, 2)] });
      comm.onMessage = ({ data, buffers }) => comm.send({ got: data.value, bytes: [...buffers[0]] });
      registerTarget("echo", (opened) => { opened.send({ hello: opened.targetName }); });
    `);
    const opened = harness.outputs.find((output) => output.type === "comm_open") as Kind<"comm_open">;
    assert.equal(opened.content.target_name, "counter");
    assert.deepEqual(
      opened.buffers.map((buffer) => [...buffer]),
      [[1, 2]],
    );
    const commId = String(opened.content.comm_id);
    assert.deepEqual([...harness.runner.comms()], [[commId, "counter"]]);

    const isMessage = (output: RunnerOutput): output is Kind<"comm_msg"> => output.type === "comm_msg";
    harness.runner.comm({
      type: "comm_msg",
      cellId: "",
      content: { comm_id: commId, data: { value: 7 } },
      metadata: {},
      buffers: [Uint8Array.of(9)],
    });
    assert.deepEqual((await harness.waitFor(isMessage)).content.data, { got: 7, bytes: [9] });

    harness.outputs.length = 0;
    const open = (target: string, id: string): void =>
      harness.runner.comm({
        type: "comm_open",
        cellId: "",
        content: { comm_id: id, target_name: target, data: {} },
        metadata: {},
        buffers: [],
      });
    open("echo", "comm-a");
    assert.deepEqual((await harness.waitFor(isMessage)).content.data, { hello: "echo" });
    open("unknown", "comm-b");
    await harness.waitFor((output): output is Kind<"comm_close"> => output.type === "comm_close");
    assert.deepEqual([...harness.runner.comms().keys()], [commId, "comm-a"]);
  });

  it("describes live values while a cell spins, without running their getters", async () => {
    await harness.result(
      "import { posix } from 'node:path'; const table = { rows: 3, get costly() { table.rows = 0; return 1; } }; const names = new Map([['a', 1]]);" +
        "const bare = { one: 1 }; const rootless = Object.assign(Object.create(null), { two: 2 });",
    );
    const cell = harness.run("while (true) {}");
    await pause(150);
    const properties = await harness.runner.liveProperties("table");
    assert.deepEqual(properties?.slice(0, 2), [
      { name: "rows", kind: "number" },
      { name: "costly", kind: "getter" },
    ]);
    assert.ok(
      (await harness.runner.liveProperties("names"))?.some(
        ({ name, kind }) => name === "get" && kind === "function",
      ),
    );
    assert.match(
      (await harness.runner.liveDescription("names")) ?? "",
      /Map\(1\) \{ a => 1 \}|Map\(1\) \{ "a" => 1 \}/,
    );
    assert.equal(await harness.runner.liveDescription("table.costly"), undefined);
    // Not what every object inherits.
    assert.deepEqual(await harness.runner.liveProperties("bare"), [{ name: "one", kind: "number" }]);
    assert.deepEqual(await harness.runner.liveProperties("rootless"), [{ name: "two", kind: "number" }]);
    assert.equal(await harness.runner.liveProperties("table = 1"), undefined);
    assert.ok((await harness.runner.liveProperties("posix"))?.some(({ name }) => name === "join"));
    assert.match(String(await harness.runner.liveDescription("posix.join")), /join/);
    assert.equal(await harness.runner.liveProperties("posix.sep = 1"), undefined);
    assert.equal(await harness.runner.liveProperties("not.there"), undefined);
    await harness.runner.interrupt();
    await cell;
    assert.equal(await harness.result("table.rows"), "3");
  });
});
