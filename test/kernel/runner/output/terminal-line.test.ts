import assert from "node:assert/strict";
import { TerminalLine } from "../../../../src/kernel/runner/output/terminal-line.js";

/** What JupyterLab shows of a stream: "\r" goes back, what follows is written over what is there, unit by unit. */
function shown(text: string): string {
  const lines = [""];
  let column = 0;
  for (const unit of text.split("")) {
    const line = lines.at(-1) as string;
    if (unit === "\n") {
      lines.push("");
      column = 0;
    } else if (unit === "\r") column = 0;
    else {
      lines[lines.length - 1] = line.slice(0, column) + unit + line.slice(column + 1);
      column += 1;
    }
  }
  return lines.map((line) => line.trimEnd()).join("\n");
}

describe("kernel/runner terminal line", () => {
  const draw = (...steps: ((line: TerminalLine) => string)[]): string => {
    const line = new TerminalLine();
    return shown(steps.map((step) => step(line)).join(""));
  };
  const print = (text: string) => (line: TerminalLine) => line.print(text);

  it("hands on what moves nothing as it is", () => {
    const line = new TerminalLine();
    for (const text of ["one\ntwo", "\rthree\n", "\u001b[31mred\u001b[39m", "\b"])
      assert.equal(line.print(text), text);
  });

  it("is cleared and written anew", () => {
    assert.equal(
      draw(
        print("working 10 %"),
        (line) => line.clear(0),
        (line) => line.moveTo(0),
        print("done"),
      ),
      "done",
    );
    assert.equal(draw(print("a long line"), print("\r\u001b[Kshort")), "short");
    assert.equal(
      draw(print("\u001b[32mlong\u001b[39m line"), print("\u001b[2K\u001b[1G\u001b[31mx\u001b[39m\n")),
      "\u001b[31mx\u001b[39m\n",
    );
    assert.equal(
      draw(
        print("abcdef"),
        (line) => line.moveTo(3),
        (line) => line.clear(1),
      ),
      "abc",
    );
    assert.equal(
      draw(
        print("abcdef"),
        (line) => line.moveTo(3),
        (line) => line.clear(-1),
      ),
      "   def",
    );
  });

  it("keeps nothing of what it was, however often it is drawn", () => {
    const line = new TerminalLine();
    let text = "";
    for (let n = 0; n < 20; n += 1)
      text = line.moveTo(0) + line.clear(1) + line.print(`\u001b[36m${n}\u001b[39m loading`);
    assert.ok(text.length < 100, text);
    assert.equal(shown(line.print("\u001b7a\u001b8\n")), "a\n");
  });

  it("moves the cursor within it", () => {
    assert.equal(
      draw(print("abcdef"), (line) => line.moveTo(2), print("X")),
      "abXdef",
    );
    assert.equal(draw(print("abcdef\u001b[3DX")), "abcXef");
    assert.equal(draw(print("ab\u001b[5GX")), "ab  X");
    assert.equal(draw(print("first\nab\u001b[1;1HX")), "first\nXb");
  });

  it("knows nothing of rows above, the cursor's shape and other screens", () => {
    assert.equal(draw(print("one\ntwo\u001b[?25l\u001b[1A\u001b[?1049h!")), "one\ntwo!");
  });
});
