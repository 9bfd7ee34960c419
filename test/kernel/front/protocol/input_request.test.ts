import assert from "node:assert/strict";
import { Bench, ok } from "../../fakes.js";

describe("input_request", () => {
  /** A kernel whose cells ask for their code. */
  function askingBench() {
    const bench = new Bench();
    const ends = new Map<string, () => void>();
    bench.runner.run = async ({ code }, send) => {
      void send({ type: "stream", name: "stdout", text: "before" });
      void send({ type: "input_request", prompt: code, password: code === "secret", requestId: code });
      await new Promise<void>((resolve) => ends.set(code, resolve));
      return ok();
    };
    bench.runner.inputReply = (requestId, value) => {
      bench.runner.inputReplies.push({ requestId, value });
      ends.get(requestId)?.();
    };
    const questions = () => bench.sockets.received.filter(({ channel }) => channel === "stdin");
    return { bench, questions };
  }

  it("goes only to the front end that runs the cell, after what the cell printed", async () => {
    const { bench, questions } = askingBench();
    const id = bench.send("execute_request", { code: "secret", allow_stdin: true }, { from: "alice" });
    await bench.until(() => questions().length > 0);
    const [question] = questions();
    assert.deepEqual(question?.identities.map(String), ["alice"]);
    assert.deepEqual(question?.content, { prompt: "secret", password: true });
    assert.equal(question?.parentHeader.msg_id, id);
    assert.equal(bench.sockets.received.at(-2)?.content["text"], "before");
    bench.send("input_reply", { value: "not me" }, { channel: "stdin", from: "bob" });
    bench.send("input_reply", { value: 42 }, { channel: "stdin", from: "alice" });
    bench.send("input_reply", { value: "42" }, { channel: "stdin", from: "alice" });
    assert.equal((await bench.answer(id)).reply["status"], "ok");
    assert.deepEqual(bench.runner.inputReplies, [{ requestId: "secret", value: "42" }]);
  });

  it("is matched with its reply by the parent header where there is one", async () => {
    const { bench, questions } = askingBench();
    const { reply } = await bench.ask("create_subshell_request", {}, { channel: "control" });
    bench.send("execute_request", { code: "first" });
    bench.send(
      "execute_request",
      { code: "second" },
      { header: { subshell_id: String(reply["subshell_id"]) } },
    );
    await bench.until(() => questions().length === 2);
    const second = questions().find(({ content }) => content["prompt"] === "second")!;
    assert.ok("msg_id" in second.header);
    bench.send("input_reply", { value: "2" }, { channel: "stdin", parentHeader: second.header });
    bench.send("input_reply", { value: "1" }, { channel: "stdin" });
    assert.deepEqual(bench.runner.inputReplies, [
      { requestId: "second", value: "2" },
      { requestId: "first", value: "1" },
    ]);
  });

  it("is answered by nothing if the front end has gone", async () => {
    const { bench } = askingBench();
    const send = bench.sockets.send.bind(bench.sockets);
    bench.sockets.send = (channel, frames) =>
      channel === "stdin" ? Promise.reject(new Error("gone")) : send(channel, frames);
    assert.equal((await bench.execute("x")).reply["status"], "ok");
    assert.deepEqual(bench.runner.inputReplies, [{ requestId: "x", value: undefined }]);
  });
});
