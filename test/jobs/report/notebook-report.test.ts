import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { newDetails } from "../../../src/jobs/cell-details.js";
import type { Notebook, Output } from "../../../src/jobs/notebook.js";
import { notebookReport } from "../../../src/jobs/report/notebook-report.js";
import { temporaryFolder } from "../../setup/sandbox.js";
import { code, markdownCell, notebookOf } from "../notebooks.js";

describe("jobs/report", function () {
  this.timeout(20_000);
  const reportOf = (notebook: Notebook, file = "note.ipynb"): string => {
    const cells = notebook.cells.filter((cell) => cell.cell_type === "code");
    const details = cells.map((cell, i) => ({
      ...newDetails(cell, i + 1, cells.length),
      state: "done" as const,
    }));
    const time = new Date(0);
    return notebookReport({ notebook, details, started: time, ended: time, parameters: {} }, file);
  };
  const ofBundle = (data: Record<string, unknown>): string => {
    const cell = code("1");
    cell.outputs = [{ output_type: "display_data", data, metadata: {} }];
    return reportOf(notebookOf(cell)).split('<div class="out">')[1]!;
  };
  const withOutput = (output: Output): string => {
    const cell = code("1");
    cell.outputs = [output];
    return reportOf(notebookOf(cell));
  };

  it("shows prose, formulas and code, and loads nothing", () => {
    const html = reportOf(
      notebookOf(markdownCell("# A & B\n\n$x^2$ and `code`\n\n```ts\nlet a = 1\n```"), "const a = 'x';"),
    );
    assert.match(html, /<title>A &#38; B<\/title>/);
    assert.match(html, /<math[^>]*>.*<msup><mi>x<\/mi><mn>2<\/mn><\/msup>/);
    assert.match(html, /<span class="hljs-keyword">const<\/span> a = <span class="hljs-string">/);
    assert.match(html, /Content-Security-Policy" content="default-src &#39;none&#39;; img-src data:/);
    assert.doesNotMatch(html, /<script|\b(src|href)="(?!data:|#)/);
  });

  it("takes the best static form of an output", () => {
    const svg = "<svg xmlns='http://www.w3.org/2000/svg'/>";
    const figure = {
      "application/vnd.plotly.v1+json": {},
      "image/svg+xml": svg,
      "text/html": "<img alt='p'>",
      "text/plain": "p",
    };
    assert.match(ofBundle(figure), /<img alt="p"><\/template>/);
    assert.match(
      ofBundle({ ...figure, "text/html": "<script>draw()</script>" }),
      /<img alt="p" src="data:image\/svg\+xml;base64,/,
    );
    assert.match(
      ofBundle({ "image/png": "AA\nBB\n", "text/plain": 'a "p"' }),
      /<img alt="a &#34;p&#34;" src="data:image\/png;base64,AABB">/,
    );
    assert.match(ofBundle({ "text/markdown": "**b**" }), /<strong>b<\/strong>/);
    assert.match(ofBundle({ "text/latex": "$$a$$" }), /<math/);
    assert.match(ofBundle({ "application/json": { a: 1 } }), /&#34;a&#34;: 1/);
    assert.match(ofBundle({ "x/y": 1 }), /no static form: x\/y/);
  });

  it("hostile outputs cannot act", () => {
    const attacks = [
      "<script>alert(1)</script>",
      "<img src=x onerror=alert(1)>",
      "<a href='javascript:alert(1)'>x</a>",
      "<iframe src='https://example.com'></iframe><form action='https://example.com'><input></form>",
      "</template></div><script>alert(1)</script>",
      "<svg><script>alert(1)</script><a xlink:href='javascript:alert(1)'/></svg>",
      "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
      "<meta http-equiv='refresh' content='0;url=https://example.com'>",
    ];
    for (const attack of attacks) {
      const cell = code("1");
      cell.outputs = [{ output_type: "display_data", data: { "text/html": attack }, metadata: {} }];
      for (const html of [reportOf(notebookOf(cell)), reportOf(notebookOf(markdownCell(attack)))]) {
        const body = html.slice(html.indexOf("<body>"));
        assert.doesNotMatch(body, /<script|<[^>]*\son\w+=|javascript:|<iframe|<form|<meta/i, attack);
        assert.equal(body.match(/<template/g)?.length ?? 0, body.match(/<\/template>/g)?.length ?? 0, attack);
      }
    }
    const stream = withOutput({
      output_type: "stream",
      name: "stdout",
      text: "\u001b[31m<b>\u001b]8;;https://example.com\u0007x",
    });
    assert.match(stream, /<span class="ansi-red-fg">&lt;b&gt;/);
    assert.doesNotMatch(stream, /<a href="h/);
    assert.match(ofBundle({ "image/png": '"><script>' }), /base64,&#34;&#62;&#60;script&#62;/);
  });

  it("puts in the notebook's own pictures, and no other files", () => {
    const folder = temporaryFolder();
    const inner = path.join(folder, "book");
    fs.mkdirSync(inner);
    for (const file of ["secret.png", "book/a b.png"]) fs.writeFileSync(path.join(folder, file), "picture");
    fs.symlinkSync(path.join(folder, "secret.png"), path.join(inner, "link.png"));
    const cell = markdownCell(
      "![own](a%20b.png) ![up](../secret.png) ![link](link.png) ![none](no.png) ![at](attachment:x.png)",
    );
    cell.attachments = { "x.png": { "image/png": "QUJD" } };
    const html = reportOf(notebookOf(cell), path.join(inner, "note.ipynb"));
    const data = Buffer.from("picture").toString("base64");
    assert.deepEqual(
      [...html.matchAll(/<img[^>]*src="([^"]*)"/g)].map(([, source]) => source),
      [`data:image/png;base64,${data}`, "../secret.png", "link.png", "no.png", "data:image/png;base64,QUJD"],
    );
  });
});
