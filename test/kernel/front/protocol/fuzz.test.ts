import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Bench, type CapturedLog, captureLog } from "../../fakes.js";

/** Random numbers that are the same in every run. */
function* bytes(seed: string): Generator<number, never> {
  for (let block = 0; ; block++) yield* createHash("sha256").update(`${seed} ${block}`).digest();
}

describe("a kernel under fire", () => {
  let log: CapturedLog;
  before(() => (log = captureLog()));
  after(() => log.release());

  it("is not moved by 10,000 damaged, forged and replayed messages", async () => {
    const bench = new Bench();
    await bench.execute("first");
    const { frames: replayed } = bench.frames("execute_request", { code: "replayed" });
    bench.sockets.onMessage("shell", replayed);
    await bench.kernel.publisher.flush();
    const random = bytes("fuzz");
    const below = (limit: number) => ((random.next().value << 8) | random.next().value) % limit;
    const before = bench.sockets.received.length;
    for (let n = 0; n < 10_000; n++) {
      let frames: Uint8Array[] = bench
        .frames("execute_request", { code: `forged ${n}` })
        .frames.map((frame) => Buffer.from(frame));
      if (below(4) === 0) frames = replayed;
      else {
        // Any change from the signature on makes it invalid: of a byte, a frame missing or added, garbage.
        const at = 2 + below(5);
        const frame = frames[at]!;
        const change = below(4);
        if (change === 0) frame[below(frame.length)]! ^= 1 + below(255);
        else if (change === 1) frames.splice(at, 1);
        else if (change === 2) frames.splice(at, 0, Buffer.from([below(256), below(256)]));
        else
          frames = Array.from({ length: below(9) }, () =>
            Buffer.from(Array.from({ length: below(40) }, () => below(256))),
          );
      }
      bench.sockets.onMessage((["shell", "control", "stdin"] as const)[below(3)]!, frames);
    }
    assert.equal(bench.sockets.received.length, before, "nothing is sent because of them");
    assert.deepEqual(
      bench.runner.executed.map(({ code }) => code),
      ["first", "replayed"],
    );
    assert.equal((await bench.execute("last")).reply["execution_count"], 3);
  });

  it("answers properly signed nonsense by errors, and always ends with idle", async () => {
    const bench = new Bench({ key: "" });
    const random = bytes("nonsense");
    const pick = <T>(values: readonly T[]): T => values[random.next().value % values.length]!;
    const requests = [
      "execute_request",
      "complete_request",
      "inspect_request",
      "is_complete_request",
      "history_request",
      "comm_info_request",
      "comm_open",
      "comm_msg",
      "nonsense_request",
      "__proto__",
      "constructor",
    ];
    const fields = [
      "code",
      "cursor_pos",
      "silent",
      "user_expressions",
      "hist_access_type",
      "n",
      "comm_id",
      "target_name",
      "detail_level",
      "__proto__",
    ];
    const values = ["", "a", "😀", -1, 1e300, 0.5, null, true, [], {}, { a: 1 }, [[[]]]];
    for (let n = 0; n < 500; n++) {
      const content = Object.fromEntries([1, 2, 3, 4].map(() => [pick(fields), pick(values)]));
      const answer = await bench.ask(pick(requests), content);
      const states = answer.iopub.map(({ content: { execution_state } }) => execution_state).filter(Boolean);
      assert.deepEqual(states, ["busy", "idle"]);
    }
    assert.equal((await bench.execute("1")).reply["status"], "ok");
  });
});
