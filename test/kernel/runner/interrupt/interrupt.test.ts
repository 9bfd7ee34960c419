import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import type { RunnerOutput } from "../../../../src/kernel/contracts.js";
import { failed, pause, RunnerHarness } from "../harness.js";

/** A program that prints on when it is interrupted. */
const unstoppable = JSON.stringify("trap '' INT; for i in $(seq 200); do echo tick; sleep 0.01; done");

const isDisplay = (output: RunnerOutput): output is Extract<RunnerOutput, { type: "display_data" }> =>
  output.type === "display_data";

describe("kernel/runner interrupt", function () {
  this.timeout(60_000);
  let harness: RunnerHarness;
  before(async () => {
    harness = new RunnerHarness();
    await harness.runner.start();
    await harness.run(`
      const kept = { by: 'the runner' };
      const emitter = new (require('node:events'))();
      setInterval(() => emitter.emit('beat'), 5);`);
    harness.write(
      "ticks.ts",
      `export async function ticks(print: (text: string) => void, wait: (done: () => void) => void) {
         for (;;) { await new Promise<void>(wait); print("tick"); await new Promise((resolve) => setImmediate(resolve)); }
       }`,
    );
  });
  after(() => harness.stop());

  const forms: Record<string, string> = {
    "a loop": "while (true) {}",
    "a loop after an await": "await new Promise((resolve) => setTimeout(resolve, 5)); while (true) {}",
    "a loop in a microtask": "await Promise.resolve().then(() => { while (true) {} })",
    "a loop that awaits": "while (true) await null",
    "a loop that prints": "while (true) console.log('x'.repeat(500))",
    "a pending promise": "await new Promise(() => {})",
    "a loop in an immediate": "setImmediate(() => { while (true) {} }); await new Promise(() => {})",
    "a loop in an immediate behind another":
      "setTimeout(() => { setImmediate(() => {}); setImmediate(() => { while (true) {} }); }); await new Promise(() => {})",
    "a regular expression": "/^(a+)+$/.test('a'.repeat(50) + 'b')",
    "a blocking wait": "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
    "a child process that is waited for": "require('node:child_process').execSync('sleep 30')",
    "an unanswered question": "await input('name? ')",
    "an unanswered question that blocks": "prompt('name? ')",
  };
  for (const [name, code] of Object.entries(forms)) {
    it(`ends ${name} and keeps all state`, async () => {
      const cell = harness.run(code);
      await pause(200);
      await harness.runner.interrupt();
      assert.equal(failed(await cell).ename, "Interrupted");
      assert.equal(await harness.result("kept.by"), "'the runner'");
      assert.deepEqual(harness.replaced, []);
    });
  }

  const sleepers: Record<string, string> = {
    "at the top level": "for (;;) { await require('node:fs/promises').stat('/'); console.log('tick'); }",
    "in a function, by a timer":
      "async function ticks() { for (;;) { await new Promise((resolve) => setTimeout(resolve, 10)); console.log('tick'); } }; await ticks()",
    "in a function, by node:timers/promises":
      "import { setTimeout as sleep } from 'node:timers/promises'; const run = async () => { for (;;) { await sleep(10); console.log('tick'); } }; await run()",
    "in a function, for a file":
      "import { stat } from 'node:fs/promises'; async function ticks() { for (;;) { await stat('/'); console.log('tick'); } }; await ticks()",
    "in a function, for answers of a server, whatever errors it catches": `
      const server = require('node:http').createServer((_, answer) => answer.end('tick'));
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      const url = 'http://127.0.0.1:' + server.address().port;
      async function ticks() {
        for (;;) try { console.log(await (await fetch(url)).text()); } catch { console.log('caught'); }
      }
      await ticks();`,
    "by an interval": "setInterval(() => console.log('tick'), 10); await new Promise(() => {})",
    "at the top level, for parts of a stream": `
      const { Readable } = require('node:stream');
      for await (const part of Readable.from((function* () { for (;;) yield 'tick'; })())) {
        await new Promise((resolve) => require('node:fs').stat('/', resolve));
        console.log(part);
      }`,
    "in a function, for parts of a stream": `
      import { spawn } from 'node:child_process';
      const read = async () => { for await (const part of spawn('sh', ['-c', ${unstoppable}]).stdout) console.log(String(part)); };
      await read();`,
    "in a function, for a file handle": `
      import { open } from 'node:fs/promises';
      const handle = await open('/dev/zero');
      const read = async () => { for (;;) { await handle.read(Buffer.alloc(9)); console.log('tick'); } };
      await read();`,
    "in a method, for node:http": `
      const http = require('node:http');
      const web = http.createServer((_, answer) => setTimeout(() => answer.end('tick'), 5));
      await new Promise((resolve) => web.listen(0, '127.0.0.1', resolve));
      const get = () => new Promise((resolve) => http.get(web.address(), (answer) => resolve(answer.statusCode)));
      class Loop { async run() { for (;;) { await get(); console.log('tick'); } } }
      await new Loop().run();`,
    "in a function, for a child process": `
      const run = require('node:util').promisify(require('node:child_process').execFile);
      const ticks = async () => { for (;;) console.log((await run('echo', ['tick'])).stdout); };
      await ticks();`,
    "in a generator, for the messages of a thread": `
      const { Worker } = require('node:worker_threads');
      const worker = new Worker("setInterval(() => require('node:worker_threads').parentPort.postMessage('tick'), 5)", { eval: true });
      async function* messages() { for (;;) yield (await require('node:events').once(worker, 'message'))[0]; }
      for await (const message of messages()) console.log(message);`,
    "in a function, whatever errors it catches": `
      const { createConnection } = require('node:net');
      const refused = () => new Promise((_, reject) => createConnection({ path: '/nowhere' }).on('error', reject));
      async function retry() { for (;;) try { await refused(); } catch { console.log('tick'); } };
      await retry();`,
    "by events of a stream": `
      const { Readable } = require('node:stream');
      const endless = new Readable({ read() { setImmediate(() => this.push('tick')); } });
      await new Promise(() => endless.on('data', (part) => console.log(String(part))));`,
    "by events of an emitter of an earlier cell":
      "await new Promise(() => emitter.on('beat', () => console.log('tick')))",
    "by messages of a thread": `
      const { Worker } = require('node:worker_threads');
      const beating = new Worker("setInterval(() => require('node:worker_threads').parentPort.postMessage('tick'), 5)", { eval: true });
      beating.on('message', console.log);
      await new Promise(() => {});`,
    "by messages of a port": `
      const { port1, port2 } = new (require('node:worker_threads').MessageChannel)();
      emitter.on('beat', () => port1.postMessage('tick'));
      port2.onmessage = ({ data }) => console.log(data);
      port2.addEventListener('message', ({ data }) => console.log(data));
      await new Promise(() => {});`,
    "by requests to a server": `
      const listening = require('node:http').createServer((_, answer) => { console.log('tick'); answer.end(); });
      listening.listen(0, '127.0.0.1', () => emitter.on('beat', () =>
        require('node:http').get({ port: listening.address().port }).on('error', () => undefined)));
      await new Promise(() => {});`,
    "by connections to a server, whose end is an error": `
      const accepting = require('node:net').createServer(() => console.log('tick'));
      accepting.listen(0, '127.0.0.1', () => emitter.on('beat', () => {
        for (let n = 0; n < 5; n += 1) require('node:net').connect(accepting.address().port, '127.0.0.1');
      }));
      await new Promise(() => {});`,
    "by a file that is watched": `
      const { watch, writeFileSync } = require('node:fs');
      watch('.', () => console.log('tick'));
      emitter.on('beat', () => writeFileSync('watched', ''));
      await new Promise(() => {});`,
    "in a function of a local module":
      "import { ticks } from './ticks.ts'; await ticks(console.log, (done: () => void) => process.nextTick(done));",
  };
  for (const [name, code] of Object.entries(sleepers)) {
    it(`leaves nothing running of a loop that waits ${name}`, async () => {
      const cell = harness.run(code);
      await harness.waitFor(
        (output): output is Extract<typeof output, { type: "stream" }> =>
          output.type === "stream" && output.text.includes("tick"),
      );
      await harness.runner.interrupt();
      assert.equal(failed(await cell).ename, "Interrupted");
      harness.outputs.length = 0;
      await pause(100);
      assert.deepEqual(harness.outputs, []);
    });
  }

  it("goes on with what must be done in any case, and with nothing else", async () => {
    const cell = harness.run(`
      let caught = false, closed = false;
      const cancel = new AbortController();
      display('waiting');
      try { await require('node:events').once(process, 'never', { signal: cancel.signal }); }
      catch { caught = true; } finally { closed = true; }`);
    await harness.waitFor(isDisplay);
    await harness.runner.interrupt();
    assert.equal(failed(await cell).ename, "Interrupted");
    assert.equal(
      await harness.result("cancel.abort(); await new Promise(setImmediate); [caught, closed]"),
      "[ false, true ]",
    );
  });

  it("leaves functions that were interrupted fit for later cells, and their text for other programs", async () => {
    const cell = harness.run(
      "const wait = async (ms: number) => { await new Promise((resolve) => setTimeout(resolve, ms)); return 'waited'; };" +
        "display('waiting'); await wait(30_000)",
    );
    await harness.waitFor(isDisplay);
    await harness.runner.interrupt();
    await cell;
    assert.equal(await harness.result("await wait(1)"), "'waited'");
    const elsewhere = "await require('node:vm').runInNewContext('(' + wait + ')(1)', { setTimeout })";
    assert.equal(await harness.result(elsewhere), "'waited'");
  });

  it("lets what earlier cells have started go on", async () => {
    await harness.result("let beats = 0; const heart = setInterval(() => { beats += 1; }, 5);");
    const cell = harness.run("await new Promise(() => {})");
    await pause(50);
    await harness.runner.interrupt();
    await cell;
    const before = Number(await harness.result("beats"));
    assert.ok(
      Number(await harness.result("await new Promise((resolve) => setTimeout(resolve, 50)); beats")) > before,
    );
    await harness.result("clearInterval(heart)");
  });

  it("takes away listeners of the interrupted cell, and closes its servers, but none of an earlier cell", async () => {
    await harness.result(`
      const net = require('node:net');
      let beats = 0, requests = 0;
      const early = net.createServer((socket) => { requests += 1; socket.end(); }).listen(0, '127.0.0.1');
      emitter.on('beat', () => { beats += 1; });
      await require('node:events').once(early, 'listening');`);
    const cell = harness.run(`
      const others = Array.from({ length: 11 }, () => net.createServer().listen(0, '127.0.0.1'));
      const late = net.createServer().listen(0, '127.0.0.1');
      let heard = 0;
      const hear = () => { heard += 1; };
      emitter.on('beat', hear).prependListener('beat', hear);
      emitter.off('beat', hear);
      await require('node:events').once(late, 'listening');
      display([emitter.listenerCount('beat', hear), emitter.listeners('beat').includes(hear)]);
      await new Promise(() => {});`);
    const { data } = await harness.waitFor(isDisplay);
    assert.equal(stripVTControlCharacters(String(data["text/plain"])), "[ 1, true ]");
    await harness.runner.interrupt();
    assert.equal(failed(await cell).ename, "Interrupted");
    assert.equal(harness.text(), "");
    assert.equal(
      await harness.result(`
        const since = [beats, heard];
        await new Promise((resolve) => net.connect(early.address().port, '127.0.0.1').resume().on('close', resolve));
        await new Promise((resolve) => setTimeout(resolve, 50));
        early.close();
        [[late, ...others].some(({ listening }) => listening), beats > since[0], heard > since[1], requests]`),
      "[ false, true, false, 1 ]",
    );
  });

  it("works a hundred times in a row, at any moment", async () => {
    for (let i = 0; i < 100; i += 1) {
      const cell = harness.run(
        i % 2 === 0 ? "while (true) {}" : "for (let j = 0; j < 3e5; j++) Math.sqrt(j);",
      );
      await pause(Math.random() * 12);
      await harness.runner.interrupt();
      await cell;
      // The next cell must not be hit.
      assert.equal(await harness.result(`${i} + 1`), String(i + 1));
    }
    assert.deepEqual(harness.replaced, []);
  });

  it("is harmless when nothing runs", async () => {
    for (let i = 0; i < 20; i += 1) await harness.runner.interrupt();
    assert.equal(await harness.result("kept.by"), "'the runner'");
  });

  it("ends a loop of code that makes its own stacks", async () => {
    const cell = harness.run(`
      const { prepareStackTrace, stackTraceLimit } = Error;
      Error.prepareStackTrace = () => { throw 'no stack'; };
      Error.stackTraceLimit = 0;
      display('spinning');
      for (;;) {}`);
    await harness.waitFor(isDisplay);
    await harness.runner.interrupt();
    assert.equal(failed(await cell).ename, "Interrupted");
    assert.equal(await harness.result("Error.stackTraceLimit"), "0");
    await harness.result("Object.assign(Error, { prepareStackTrace, stackTraceLimit });");
    assert.equal(await harness.result("kept.by"), "'the runner'");
    assert.deepEqual(harness.replaced, []);
  });

  it("says in which line the loop was", async () => {
    harness.outputs.length = 0;
    const cell = harness.run("function spin() {\n  for (;;) {}\n}\ndisplay(1); spin();");
    await harness.waitFor(isDisplay);
    // The output is on its way before the loop begins.
    await delay(200);
    await harness.runner.interrupt();
    const { text } = failed(await cell);
    assert.doesNotMatch(text, /anonymous|manabi/);
    assert.match(text, /at spin \(cell \[\d+\]:2:\d+\)\n.*\n +> 2 \| {3}for \(;;\) \{\}/);
  });
});
