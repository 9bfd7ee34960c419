import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { createCellService } from "../../../src/kernel/front/cell-service.js";
import type { CellService } from "../../../src/kernel/contracts.js";

/** Ids of the checkers that this process has started, or how many KiB of memory each has. */
function checkers(column: "pid" | "rss" = "pid"): number[] {
  const table = execFileSync("ps", ["-A", "-o", `${column}=,ppid=,args=`], { encoding: "utf8" });
  return table.split("\n").flatMap((line) => {
    const [value, parent, ...command] = line.trim().split(/\s+/);
    return Number(parent) === process.pid && command.includes("--api") ? [Number(value)] : [];
  });
}

describe("createCellService", function () {
  this.timeout(60_000);
  let service: CellService;
  beforeEach(async () => {
    // Those of other tests may still be ending.
    for (let tries = 0; tries < 500 && checkers().length > 0; tries += 1) await pause(20);
    service = createCellService({ cwd: tmpdir() });
  });
  afterEach(() => service.shutdown());

  const codes = async (code: string): Promise<number[]> => {
    const found = await service.check({ cellId: "1", executionCount: 1, code });
    return found.map((each) => each.code);
  };

  it("starts nothing before it is asked", () => assert.deepEqual(checkers(), []));

  it("answers all that it is asked, in order, and forgets cells", async () => {
    const [first, second, completions, help, completeness] = await Promise.all([
      codes("const a: number = 'x'"),
      codes("a.foo"),
      service.complete("a.toF", 5),
      service.inspect("a", 1, 0),
      service.isComplete("f("),
    ]);
    assert.deepEqual([first, second], [[2322], [2339]]);
    assert.deepEqual(
      completions.matches.map(({ text }) => text),
      ["toFixed"],
    );
    assert.equal(help?.["text/plain"], "const a: number");
    assert.equal(completeness.status, "incomplete");
    await service.reset();
    assert.deepEqual(await codes("a"), [2304]);
  });

  it("does not remember a cell that is not run because it is wrong", async () => {
    await codes("let size: number = 1");
    const check = { cellId: "2", executionCount: 2, unlessWrong: true };
    assert.equal((await service.check({ ...check, code: "let size: string = 1" })).length, 1);
    assert.deepEqual(await codes("size.toFixed()"), []);
    assert.deepEqual(await service.check({ ...check, code: "let size = 'large'" }), []);
    assert.deepEqual(await codes("size.toFixed()"), [2551]);
  });

  it("knows cells whose findings nobody waits for, at once when asked and else when there is time", async () => {
    const add = (code: string): void => service.add({ cellId: "1", executionCount: 1, code });
    add("const later: string = 1");
    add("const last = later");
    assert.deepEqual(checkers(), []);
    assert.equal((await service.inspect("last", 1, 0))?.["text/plain"], "const last: string");
    await service.shutdown();
    service = createCellService({ cwd: tmpdir() });
    add("let unasked = 1");
    while (checkers().length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  });

  it("does not keep what it knew before each of many cells that come at once", async () => {
    await codes("let first = 1");
    const [before] = checkers("rss");
    for (let n = 0; n < 700; n += 1)
      service.add({ cellId: "1", executionCount: 1, code: `let name${n} = ${n}` });
    assert.equal((await service.inspect("name699", 1, 0))?.["text/plain"], "let name699: number");
    // 200 MiB with all of it.
    assert.ok(checkers("rss")[0]! < before! + 80 * 1024, `${before} KiB before, ${checkers("rss")[0]} after`);
  });

  it("survives the death of the checker", async () => {
    await codes("let kept = 1");
    const [pid] = checkers();
    assert.ok(pid);
    process.kill(pid, "SIGKILL");
    const [notice, finding] = await service.check({ cellId: "2", executionCount: 2, code: "kept.foo" });
    assert.match(notice?.message ?? "", /type checker was restarted/);
    assert.equal(finding?.code, 2339);
    assert.deepEqual(await codes("kept"), []);
  });

  it("ends a checker that hangs, and says so once", async () => {
    await service.shutdown();
    service = createCellService({ cwd: tmpdir(), patienceMs: 10_000 });
    await codes("let kept = 1");
    const stop = () => process.kill(checkers()[0]!, "SIGSTOP");
    stop();
    const [notice, finding] = await service.check({ cellId: "2", executionCount: 2, code: "kept.foo" });
    assert.match(notice?.message ?? "", /type checker was restarted/);
    assert.equal(finding?.code, 2339);
    assert.deepEqual(await codes("kept"), []);
    stop();
    await service.shutdown();
    assert.deepEqual(checkers(), []);
  });

  it("does not look at cells of 100 MB", async () => {
    const code = `let a = "${"x".repeat(1e8)}"`;
    assert.deepEqual(await codes(code), [0]);
    assert.deepEqual((await service.complete(code, 3)).matches, []);
    assert.equal(await service.inspect(code, 4, 0), undefined);
    assert.deepEqual(checkers(), []);
  });

  it("survives code that is nested too deep for a parser", async () => {
    await codes("[".repeat(900) + "]".repeat(900));
    await codes(`${"1 ? 2 : ".repeat(5000)}3`);
    await assert.rejects(codes("[".repeat(5000)), /nested more than 1000 levels deep/);
    assert.deepEqual(await codes("let still: number = 'there'"), [2322]);
  });

  it("leaves no process behind, and refuses to work afterwards", async () => {
    await service.start();
    assert.equal(checkers().length, 1);
    await service.shutdown();
    assert.deepEqual(checkers(), []);
    await assert.rejects(service.isComplete("1"), /has been shut down/);
  });
});
