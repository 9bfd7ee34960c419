import assert from "node:assert/strict";
import { inspect } from "node:util";
import { display } from "../../src/host/display.js";
import { displaySymbol, type MimeBundle } from "../../src/host/host.js";
import { html } from "../../src/host/mime.js";
import { SelfShowing } from "../../src/host/self-showing.js";

type Sent = { bundle: unknown; displayId?: string | undefined; update?: boolean | undefined };

/** Runs `body` with properties on globalThis as a host sets them. */
async function withGlobals(globals: Record<PropertyKey, unknown>, body: () => unknown): Promise<void> {
  Object.assign(globalThis, globals);
  try {
    await body();
  } finally {
    for (const key of Reflect.ownKeys(globals)) Reflect.deleteProperty(globalThis, key);
  }
}

describe("display", () => {
  it("sends to Manabi's kernel before it returns, and updates the same output", async () => {
    const sent: Sent[] = [];
    const host = { display: (bundle: MimeBundle, options: object) => sent.push({ bundle, ...options }) };
    await withGlobals({ [Symbol.for("Jupyter.host")]: host }, async () => {
      const shown = display(html("1"));
      assert.equal(sent.length, 1);
      const handle = await shown;
      await handle.update(html("2"));
      assert.deepEqual(sent, [
        { bundle: { "text/html": "1", "text/plain": "1" }, displayId: handle.displayId, update: false },
        { bundle: { "text/html": "2", "text/plain": "2" }, displayId: handle.displayId, update: true },
      ]);
    });
  });

  it("shows values that draw themselves later, and plain ones as console.log does", async () => {
    const sent: unknown[] = [];
    const host = { display: (bundle: MimeBundle) => sent.push(bundle) };
    await withGlobals({ [Symbol.for("Jupyter.host")]: host }, async () => {
      await display({ [displaySymbol]: () => Promise.resolve({ "text/html": "later" }) });
      await display("text");
      await display({ a: [1] });
      assert.deepEqual(sent, [
        { "text/html": "later" },
        { "text/plain": "text" },
        { "text/plain": "{ a: [ 1 ] }" },
      ]);
    });
  });

  it("broadcasts in Deno's kernel", async () => {
    const sent: unknown[] = [];
    const jupyter = {
      broadcast: (type: string, content: unknown) => Promise.resolve(sent.push([type, content])),
    };
    await withGlobals({ Deno: { jupyter } }, async () => {
      const { displayId, update } = await display(html("x"));
      await update(html("y"));
      const transient = { display_id: displayId };
      assert.deepEqual(sent, [
        ["display_data", { data: { "text/html": "x", "text/plain": "x" }, metadata: {}, transient }],
        ["update_display_data", { data: { "text/html": "y", "text/plain": "y" }, metadata: {}, transient }],
      ]);
    });
  });

  it("uses tslab's display objects under tslab, one MIME type each", async () => {
    const sent: unknown[] = [];
    const tslab = { newDisplay: () => ({ raw: (...content: string[]) => sent.push(content) }) };
    await withGlobals({ __tslab__: { require: () => tslab } }, async () => {
      const { update } = await display(html("x"));
      await update({ [displaySymbol]: () => ({ "text/plain": "y", "image/svg+xml": "<svg/>" }) });
      assert.deepEqual(sent, [
        ["text/html", "x"],
        ["image/svg+xml", "<svg/>"],
      ]);
    });
  });
});

describe("SelfShowing", () => {
  const picture = (): SelfShowing => new SelfShowing(() => ({ "text/html": "<b>", "text/plain": "[b]" }));

  it("draws once, at the first look", () => {
    let draws = 0;
    const value = new SelfShowing(() => ({ draws: ++draws }));
    assert.equal(draws, 0);
    value[displaySymbol]();
    value[displaySymbol]();
    assert.equal(draws, 1);
  });

  it("prints its text in a terminal", () => {
    assert.equal(inspect(picture()), "[b]");
    assert.equal(inspect({ picture: picture() }), "{ picture: [b] }");
  });

  it("sends itself when tslab prints the value that ends a cell, not when it is inside of another", async () => {
    const sent: unknown[] = [];
    const tslab = { display: { raw: (...content: string[]) => sent.push(content) } };
    await withGlobals({ __tslab__: { require: () => tslab } }, () => {
      assert.equal(inspect({ picture: picture() }), "{ picture: [b] }");
      assert.deepEqual(sent, []);
      assert.equal(inspect(picture()), "");
      assert.deepEqual(sent, [["text/html", "<b>"]]);
    });
  });
});
