import assert from "node:assert/strict";
import { failed, pause, RunnerHarness, succeeded } from "../harness.js";

describe("kernel/runner process.stdin", () => {
  let harness: RunnerHarness;
  /** What the user types. */
  let answers: string[];
  before(async () => {
    harness = new RunnerHarness();
    const { onOutput } = harness.runner;
    harness.runner.onOutput = (output) => {
      void onOutput(output);
      if (output.type === "input_request")
        setImmediate(() => harness.runner.inputReply(output.requestId, answers.shift()));
    };
    await harness.runner.start();
    await harness.printed(
      "import readline from 'node:readline'; import promises from 'node:readline/promises';",
    );
  });
  after(() => harness.stop());

  const questions = (): number => harness.outputs.filter(({ type }) => type === "input_request").length;

  it("is asked by readline's callbacks, promises and lines, line by line, without an echo", async () => {
    answers = ["Ann", "42"];
    const io = "{ input: process.stdin, output: process.stdout }";
    assert.equal(
      await harness.printed(
        `const asking = readline.createInterface(${io});
         asking.question("name? ", (name) => { console.log(name + "!"); asking.question("age? ", (age) => { console.log(age); asking.close(); }); });
         undefined`,
      ),
      "name? Ann!\nage? 42\n",
    );
    assert.equal(questions(), 2);
    answers = ["Bob"];
    assert.equal(
      await harness.result(
        `const waiting = promises.createInterface(${io}); const who = await waiting.question("who? "); waiting.close(); who`,
      ),
      "'Bob'",
    );
    assert.equal(questions(), 1);
    answers = ["one", "two", "end"];
    assert.equal(
      await harness.result(
        "const lines = []; for await (const line of readline.createInterface(process.stdin)) { if (line === 'end') break; lines.push(line); } lines",
      ),
      "[ 'one', 'two' ]",
    );
  });

  it("gives what is typed as chunks, to its end", async () => {
    answers = ["one", "two"];
    assert.equal(
      await harness.result(
        "const chunks = []; for await (const chunk of process.stdin) chunks.push(String(chunk)); chunks",
      ),
      "[ 'one\\n', 'two\\n' ]",
    );
    assert.equal(questions(), 3);
  });

  it("has ended where nobody can answer", async () => {
    harness.outputs.length = 0;
    succeeded(
      await harness.run(
        "let all = ''; for await (const chunk of process.stdin) all += chunk; for await (const line of readline.createInterface(process.stdin)) all += line; console.log(all === '')",
        { allowStdin: false },
      ),
    );
    assert.equal(harness.text(), "true\n");
    assert.equal(questions(), 0);
    const prompt = failed(
      await harness.run(
        "readline.createInterface({ input: process.stdin, output: process.stdout, terminal: true })",
        {
          allowStdin: false,
        },
      ),
    );
    assert.match(prompt.evalue, /run without a front end that can answer/);
  });

  it("serves the next cell after an interrupt", async () => {
    const { onOutput } = harness.runner;
    harness.runner.onOutput = () => undefined;
    const cell = harness.run("for await (const chunk of process.stdin) console.log(String(chunk))");
    await pause(100);
    await harness.runner.interrupt();
    assert.equal(failed(await cell).ename, "Interrupted");
    harness.runner.onOutput = onOutput;
    answers = ["again"];
    assert.match(
      await harness.printed(
        "process.stdin.once('data', (line) => { console.log(String(line)); process.stdin.pause(); }); undefined",
      ),
      /again/,
    );
  });
});
