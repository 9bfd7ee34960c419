import assert from "node:assert/strict";
import { RunnerHarness } from "../harness.js";

describe("kernel/runner Deno.jupyter", function () {
  this.timeout(20_000);
  let harness: RunnerHarness;
  // Each test has its own, as the last one declares the name anew.
  beforeEach(async () => {
    harness = new RunnerHarness();
    await harness.runner.start();
  });
  afterEach(() => harness.stop());

  const shown = async (code: string): Promise<unknown[]> => {
    harness.outputs.length = 0;
    await harness.printed(code);
    return harness.outputs.map((output) => {
      if (output.type === "stream") return [output.name, output.text];
      return "data" in output ? [output.type, output.data] : output;
    });
  };

  it("shows texts by template tags, as results and by display", async () => {
    assert.deepEqual(await shown("const { html, md, svg, display } = Deno.jupyter; html`<b>${1 + 1}</b>`"), [
      ["execute_result", { "text/plain": "[Object]", "text/html": "<b>2</b>" }],
    ]);
    assert.deepEqual(
      await shown("await display(md`# title`); await display({ 'text/html': 'x' }, { raw: true });"),
      [
        ["display_data", { "text/plain": "[Object]", "text/markdown": "# title" }],
        ["display_data", { "text/html": "x" }],
      ],
    );
    assert.deepEqual(
      await harness.result("Deno.jupyter.format(svg`<svg/>`).then((bundle) => bundle['image/svg+xml'])"),
      "Promise { '<svg/>' }",
    );
  });

  it("shows pictures by their bytes and files", async () => {
    const png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
    const data = { "image/png": Buffer.from(png).toString("base64"), "text/plain": "<image/png, 8 bytes>" };
    const code = `const bytes = new Uint8Array([${png.join()}]); await require('node:fs/promises').writeFile('a.png', bytes);`;
    assert.deepEqual(await shown(`${code} await Deno.jupyter.image(bytes)`), [["execute_result", data]]);
    assert.deepEqual(await shown("await Deno.jupyter.image('a.png')"), [["execute_result", data]]);
    assert.deepEqual(await shown("Deno.jupyter.image('a.png')"), [["execute_result", data]]);
  });

  it("broadcasts outputs and comm messages", async () => {
    const transient = "transient: { display_id: 'progress' }";
    const outputs = await shown(`
      const { broadcast } = Deno.jupyter;
      await broadcast("display_data", { data: { "text/html": "." }, metadata: {}, ${transient} });
      await broadcast("update_display_data", { data: { "text/html": ".." }, metadata: {}, ${transient} });
      await broadcast("stream", { name: "stdout", text: "written" });
      await broadcast("clear_output", { wait: true });
      await broadcast("comm_open", { comm_id: "c", target_name: "t", data: {} }, { metadata: { version: "2" } });
      await broadcast("comm_msg", { comm_id: "c", data: {} }, { buffers: [new Uint8Array([42])] });
    `);
    const cellId = `cell-${harness.count}`;
    assert.deepEqual(outputs.slice(0, 4), [
      ["display_data", { "text/html": "." }],
      ["update_display_data", { "text/html": ".." }],
      ["stdout", "written"],
      { type: "clear_output", cellId, wait: true },
    ]);
    const [opened, sent] = harness.outputs.slice(4);
    assert.ok(opened?.type === "comm_open" && opened.metadata["version"] === "2");
    assert.ok(sent?.type === "comm_msg" && sent.buffers[0]?.[0] === 42);
    assert.match(
      (await harness.failure("await Deno.jupyter.broadcast('status', {})")).evalue,
      /cannot send "status"/,
    );
  });

  it("reads and writes files, knows the environment, and serves, by Node's means", async () => {
    assert.equal(
      await harness.result(
        `await Deno.writeTextFile("text.txt", "one"); await Deno.writeTextFile("text.txt", "two", { append: true });
         Deno.writeFileSync("bytes", new Uint8Array([1, 2]));
         Deno.env.set("SET_HERE", "x");
         [await Deno.readTextFile("text.txt"), Deno.readTextFileSync(new URL("text.txt", import.meta.url)), [...await Deno.readFile("bytes")],
          Deno.cwd() === process.cwd(), Deno.env.get("SET_HERE"), Deno.env.has("NOT_SET"), Deno.args.length].join(" ")`,
      ),
      "'onetwo onetwo 1,2 true x false 0'",
    );
    assert.match(
      (await harness.failure("await Deno.writeTextFile('text.txt', '', { createNew: true })")).text,
      /EEXIST/,
    );
    assert.equal(
      await harness.result(
        `const address = Promise.withResolvers ? Promise.withResolvers() : ((p) => Object.assign({}, { promise: new Promise((r) => (p = r)), resolve: (v) => p(v) }))();
         const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: address.resolve }, async (request) =>
           new Response(request.method + new URL(request.url).pathname + await request.text(), { status: 201 }));
         const { port } = await address.promise;
         const reply = await fetch("http://127.0.0.1:" + port + "/path", { method: "POST", body: "body" });
         const answer = [reply.status, await reply.text()].join(" "); await server.shutdown(); answer`,
      ),
      "'201 POST/pathbody'",
    );
  });

  it("is known to cells only, and may be declared anew", async () => {
    assert.equal(await harness.result("'Deno' in globalThis"), "false");
    assert.equal((await harness.failure("Deno.connect()")).evalue, "Deno.connect is not a function");
    assert.equal(await harness.result("const Deno = 1; Deno"), "1");
  });
});
