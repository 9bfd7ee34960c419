import assert from "node:assert/strict";
import { mock } from "node:test";
import { stripVTControlCharacters } from "node:util";
import type { CellDiagnostic, CellOutcome } from "../../../../src/kernel/contracts.js";
import { Bench, failure, ok, types } from "../../fakes.js";

describe("execute_request", () => {
  it("answers a question about a name as a page, and runs nothing", async () => {
    const bench = new Bench();
    bench.cellService.inspection = { "text/plain": "const o" };
    for (const [code, about] of [
      ["o.p?", "o.p"],
      [" ??%time\n", "%time"],
    ] as const) {
      const { reply } = await bench.execute(code);
      assert.deepEqual(reply["payload"], [{ source: "page", data: { "text/plain": "const o" }, start: 0 }]);
      assert.deepEqual(bench.cellService.asked.at(-1), { code: about, cursor: about.length });
    }
    bench.cellService.inspection = undefined;
    const answer = await bench.execute("nothing?");
    assert.deepEqual(answer.reply["payload"], []);
    assert.deepEqual(types(answer), ["busy", "execute_input", "stream", "idle"]);
    assert.deepEqual(bench.runner.executed, []);
    await bench.execute("a ? b : c");
    assert.equal(bench.runner.executed.length, 1);
  });

  it("announces the cell, sends its outputs in order, then the reply and idle", async () => {
    const bench = new Bench();
    bench.runner.run = (_, send) => {
      void send({ type: "stream", name: "stdout", text: "a" });
      void send({ type: "stream", name: "stdout", text: "b\n" });
      void send({ type: "display_data", data: { "text/plain": "d" }, metadata: {}, displayId: "id" });
      void send({ type: "stream", name: "stderr", text: "e" });
      void send({ type: "clear_output", wait: true });
      void send({ type: "execute_result", data: { "text/plain": "2" }, metadata: { m: 1 } });
      return ok({ x: { status: "ok" } });
    };
    const before = Date.now();
    const answer = await bench.execute("1+1", { user_expressions: { x: "1" } });
    assert.deepEqual(types(answer), [
      "busy",
      "execute_input",
      "stream",
      "display_data",
      "stream",
      "clear_output",
      "execute_result",
      "idle",
    ]);
    assert.deepEqual(answer.iopub.map(({ content }) => content).slice(1, -1), [
      { code: "1+1", execution_count: 1 },
      { name: "stdout", text: "ab\n" },
      { data: { "text/plain": "d" }, metadata: {}, transient: { display_id: "id" } },
      { name: "stderr", text: "e" },
      { wait: true },
      { execution_count: 1, data: { "text/plain": "2" }, metadata: { m: 1 } },
    ]);
    assert.deepEqual(answer.reply, {
      status: "ok",
      execution_count: 1,
      user_expressions: { x: { status: "ok" } },
      payload: [],
    });
    const started = Date.parse(String(answer.metadata["started"]));
    assert.ok(started >= before && started <= Date.now());
    assert.deepEqual(bench.runner.executed[0]?.userExpressions, { x: "1" });
  });

  it("sends the error on iopub and in the reply", async () => {
    const bench = new Bench();
    bench.runner.run = () => failure("TypeError", "bad");
    const answer = await bench.execute("f()");
    const error = { ename: "TypeError", evalue: "bad", traceback: ["TypeError: bad"] };
    assert.deepEqual(types(answer), ["busy", "execute_input", "error", "idle"]);
    assert.deepEqual(answer.iopub[2]?.content, error);
    assert.deepEqual(answer.reply, {
      status: "error",
      execution_count: 1,
      ...error,
      user_expressions: {},
      payload: [],
    });
  });

  it("is quiet and counts nothing when silent", async () => {
    const bench = new Bench();
    const answer = await bench.execute("1", { silent: true });
    assert.deepEqual(types(answer), ["busy", "idle"]);
    assert.equal(answer.reply["execution_count"], 0);
    assert.equal(bench.runner.executed[0]?.silent, true);
    assert.deepEqual(bench.kernel.history.tail(10), []);
    assert.equal((await bench.execute("2")).reply["execution_count"], 1);
  });

  it("neither counts nor remembers without store_history", async () => {
    const bench = new Bench();
    await bench.execute("1");
    assert.equal((await bench.execute("2", { store_history: false })).reply["execution_count"], 1);
    assert.equal((await bench.execute("3")).reply["execution_count"], 2);
    assert.deepEqual(
      bench.kernel.history.tail(10).map(({ source }) => source),
      ["1", "3"],
    );
  });

  it("aborts the waiting cells after an error, and those already on their way, but no later ones", async () => {
    const bench = new Bench();
    const time = Date.now();
    const clock = mock.method(Date, "now", () => time);
    const sentEarly = { header: { date: new Date(time - 5).toISOString() } };
    bench.runner.run = ({ code }) => (code === "bad" ? failure() : ok());
    const ids = ["bad", "a", "b"].map((code) => bench.send("execute_request", { code }));
    const [bad, a, b] = await Promise.all(ids.map((id) => answerLater(bench, id)));
    assert.equal(bad?.reply["status"], "error");
    for (const answer of [a!, b!]) {
      assert.deepEqual(answer.reply, { status: "aborted" });
      assert.deepEqual(types(answer), ["busy", "idle"]);
    }
    const onItsWay = await bench.ask("execute_request", { code: "c" }, sentEarly);
    assert.equal(onItsWay.reply["status"], "aborted");
    assert.equal((await bench.execute("d")).reply["status"], "ok");
    clock.mock.restore();
    assert.deepEqual(
      bench.runner.executed.map(({ code }) => code),
      ["bad", "d"],
    );
  });

  it("runs the waiting cells after an error if stop_on_error is false", async () => {
    const bench = new Bench();
    bench.runner.run = ({ code }) => (code === "bad" ? failure() : ok());
    bench.send("execute_request", { code: "bad", stop_on_error: false });
    assert.equal((await bench.execute("good")).reply["status"], "ok");
  });

  it("runs one cell at a time, in order", async () => {
    const bench = new Bench();
    const log: string[] = [];
    bench.runner.run = async ({ code }) => {
      log.push(`start ${code}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      log.push(`end ${code}`);
      return ok();
    };
    bench.send("execute_request", { code: "1" });
    await bench.execute("2");
    assert.deepEqual(log, ["start 1", "end 1", "start 2", "end 2"]);
  });

  it("gives late output of an earlier cell that cell's parent", async () => {
    const bench = new Bench();
    const id = bench.send("execute_request", { code: "setTimeout(...)" });
    await bench.answer(id);
    await bench.execute("2");
    const { cellId } = bench.runner.executed[0]!;
    void bench.runner.onOutput({ cellId, type: "stream", name: "stdout", text: "late" });
    void bench.runner.onOutput({ cellId, type: "error", ename: "Error", evalue: "late", traceback: [] });
    await bench.kernel.publisher.flush();
    const late = bench.caused(id).slice(-2);
    assert.deepEqual(
      late.map(({ content }) => content),
      [
        { name: "stdout", text: "late" },
        { ename: "Error", evalue: "late", traceback: [] },
      ],
    );
  });

  it("answers all other requests while a cell runs, and says busy again after each", async () => {
    const bench = new Bench();
    let end = () => {};
    bench.runner.run = () => new Promise((resolve) => (end = () => resolve(ok())));
    const id = bench.send("execute_request", { code: "while (true) {}" });
    await bench.ask("kernel_info_request");
    await bench.ask("kernel_info_request", {}, { channel: "control" });
    await bench.ask("complete_request", { code: "a", cursor_pos: 1 });
    await bench.ask("inspect_request", { code: "a", cursor_pos: 1 });
    await bench.ask("is_complete_request", { code: "a" });
    await bench.ask("history_request", { hist_access_type: "tail", n: 1 });
    await bench.ask("comm_info_request");
    const statuses = bench.caused(id).filter(({ header }) => header.msg_type === "status");
    assert.deepEqual(
      statuses.map(({ content }) => content["execution_state"]),
      Array(8).fill("busy"),
    );
    end();
    assert.equal((await bench.answer(id)).reply["status"], "ok");
    assert.equal(bench.sockets.received.at(-1)?.content["execution_state"], "idle");
  });

  it("answers a malformed request by an error", async () => {
    const bench = new Bench();
    const { reply } = await bench.ask("execute_request", { code: 7 });
    assert.equal(reply["evalue"], '"code" must be a text; got 7');
    assert.equal((await bench.execute("1")).reply["status"], "ok");
  });
});

describe("execute_request: type errors", () => {
  const code = 'const n: number =\t"a";\nn';
  const diagnostic = {
    category: "error",
    code: 2322,
    message: "Type 'string' is not assignable to type 'number'.",
    start: 6,
    end: 7,
    line: 1,
    column: 7,
  } as const;

  it("come last if they take longer than outputs wait for them", async () => {
    const bench = new Bench();
    bench.cellService.diagnose = async () => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return [diagnostic];
    };
    bench.runner.run = async (_, send) => {
      await send({ type: "display_data", data: { "text/plain": "a" }, metadata: {} });
      await send({ type: "stream", name: "stdout", text: "b" });
      return ok();
    };
    assert.deepEqual(types(await bench.execute(code)), [
      "busy",
      "execute_input",
      "display_data",
      "stream",
      "stream",
      "idle",
    ]);
  });

  it("come first, also where the cell prints at once, without blocking", async () => {
    const bench = new Bench();
    bench.cellService.diagnose = async () => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      return [diagnostic, { ...diagnostic, category: "warning", message: "not shown" }];
    };
    bench.runner.run = (_, send) => {
      void send({ type: "execute_result", data: { "text/plain": "a" }, metadata: {} });
      return ok();
    };
    const answer = await bench.execute(code);
    assert.equal(answer.reply["status"], "ok");
    assert.deepEqual(types(answer), ["busy", "execute_input", "stream", "execute_result", "idle"]);
    assert.equal(
      stripVTControlCharacters(String(answer.iopub[2]?.content["text"])),
      "Cell [1], line 1:7 - error TS2322: Type 'string' is not assignable to type 'number'.\n" +
        '1 | const n: number =\t"a";\n          ~\n',
    );
  });

  it("come after what the checker says of itself", async () => {
    const bench = new Bench();
    bench.cellService.diagnose = () => [
      { ...diagnostic, category: "warning", code: 0, message: "Restarted." },
    ];
    const answer = await bench.execute(code);
    assert.deepEqual(types(answer), ["busy", "execute_input", "stream", "idle"]);
    assert.equal(stripVTControlCharacters(String(answer.iopub[2]?.content["text"])), "Restarted.\n");
  });

  it("are left to the error that ends the cell, if that says the same", async () => {
    const bench = new Bench();
    const unknown = { ...diagnostic, code: 2304, message: "Cannot find name 'x'." };
    const shown = async (found: CellDiagnostic, outcome: CellOutcome) => {
      bench.cellService.diagnose = () => [found];
      bench.runner.run = () => outcome;
      return types(await bench.execute(code)).includes("stream");
    };
    const grammar = { ...diagnostic, code: 1005 };
    assert.equal(await shown(grammar, failure("SyntaxError")), false);
    assert.equal(await shown(unknown, failure("ReferenceError", "x is not defined")), false);
    const missing = { ...diagnostic, code: 2307, message: "Cannot find module 'left-pad/x' or its types." };
    assert.equal(
      await shown(missing, failure("Error", "Cannot find the package 'left-pad' from /a.")),
      false,
    );
    assert.equal(await shown(missing, failure("Error", "Cannot find the package 'left' from /a.")), true);
    const local = { ...missing, message: "Cannot find module './lib/x' or its types." };
    assert.equal(await shown(local, failure("Error", "Cannot find module '/notes/lib/x'")), false);
    assert.equal(await shown(grammar, ok()), true);
    assert.equal(await shown(unknown, failure("ReferenceError", "y is not defined")), true);
    assert.equal(await shown(diagnostic, failure("ReferenceError", "x is not defined")), true);
  });

  it("of names that do not exist are shown while a long cell runs", async () => {
    const bench = new Bench();
    bench.cellService.diagnose = () => [{ ...diagnostic, code: 2304, message: "Cannot find name 'x'." }];
    bench.runner.run = () => new Promise(() => {});
    const id = bench.send("execute_request", { code: "train(); x" });
    await bench.until(() => bench.caused(id).some(({ header }) => header.msg_type === "stream"));
  });

  it("keep the cell from running in strict mode", async () => {
    const bench = new Bench({ settings: { strict: true } });
    bench.cellService.diagnose = () => [diagnostic];
    const answer = await bench.execute(code);
    assert.equal(answer.reply["ename"], "TypeScriptError");
    assert.deepEqual(types(answer), ["busy", "execute_input", "error", "idle"]);
    assert.deepEqual(bench.runner.executed, []);
    assert.equal(bench.cellService.checked.at(-1)?.unlessWrong, true);
    bench.cellService.diagnose = () => [];
    assert.equal((await bench.execute("1")).reply["status"], "ok");
  });

  it("keep cells from running from %strict to %strict off", async () => {
    const bench = new Bench();
    bench.cellService.diagnose = () => [diagnostic];
    const statusAfter = async (command: string) => {
      const answer = await bench.execute(command);
      assert.deepEqual(types(answer), ["busy", "execute_input", "stream", "idle"]);
      return (await bench.execute(code)).reply["status"];
    };
    assert.equal(await statusAfter("%strict"), "error");
    assert.equal(await statusAfter(" %strict off\n"), "ok");
    assert.equal(await statusAfter("%strict on"), "error");
  });

  it("are neither shown nor waited for from %diagnostics off on", async () => {
    const bench = new Bench();
    bench.cellService.diagnose = () => [diagnostic];
    await bench.execute("%diagnostics off");
    assert.deepEqual(types(await bench.execute(code)), ["busy", "execute_input", "idle"]);
    // Later cells see its types all the same.
    assert.deepEqual(bench.cellService.added, [code]);
    await bench.execute("%diagnostics on");
    assert.deepEqual(types(await bench.execute(code)), ["busy", "execute_input", "stream", "idle"]);
  });

  it("are waited for once only when the checker is slow, and shown when they come", async () => {
    const bench = new Bench();
    let answer!: () => void;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    bench.cellService.diagnose = () => answered.then(() => [diagnostic]);
    const first = await bench.execute(code);
    assert.deepEqual(types(first), ["busy", "execute_input", "idle"]);
    const started = performance.now();
    const second = await bench.execute(code);
    assert.ok(performance.now() - started < 1900, "the first cell waits for 2 s");
    answer();
    for (const { reply } of [first, second]) assert.equal(reply["status"], "ok");
    const streams = () => bench.sockets.received.filter(({ header }) => header.msg_type === "stream");
    while (streams().length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.notEqual(streams()[0]?.parentHeader.msg_id, streams()[1]?.parentHeader.msg_id);
  });

  it("do not matter when the checker itself fails", async () => {
    const bench = new Bench();
    bench.cellService.diagnose = () => Promise.reject(new Error("checker died"));
    assert.equal((await bench.execute("1")).reply["status"], "ok");
  });
});

/** Like `bench.answer` for several at a time. */
async function answerLater(bench: Bench, id: string) {
  while (!bench.caused(id).some(({ content }) => content["execution_state"] === "idle")) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  return bench.answer(id);
}
