import assert from "node:assert/strict";
import { Bench, failure, ok, types } from "../../fakes.js";

describe("kernel_info_request", () => {
  it("is answered on shell and control with busy and idle", async () => {
    const bench = new Bench();
    for (const channel of ["shell", "control"] as const) {
      const answer = await bench.ask("kernel_info_request", {}, { channel });
      assert.equal(answer.reply["protocol_version"], "5.5");
      assert.equal(answer.reply["implementation_version"], "1.2.3");
      assert.deepEqual(types(answer), ["busy", "idle"]);
    }
  });
});

describe("complete_request", () => {
  it("counts code points, not UTF-16 units", async () => {
    const bench = new Bench();
    const code = 's = "😀😀"; te';
    bench.cellService.completions = {
      matches: [{ text: "tensor", kind: "function", signature: "tensor()" }],
      start: 12,
      end: 14,
    };
    const { reply } = await bench.ask("complete_request", { code, cursor_pos: 12 });
    assert.deepEqual(bench.cellService.asked, [{ code, cursor: 14 }]);
    assert.equal(reply["cursor_start"], 10);
    assert.equal(reply["cursor_end"], 12);
    assert.deepEqual(reply["matches"], ["tensor"]);
    assert.deepEqual(reply["metadata"], {
      _jupyter_types_experimental: [
        { text: "tensor", type: "function", signature: "tensor()", start: 10, end: 12 },
      ],
    });
  });

  it("adds what the live value has and the types do not know", async () => {
    const bench = new Bench();
    bench.cellService.completions = {
      matches: [{ text: "known", kind: "property" }],
      start: 2,
      end: 3,
      memberOf: "o",
    };
    bench.runner.live = ["known", "kept", "other", "k-y"].map((name) => ({ name, kind: "function" }));
    const { reply } = await bench.ask("complete_request", { code: "o.k", cursor_pos: 3 });
    assert.deepEqual(reply["matches"], ["known", "kept"]);
  });

  it("does not wait for a runner that does not answer", async () => {
    const bench = new Bench();
    bench.cellService.completions = {
      matches: [{ text: "a", kind: "property" }],
      start: 0,
      end: 0,
      memberOf: "o",
    };
    bench.runner.liveProperties = () => new Promise(() => {});
    const { reply } = await bench.ask("complete_request", { code: "", cursor_pos: 0 });
    assert.deepEqual(reply["matches"], ["a"]);
  });
});

describe("inspect_request", () => {
  it("shows types, else the live value at the cursor, else nothing", async () => {
    const bench = new Bench();
    const ask = async () =>
      (await bench.ask("inspect_request", { code: "x = 😀.a; o.p.q()", cursor_pos: 11, detail_level: 0 }))
        .reply;
    assert.deepEqual(await ask(), { status: "ok", found: false, data: {}, metadata: {} });
    const expressions: string[] = [];
    bench.runner.liveDescription = async (expression) => {
      expressions.push(expression);
      return "number 3";
    };
    assert.deepEqual((await ask())["data"], { "text/plain": "number 3" });
    assert.deepEqual(expressions, ["o.p"]);
    bench.cellService.inspection = { "text/plain": "const o", "text/markdown": "`const o`" };
    assert.deepEqual((await ask())["data"], bench.cellService.inspection);
  });
});

describe("is_complete_request", () => {
  it("says whether more lines are needed, and the indent of the next", async () => {
    const bench = new Bench();
    assert.deepEqual((await bench.ask("is_complete_request", { code: "1" })).reply, { status: "complete" });
    assert.deepEqual((await bench.ask("is_complete_request", { code: "{" })).reply, {
      status: "incomplete",
      indent: "  ",
    });
  });
});

describe("history_request", () => {
  it("gives the tail, a range, and matches of a pattern", async () => {
    const bench = new Bench();
    bench.runner.run = ({ code }, send) => {
      if (code === "1+1") void send({ type: "execute_result", data: { "text/plain": "2" }, metadata: {} });
      return ok();
    };
    for (const code of ["1+1", "let a", "1+1", "1+2"]) await bench.execute(code);
    const ask = async (content: object) =>
      (await bench.ask("history_request", { raw: true, output: false, ...content })).reply["history"];
    assert.deepEqual(await ask({ hist_access_type: "tail", n: 2 }), [
      [1, 3, "1+1"],
      [1, 4, "1+2"],
    ]);
    assert.deepEqual(await ask({ hist_access_type: "range", session: 0, start: 2, stop: 3 }), [
      [1, 2, "let a"],
    ]);
    assert.deepEqual(await ask({ hist_access_type: "search", pattern: "1*", n: 2, output: true }), [
      [1, 3, ["1+1", "2"]],
      [1, 4, ["1+2", null]],
    ]);
    assert.deepEqual(await ask({ hist_access_type: "search", pattern: "1+?", unique: true }), [
      [1, 3, "1+1"],
      [1, 4, "1+2"],
    ]);
  });

  it("says what it does not understand", async () => {
    const { reply } = await new Bench().ask("history_request", { hist_access_type: "all" });
    assert.equal(reply["evalue"], '"hist_access_type" must be "tail", "range" or "search"; got "all"');
  });
});

describe("comms", () => {
  it("go to user code with their buffers, and from it with the parent that caused them", async () => {
    const bench = new Bench();
    const id = bench.send(
      "comm_open",
      { comm_id: "c", target_name: "t", data: {} },
      { buffers: [Buffer.from([1, 2])] },
    );
    await bench.answer(id);
    const [message] = bench.runner.commMessages;
    assert.ok(message?.type === "comm_open");
    assert.deepEqual(message.content, { comm_id: "c", target_name: "t", data: {} });
    assert.deepEqual(message.buffers, [Buffer.from([1, 2])]);
    void bench.runner.onOutput({
      cellId: message.cellId,
      type: "comm_msg",
      content: { comm_id: "c", data: { a: 1 } },
      metadata: { m: 1 },
      buffers: [Buffer.from([3])],
    });
    await bench.kernel.publisher.flush();
    const sent = bench.caused(id).at(-1);
    assert.deepEqual(
      [sent?.header.msg_type, sent?.content, sent?.metadata, sent?.buffers],
      ["comm_msg", { comm_id: "c", data: { a: 1 } }, { m: 1 }, [Buffer.from([3])]],
    );
  });

  it("do not make the kernel forget which cell an output belongs to", async () => {
    const bench = new Bench();
    const id = bench.send("execute_request", { code: "1" });
    await bench.answer(id);
    await bench.execute("2");
    for (let n = 0; n < 1500; n++) bench.send("comm_msg", { comm_id: "slider", data: { n } });
    const { cellId } = bench.runner.executed[0]!;
    void bench.runner.onOutput({ cellId, type: "stream", name: "stdout", text: "late" });
    await bench.kernel.publisher.flush();
    assert.equal(bench.caused(id).at(-1)?.content["text"], "late");
    for (let n = 0; n < 11_000; n++) bench.kernel.cells.add({ ...bench.kernel.cells.newest!.request }, n);
    assert.equal(bench.kernel.cells.get(cellId), bench.kernel.cells.newest, "memory is bounded");
  });

  it("are listed, all or of one target", async () => {
    const bench = new Bench();
    bench.runner.openComms.set("a", "t").set("b", "u");
    assert.deepEqual((await bench.ask("comm_info_request")).reply["comms"], {
      a: { target_name: "t" },
      b: { target_name: "u" },
    });
    assert.deepEqual((await bench.ask("comm_info_request", { target_name: "u" })).reply["comms"], {
      b: { target_name: "u" },
    });
  });
});

describe("subshells", () => {
  it("run cells beside the main shell, each with its own queue", async () => {
    const bench = new Bench();
    const create = async () =>
      String((await bench.ask("create_subshell_request", {}, { channel: "control" })).reply["subshell_id"]);
    const list = async () =>
      (await bench.ask("list_subshell_request", {}, { channel: "control" })).reply["subshell_id"];
    const [one, two] = [await create(), await create()];
    assert.deepEqual(await list(), [one, two]);

    const ends: (() => void)[] = [];
    bench.runner.run = ({ code }) =>
      code === "wait"
        ? new Promise((resolve) => ends.push(() => resolve(ok())))
        : code === "bad"
          ? failure()
          : ok();
    const main = bench.send("execute_request", { code: "wait" });
    const queued = bench.send("execute_request", { code: "queued" });
    const failed = await bench.ask("execute_request", { code: "bad" }, { header: { subshell_id: one } });
    assert.equal(failed.reply["status"], "error");
    assert.equal(
      (await bench.ask("execute_request", { code: "1" }, { header: { subshell_id: two } })).reply["status"],
      "ok",
    );
    ends[0]!();
    assert.equal((await bench.answer(main)).reply["status"], "ok");
    assert.equal(
      (await bench.answer(queued)).reply["status"],
      "ok",
      "an error in a subshell aborts only there",
    );

    await bench.ask("delete_subshell_request", { subshell_id: one }, { channel: "control" });
    assert.deepEqual(await list(), [two]);
    const gone = await bench.ask("execute_request", { code: "1" }, { header: { subshell_id: one } });
    assert.match(String(gone.reply["evalue"]), /there is no subshell/);
  });
});

describe("interrupt_request", () => {
  it("interrupts the runner", async () => {
    const bench = new Bench();
    assert.deepEqual((await bench.ask("interrupt_request", {}, { channel: "control" })).reply, {
      status: "ok",
    });
    assert.equal(bench.runner.interrupts, 1);
  });
});

describe("shutdown_request", () => {
  it("answers, tells everybody, stops the runner and closes the sockets", async () => {
    const bench = new Bench();
    const answer = await bench.ask("shutdown_request", { restart: true }, { channel: "control" });
    assert.deepEqual(answer.reply, { status: "ok", restart: true });
    assert.deepEqual(types(answer), ["busy", "shutdown_reply", "idle"]);
    await bench.kernel.stopped;
    assert.ok(bench.runner.isShutDown && bench.sockets.closed);
  });
});

describe("a replaced runner", () => {
  it("is said below the latest cell, and the types of former cells are forgotten", async () => {
    const bench = new Bench();
    const id = bench.send("execute_request", { code: "1" });
    await bench.answer(id);
    bench.runner.onReplaced("killed by SIGKILL");
    await bench.kernel.publisher.flush();
    assert.deepEqual(bench.caused(id).at(-1)?.content, { name: "stderr", text: "killed by SIGKILL\n" });
    assert.equal(bench.cellService.resets, 1);
  });
});

describe("subscriptions to iopub", () => {
  it("are welcomed, the first also by the status starting", () => {
    const bench = new Bench();
    bench.sockets.onSubscription(Buffer.from(""));
    bench.sockets.onSubscription(Buffer.from("topic"));
    assert.deepEqual(
      bench.sockets.received.map(({ identities, content, parentHeader }) => [
        identities.map(String)[0]?.replace(/\..*\./, ".*."),
        content,
        parentHeader,
      ]),
      [
        ["", { subscription: "" }, {}],
        ["kernel.*.status", { execution_state: "starting" }, {}],
        ["topic", { subscription: "topic" }, {}],
      ],
    );
  });
});

describe("requests on control", () => {
  it("are those of shell, too: as of ipykernel, execute does not wait for cells", async () => {
    const bench = new Bench({
      ports: { shell_port: 1, control_port: 2, stdin_port: 3, iopub_port: 4, hb_port: 5 },
    });
    let end = (): void => undefined;
    bench.runner.run = ({ code }) =>
      code === "long" ? new Promise((resolve) => (end = () => resolve(ok()))) : ok();
    const long = bench.send("execute_request", { code: "long" });
    await bench.until(() => bench.runner.executed.length === 1);
    const { reply } = await bench.ask("execute_request", { code: "quick" }, { channel: "control" });
    assert.equal(reply["status"], "ok");
    end();
    await bench.answer(long);
    for (const channel of ["shell", "control"] as const) {
      const connected = await bench.ask("connect_request", {}, { channel });
      assert.deepEqual(connected.reply, {
        status: "ok",
        shell_port: 1,
        control_port: 2,
        stdin_port: 3,
        iopub_port: 4,
        hb_port: 5,
      });
      assert.equal(
        (await bench.ask("history_request", { hist_access_type: "tail", n: 1 }, { channel })).reply["status"],
        "ok",
      );
    }
    await bench.kernel.stop();
  });
});
