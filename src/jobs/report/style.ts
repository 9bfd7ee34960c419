/** Colours by name, for light and dark pages; the rest of the style refers to them. */
export const reportStyle = `
:root { color-scheme: light dark; --text: #1b1f24; --page: #fff; --soft: #f5f7f9; --line: #d9dee3; --dim: #5b6570;
  --bad: #b3261e; --good: #1a7f37; --bad-page: #fdecea; --keyword: #8b2252; --string: #22703a; --number: #7a4a00; --name: #1f4fa3; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e7eb; --page: #16191d; --soft: #1f242a; --line: #39414a; --dim: #9aa5b1;
  --bad: #ff8a80; --good: #6fd08c; --bad-page: #3a1f1e; --keyword: #ff9ac1; --string: #9bd8a5; --number: #f0c27b; --name: #9cc3ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 4rem; background: var(--page); color: var(--text);
  font: 1rem/1.55 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: break-word; }
h1, h2, h3 { line-height: 1.25; } a { color: var(--name); }
header.run { border-bottom: 1px solid var(--line); margin-bottom: 1.5rem; padding-bottom: 1rem; }
header.run h1 { margin: 0 0 .5rem; } .dim { color: var(--dim); font-size: .875rem; }
.good { color: var(--good); } .bad { color: var(--bad); }
table { border-collapse: collapse; margin: .75rem 0; font-size: .9rem; display: block; overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top; } th { background: var(--soft); }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
pre, code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .84rem; }
pre { margin: 0; overflow-x: auto; line-height: 1.45; white-space: pre; tab-size: 4; }
.prose pre { background: var(--soft); padding: .6rem .8rem; border-radius: 6px; } .prose img, .out img { max-width: 100%; }
.cell { margin: 1rem 0; scroll-margin-top: 1rem; } .cell > .dim { margin-bottom: .2rem; }
.in { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; }
.out { padding: .5rem .8rem; overflow-x: auto; position: relative; contain: layout paint; isolation: isolate; }
.out > .html { position: relative !important; contain: layout paint; overflow-x: auto; }
.out > .html, .out > img { background: #fff; color: #1b1f24; color-scheme: light; border-radius: 4px; }
.failed .in { border-color: var(--bad); } pre.error, pre.stderr { background: var(--bad-page); padding: .5rem .7rem; border-radius: 6px; }
.hljs-keyword, .hljs-built_in, .hljs-literal { color: var(--keyword); } .hljs-string, .hljs-regexp { color: var(--string); }
.hljs-number { color: var(--number); } .hljs-title, .hljs-attr { color: var(--name); } .hljs-comment { color: var(--dim); font-style: italic; }
.ansi-red-fg, .ansi-bright-red-fg { color: var(--bad); } .ansi-green-fg, .ansi-bright-green-fg { color: var(--good); }
.ansi-blue-fg, .ansi-bright-blue-fg, .ansi-cyan-fg, .ansi-bright-cyan-fg { color: var(--name); }
.ansi-yellow-fg, .ansi-bright-yellow-fg { color: var(--number); } .ansi-magenta-fg, .ansi-bright-magenta-fg { color: var(--keyword); }
@media print { body { max-width: none; } .cell { break-inside: avoid-page; } }
`;
