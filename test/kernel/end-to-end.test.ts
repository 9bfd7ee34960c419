import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify, stripVTControlCharacters } from "node:util";
import type { JsonObject } from "../../src/kernel/contracts.js";
import { type FrontEnd, KernelProcess, type Result } from "./kernel-process.js";
import { takesAtMost } from "./takes-at-most.js";

/** Resolves when a cell has been given to the runner. */
function isUnderWay(front: FrontEnd, id: string): Promise<void> {
  return front.until(() =>
    front.received.some(
      ({ parentHeader, header }) => parentHeader.msg_id === id && header.msg_type === "execute_input",
    ),
  );
}

/** All processes that have not ended: id to parent's id. */
async function processes(): Promise<Map<number, number>> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid=,stat="]);
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  return new Map(
    rows
      .filter(([, , state]) => !state?.startsWith("Z"))
      .map(([pid, parent]) => [Number(pid), Number(parent)]),
  );
}

async function residentMegabytes(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)("ps", ["-o", "rss=", "-p", String(pid)]);
  return Number(stdout) / 1024;
}

/** Ids of the processes that descend from `pid`. */
async function descendants(pid: number): Promise<number[]> {
  const found = new Set([pid]);
  const all = await processes();
  for (let size = 0; size !== found.size;) {
    size = found.size;
    for (const [child, parent] of all) if (found.has(parent)) found.add(child);
  }
  found.delete(pid);
  return [...found];
}

/** Waits until these processes have ended. */
async function assertGone(pids: number[], withinMs: number): Promise<void> {
  const end = Date.now() + withinMs;
  for (;;) {
    const all = await processes();
    const left = pids.filter((pid) => all.has(pid));
    if (left.length === 0) return;
    assert.ok(Date.now() < end, `processes ${left.join(", ")} still live after ${withinMs} ms`);
    await sleep(20);
  }
}

const outputs = ({ iopub }: Result) =>
  iopub.map(({ header }) => header.msg_type).filter((type) => type !== "status");

describe("a kernel process", function () {
  this.timeout(30_000);
  let kernel: KernelProcess;
  let front: FrontEnd;
  before(async () => {
    kernel = await KernelProcess.start();
    front = await kernel.connect();
  });
  after(async () => {
    front.close();
    await kernel.dispose();
  });

  it("runs cells: results, output, errors, top-level await", async () => {
    const result = await front.execute("1 + 1");
    assert.equal(result.reply["status"], "ok");
    assert.deepEqual(outputs(result), ["execute_input", "execute_result"]);
    assert.equal((await front.execute("console.log('out'); console.error('err')")).text("stderr"), "err\n");
    assert.deepEqual(outputs(await front.execute("await Promise.resolve(3)")), [
      "execute_input",
      "execute_result",
    ]);
    const failed = await front.execute("throw new TypeError('no')");
    assert.deepEqual([failed.reply["ename"], failed.reply["evalue"]], ["TypeError", "no"]);
    assert.deepEqual(outputs(failed), ["execute_input", "error"]);
    assert.match((failed.reply["traceback"] as string[]).join("\n"), /cell \[\d+\]:1/);
  });

  it("answers a question about a name that the cell itself imports", async () => {
    const { reply } = await front.execute("import { basename } from 'node:path';\nbasename?");
    assert.match(JSON.stringify(reply["payload"]), /"source":"page".*method basename\(path: string/);
  });

  it("shows type errors beside the output, and runs the cell", async () => {
    const result = await front.execute("const wrong: number = 'text' as const;\nconsole.log(wrong);");
    assert.equal(result.reply["status"], "ok");
    assert.equal(result.text(), "text\n");
    assert.match(
      stripVTControlCharacters(result.text("stderr")),
      /line 1:7 - error TS2322: Type 'string' is not assignable to type 'number'/,
    );
  });

  it("evaluates user expressions", async () => {
    const { reply } = await front.execute("let u = 20", {
      user_expressions: { good: "u + 1", bad: "nowhere" },
    });
    const expressions = reply["user_expressions"] as Record<
      string,
      { status: string; data?: object; ename?: string }
    >;
    assert.equal(expressions["good"]?.status, "ok");
    assert.equal(expressions["bad"]?.status, "error");
    assert.equal(expressions["bad"]?.ename, "ReferenceError");
  });

  it("answers everything else while a cell spins, and interrupts it with its state kept", async () => {
    await front.execute("const spin = { member: 1 };");
    const spinning = front.send("execute_request", { code: "while (true) {}" });
    await isUnderWay(front, spinning);
    await front.request("kernel_info_request");
    const { reply } = await front.request("complete_request", { code: "spin.mem", cursor_pos: 8 });
    assert.deepEqual(reply["matches"], ["member"]);
    await front.request("inspect_request", { code: "spin", cursor_pos: 2 });
    await front.request("history_request", { hist_access_type: "tail", n: 3 });
    await front.request("is_complete_request", { code: "{" });
    await front.request("comm_info_request");
    await front.interrupt();
    const { reply: interrupted } = await front.result(spinning);
    assert.equal(interrupted["status"], "error");
    assert.equal((await front.execute("console.log(`${spin.member}`)")).text(), "1\n");
  });

  it("interrupts a pending promise, also by SIGINT", async () => {
    for (const interrupt of [() => front.interrupt(), () => Promise.resolve(kernel.process.kill("SIGINT"))]) {
      const waiting = front.send("execute_request", { code: "await new Promise(() => {})" });
      await isUnderWay(front, waiting);
      await interrupt();
      assert.equal((await front.result(waiting)).reply["status"], "error");
    }
  });

  it("sends late output with the parent of the cell that caused it", async () => {
    const id = front.send("execute_request", { code: "setTimeout(() => console.log('late'), 150)" });
    await front.result(id);
    await front.execute("console.log('next')");
    await front.until(() =>
      front.received.some(
        ({ parentHeader, content }) => parentHeader.msg_id === id && content["text"] === "late\n",
      ),
    );
  });

  it("loses nothing of 100,000 lines with displays among them", async () => {
    const result = await front.execute(
      "for (let i = 0; i < 100_000; i++) { console.log(`line ${i}`); if (i % 10_000 === 0) display(`shown ${i}`) }",
    );
    const expected = Array.from(
      { length: 100_000 },
      (_, i) => `line ${i}\n` + (i % 10_000 === 0 ? `<shown ${i}>` : ""),
    ).join("");
    const got = result.iopub
      .map(({ header, content }) =>
        header.msg_type === "display_data"
          ? `<${/shown \d+/.exec(JSON.stringify(content["data"]))?.[0]}>`
          : streamText(content),
      )
      .join("");
    assert.ok(got === expected, "all lines, in order, before idle");
    assert.ok(result.iopub.length < 200, `${result.iopub.length} messages`);
  });

  it("sends a million lines within Jupyter Server's limits, and keeps little of them in memory", async function () {
    this.timeout(120_000);
    const lines = 1_000_000;
    const before = await residentMegabytes(kernel.process.pid!);
    const running = front.execute(`for (let i = 0; i < ${lines}; i++) console.log(i)`);
    await sleep(8000);
    const growth = (await residentMegabytes(kernel.process.pid!)) - before;
    assert.ok(growth < 100, `${growth} MB more in the middle of it`);
    const { iopub } = await running;
    const streams = iopub.filter(({ header }) => header.msg_type === "stream");
    const text = streams.map(({ content }) => streamText(content)).join("");
    assert.ok(text === Array.from({ length: lines }, (_, i) => `${i}\n`).join(""), "complete and in order");
    // https://jupyter-server.readthedocs.io: iopub_data_rate_limit, 1 MB/s as a mean over 3 s
    const sent = streams.map(({ header, content }) => ({
      at: Date.parse(header.date),
      bytes: JSON.stringify(content).length,
    }));
    for (const { at } of sent) {
      const window = sent.filter((message) => message.at >= at && message.at < at + 3000);
      const bytes = window.reduce((sum, message) => sum + message.bytes, 0);
      assert.ok(bytes < 3_000_000, `${bytes} bytes within 3 s`);
    }
  });

  it("asks only the front end that runs the cell for input", async () => {
    const other = await kernel.connect();
    const id = front.send("execute_request", {
      code: "console.log('hi ' + await input('name? '))",
      allow_stdin: true,
    });
    await front.until(() => front.questions.length === 1);
    assert.deepEqual(front.questions[0]?.content, { prompt: "name? ", password: false });
    other.send("input_reply", { value: "Mallory" }, { channel: "stdin" });
    front.send("input_reply", { value: "Alice" }, { channel: "stdin" });
    assert.equal((await front.result(id)).text(), "hi Alice\n");
    assert.equal(other.questions.length, 0);
    await front.until(() => other.received.some(({ content }) => content["text"] === "hi Alice\n"));
    other.close();
  });

  it("runs cells of subshells while the main shell waits", async () => {
    const { reply } = await front.request("create_subshell_request", {}, { channel: "control" });
    const subshell = String(reply["subshell_id"]);
    const waiting = front.send("execute_request", {
      code: "await new Promise((resolve) => (globalThis.release = resolve))",
    });
    const inside = await front.request(
      "execute_request",
      { code: "release(); console.log('from the subshell')" },
      { subshell },
    );
    assert.equal(inside.text(), "from the subshell\n");
    assert.equal((await front.result(waiting)).reply["status"], "ok");
    await front.request("delete_subshell_request", { subshell_id: subshell }, { channel: "control" });
  });

  it("carries comm messages with buffers both ways", async () => {
    await front.execute(`
      const { registerTarget } = globalThis[Symbol.for("Jupyter.host")];
      registerTarget("doubler", (comm) => {
        comm.onMessage = ({ data, buffers }) => {
          console.log("asked");
          comm.send({ twice: data.n * 2 }, { buffers: [buffers[0].map((byte) => byte * 2)] });
        };
      });`);
    await front.request(
      "comm_open",
      { comm_id: "c1", target_name: "doubler", data: {} },
      { hasReply: false },
    );
    const { reply } = await front.request("comm_info_request", { target_name: "doubler" });
    assert.deepEqual(reply["comms"], { c1: { target_name: "doubler" } });
    const id = front.send(
      "comm_msg",
      { comm_id: "c1", data: { n: 21 } },
      { buffers: [Buffer.from([1, 2, 3])] },
    );
    const answer = () =>
      front.received.find(
        ({ header, content }) => header.msg_type === "comm_msg" && content["comm_id"] === "c1",
      );
    await front.until(() => answer() !== undefined);
    assert.deepEqual(answer()?.content, { comm_id: "c1", data: { twice: 42 } });
    assert.deepEqual(
      answer()?.buffers.map((buffer) => [...buffer]),
      [[2, 4, 6]],
    );
    await front.until(() =>
      front.received.some(
        ({ content, parentHeader }) => content["text"] === "asked\n" && parentHeader.msg_id === id,
      ),
    );
    const unknown = front.send("comm_open", { comm_id: "c2", target_name: "nobody", data: {} });
    await front.until(() =>
      front.received.some(
        ({ header, parentHeader }) => header.msg_type === "comm_close" && parentHeader.msg_id === unknown,
      ),
    );
  });

  it("ignores garbage on every channel", async () => {
    for (const channel of ["shell", "control", "stdin"] as const) {
      await front.sendRaw([Buffer.from("garbage")], channel);
      await front.sendRaw(
        ["<IDS|MSG>", "0".repeat(64), '{"msg_id":"1","msg_type":"shutdown_request"}', "{}", "{}", "{}"].map(
          (frame) => Buffer.from(frame),
        ),
        channel,
      );
    }
    assert.equal((await front.execute("1")).reply["status"], "ok");
    assert.match(kernel.log, /dropped a message on control: its signature is forged/);
  });

  for (const [what, code] of [
    ["process.exit()", "process.exit(3)"],
    ["process.abort()", "process.abort()"],
    ["kill -9", "process.kill(process.pid, 'SIGKILL'); await new Promise(() => {})"],
  ] as const) {
    it(`survives ${what} in a cell: says what happened, and works again within 2 s`, async () => {
      await takesAtMost(2000, async () => {
        const died = await front.execute(code);
        assert.equal(died.reply["status"], "error");
        assert.deepEqual(outputs(died).slice(-1), ["error"]);
        assert.equal((await front.execute("console.log('alive')")).text(), "alive\n");
      });
    });
  }

  it("says below the latest cell that its runner was killed between cells", async () => {
    const result = await front.execute("console.log(`${process.pid}`)");
    process.kill(Number(result.text()), "SIGKILL");
    await front.until(() =>
      front.received.some(
        ({ content, parentHeader }) =>
          parentHeader.msg_id === result.iopub[0]?.parentHeader.msg_id && content["name"] === "stderr",
      ),
    );
    assert.equal((await front.execute("console.log('alive')")).text(), "alive\n");
  });
});

describe("the end of a kernel process", function () {
  this.timeout(30_000);
  let kernel: KernelProcess;
  let front: FrontEnd;
  beforeEach(async () => {
    kernel = await KernelProcess.start();
    front = await kernel.connect();
    await front.execute("require('node:child_process').spawn('sleep', ['1000'])");
  });
  afterEach(async () => {
    front.close();
    await kernel.dispose();
  });

  const ways: [string, () => Promise<unknown>][] = [
    ["shutdown_request", () => front.request("shutdown_request", { restart: false }, { channel: "control" })],
    [
      "shutdown_request while a cell spins",
      () => {
        front.send("execute_request", { code: "while (true) {}" });
        return sleep(100).then(() =>
          front.request("shutdown_request", { restart: true }, { channel: "control" }),
        );
      },
    ],
    ["SIGTERM", () => Promise.resolve(kernel.process.kill("SIGTERM"))],
  ];
  for (const [name, end] of ways) {
    it(`by ${name} leaves no process behind`, async () => {
      const family = await descendants(kernel.process.pid!);
      assert.ok(family.length >= 2, "the runner and its child");
      const start = Date.now();
      await end();
      assert.equal(await kernel.ended(), 0);
      assert.ok(Date.now() - start < 2000, `${Date.now() - start} ms`);
      await assertGone(family, 1000);
    });
  }

  it("by kill -9 leaves no process behind", async () => {
    const family = await descendants(kernel.process.pid!);
    kernel.process.kill("SIGKILL");
    await assertGone(family, 3000);
  });
});

describe("a kernel whose server has died", function () {
  this.timeout(30_000);

  it("ends by itself", async () => {
    const kernel = await KernelProcess.start({ viaServer: true });
    const front = await kernel.connect();
    await front.execute("1");
    const family = await descendants(kernel.process.pid!);
    assert.ok(family.length >= 2, "the kernel and its runner");
    kernel.process.kill("SIGKILL");
    await assertGone(family, 4000);
    front.close();
    await kernel.dispose();
  });
});

describe("the history of kernels", function () {
  this.timeout(30_000);

  it("is there in the next one", async () => {
    const folder = await mkdtemp(join(tmpdir(), "manabi-history-"));
    const env = { MANABI_HISTORY: join(folder, "history.sqlite") };
    for (const code of ["1 + 1", "2 + 2"]) {
      const kernel = await KernelProcess.start({ env });
      const front = await kernel.connect();
      await front.execute(code);
      if (code === "2 + 2") {
        const { reply } = await front.request("history_request", {
          hist_access_type: "tail",
          n: 5,
          output: true,
        });
        assert.deepEqual(reply["history"], [
          [1, 1, ["1 + 1", "2"]],
          [2, 1, ["2 + 2", "4"]],
        ]);
      }
      front.close();
      await kernel.dispose();
    }
    await rm(folder, { recursive: true });
  });
});

describe("a kernel that cannot start", function () {
  this.timeout(30_000);

  it("says why and ends, with all that it started", async () => {
    const first = await KernelProcess.start();
    const front = await first.connect();
    const second = await KernelProcess.start({ connection: first.connection });
    assert.equal(await second.ended(), 1);
    assert.match(second.log, /the kernel cannot start: .*Address already in use/);
    assert.equal((await front.execute("1")).reply["status"], "ok");
    front.close();
    await Promise.all([first.dispose(), second.dispose()]);
  });
});

function streamText({ text }: JsonObject): string {
  return typeof text === "string" ? text : "";
}
