import assert from "node:assert/strict";
import { KernelProcess } from "../kernel-process.js";

describe("kernel/front log", function () {
  this.timeout(30_000);

  const logOf = async (env: NodeJS.ProcessEnv): Promise<string> => {
    const kernel = await KernelProcess.start({ env });
    const front = await kernel.connect();
    await front.execute("import { sep } from 'node:path'; 1 + 1");
    front.close();
    await kernel.dispose();
    return kernel.log;
  };

  it("traces messages and what the runner does with MANABI_LOG=debug, and is silent without", async () => {
    const log = await logOf({ MANABI_LOG: "debug" });
    for (const line of [
      /^\[manabi .*Z\] starts a runner$/m,
      /received execute_request on shell \{.*code: "import/,
      /runner: cell \[1\] becomes \(async function/,
      /sends execute_reply \{.*status: 'ok'/,
      /the runner has ended: the kernel was shut down/,
    ])
      assert.match(log, line);
    assert.equal(await logOf({ MANABI_LOG: "" }), "");
  });
});
