import assert from "node:assert/strict";
import type { RunnerOutput } from "../../src/kernel/contracts.js";
import { CellOutputs, type Displays } from "../../src/jobs/cell-outputs.js";

type Part = RunnerOutput extends infer Output
  ? Output extends { cellId: string }
    ? Omit<Output, "cellId">
    : never
  : never;

describe("jobs/cell-outputs", () => {
  const made = (displays: Displays, ...parts: Part[]): CellOutputs => {
    const outputs = new CellOutputs(3, displays);
    for (const part of parts) outputs.add({ cellId: "1", ...part });
    return outputs;
  };
  const print = (text: string, name: "stdout" | "stderr" = "stdout"): Part => ({
    type: "stream",
    name,
    text,
  });
  const show = (
    text: string,
    displayId: string,
    type: "display_data" | "update_display_data" = "display_data",
  ): Part => ({
    type,
    displayId,
    data: { "text/plain": text },
    metadata: {},
  });

  it("joins text of a stream, and keeps of a line written anew what came last", () => {
    const { outputs } = made(
      new Map(),
      print("a"),
      print("b\n10 %"),
      print("\r50 %"),
      print("\r"),
      print("100 %\r\n"),
      print("x\r\ny"),
      print("e", "stderr"),
      print("z"),
    );
    assert.deepEqual(
      outputs.map(({ name, text }) => [name, text]),
      [
        ["stdout", "ab\n100 %\nx\ny"],
        ["stderr", "e"],
        ["stdout", "z"],
      ],
    );
  });

  it("redraws a display in whichever cell it stands", () => {
    const displays: Displays = new Map();
    const first = made(displays, show("old", "a"), show("other", "b"));
    made(displays, show("new", "a", "update_display_data"), show("nowhere", "c", "update_display_data"));
    assert.deepEqual(
      first.outputs.map(({ data }) => data),
      [{ "text/plain": "new" }, { "text/plain": "other" }],
    );
  });

  it("clears at once, or when the next output comes", () => {
    assert.deepEqual(made(new Map(), print("a"), { type: "clear_output", wait: false }).outputs, []);
    const waiting = made(new Map(), print("a"), { type: "clear_output", wait: true });
    assert.equal(waiting.outputs.length, 1);
    waiting.add({ cellId: "1", type: "stream", name: "stdout", text: "b" });
    assert.deepEqual(waiting.outputs, [{ output_type: "stream", name: "stdout", text: "b" }]);
  });

  it("numbers results, and puts type errors first", () => {
    const outputs = made(new Map(), { type: "execute_result", data: {}, metadata: {} });
    outputs.findings("wrong");
    outputs.findings("");
    assert.deepEqual(
      outputs.outputs.map((each) => [each.output_type, each["execution_count"]]),
      [
        ["stream", undefined],
        ["execute_result", 3],
      ],
    );
  });
});
