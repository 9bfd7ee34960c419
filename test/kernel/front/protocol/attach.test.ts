import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { Bench, failure, ok, type Answer, types } from "../../fakes.js";

/** What a front end shows, without colours. */
function shown({ iopub }: Answer): unknown[] {
  return iopub.flatMap(({ header, content }): unknown[] => {
    if (header.msg_type === "stream") return [stripVTControlCharacters(String(content["text"]))];
    return "data" in content ? [content["data"]] : header.msg_type === "error" ? [content["ename"]] : [];
  });
}

describe("%attach", () => {
  let bench: Bench;
  /** Ends the running cell. */
  let end: () => void;
  beforeEach(() => {
    bench = new Bench();
    bench.runner.run = ({ code }, send) => {
      if (code === "quick") {
        void send({ type: "execute_result", data: { "text/plain": "done" }, metadata: {} });
        return ok();
      }
      if (code === "wrong") return failure("RangeError");
      void send({ type: "stream", name: "stdout", text: "epoch 1\n" });
      void send({ type: "display_data", data: { "text/plain": "10 %" }, metadata: {}, displayId: "bar" });
      void send({
        type: "update_display_data",
        data: { "text/plain": "20 %" },
        metadata: {},
        displayId: "bar",
      });
      return new Promise((resolve) => {
        end = () => {
          void send({ type: "stream", name: "stdout", text: "epoch 2\n" });
          resolve(ok());
        };
      });
    };
  });
  afterEach(() => bench.kernel.stop());

  const started = (id: string): Promise<void> =>
    bench.until(() => bench.caused(id).some(({ header }) => header.msg_type === "update_display_data"));

  it("shows the running cell's outputs, goes on with it, and with the cells that wait", async () => {
    const training = bench.send("execute_request", { code: "training" });
    bench.send("execute_request", { code: "quick" });
    await started(training);
    const attached = bench.send("execute_request", { code: "%attach" });
    await bench.until(() => bench.caused(attached).some(({ header }) => header.msg_type === "display_data"));
    end();
    const answer = await bench.answer(attached);
    const [first, bar, ...others] = shown(answer);
    assert.deepEqual([first, bar], ["In [1]:\nepoch 1\n", { "text/plain": "20 %" }]);
    assert.equal(others.slice(0, -1).join(""), "epoch 2\nIn [3]:\n");
    assert.deepEqual(others.at(-1), { "text/plain": "done" });
    assert.equal(answer.reply["status"], "ok");
    assert.deepEqual(types(answer).slice(0, 2), ["busy", "execute_input"]);
  });

  it("shows outputs of cells that have ended", async () => {
    assert.deepEqual(shown(await bench.execute("%attach")), ["No cell has run yet.\n"]);
    await bench.execute("quick");
    await bench.execute("wrong");
    assert.deepEqual(shown(await bench.execute("%attach 2")), [{ "text/plain": "done" }]);
    assert.deepEqual(shown(await bench.execute("%attach 3")), ["RangeError"]);
    assert.deepEqual(shown(await bench.execute("%attach 99")), [
      "The outputs of In [99] are not known any more.\n",
    ]);
  });

  it("knows what a cell shows at last, and the end of what is long", async () => {
    bench.runner.run = async (_, send) => {
      await send({ type: "stream", name: "stdout", text: "gone" });
      await send({ type: "clear_output", wait: true });
      for (let n = 0; n < 300; n += 1)
        await send({ type: "stream", name: "stdout", text: `${"x".repeat(10_000)}\n` });
      await send({ type: "stream", name: "stdout", text: "last\n" });
      return ok();
    };
    await bench.execute("long");
    const text = shown(await bench.execute("%attach 1")).join("");
    assert.ok(text.endsWith("x\nlast\n") && text.length < 1_100_000 && !text.includes("gone"));
  });
});
