import assert from "node:assert/strict";
import { newDetails } from "../../src/jobs/cell-details.js";
import { junitXml } from "../../src/jobs/junit.js";
import { code } from "./notebooks.js";

describe("jobs/junit", () => {
  it("tells of each cell, in XML that parses whatever is in it", () => {
    const started = new Date(1000);
    const error = {
      ename: "Error",
      evalue: 'a "<b>" \u0000\ud800',
      traceback: ["\u001b[31mError\u001b[39m ]]>"],
    };
    const details = [
      {
        ...newDetails(code("const a = 1 < 2"), 1, 4),
        state: "done" as const,
        started,
        ended: new Date(2500),
      },
      { ...newDetails(code("bad()"), 2, 4), state: "failed" as const, error },
      { ...newDetails(code("skip()"), 3, 4), state: "skipped" as const },
      newDetails(code("later()"), 4, 4),
    ];
    const xml = junitXml([{ name: "a&b.ipynb", details, started }]);
    assert.match(
      xml,
      /<testsuite name="a&#38;b\.ipynb" tests="4" failures="1" errors="0" skipped="2" time="1\.500" timestamp="1970-01-01T00:00:01\.000Z">/,
    );
    assert.match(xml, /name="cell 1: const a = 1 &#60; 2" time="1\.500"><\/testcase>/);
    assert.match(
      xml,
      /<failure type="Error" message="Error: a &#34;&#60;b&#62;&#34; \ufffd\ufffd">bad\(\)\n\nError \]\]&#62;<\/failure>/,
    );
    assert.match(xml, /name="cell 3: skip\(\)" time="0\.000"><skipped\/>/);
    assert.match(xml, /<skipped message="not reached"\/>/);
  });
});
