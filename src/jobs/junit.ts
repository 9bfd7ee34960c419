import { stripVTControlCharacters } from "node:util";
import { markup } from "../host/markup.js";
import { firstLine, secondsOf, type CellDetails } from "./cell-details.js";

/** One notebook that was run. */
export interface RunOfNotebook {
  /** Its file, as the user has named it. */
  name: string;
  details: readonly CellDetails[];
  started: Date;
}

/** The runs as JUnit's XML, which CI systems read: a test suite for each notebook, a test case for each code cell. */
export function junitXml(runs: readonly RunOfNotebook[]): string {
  const suites = runs.map(({ name, details, started }) => {
    const count = (...states: CellDetails["state"][]): number =>
      details.filter(({ state }) => states.includes(state)).length;
    const cases = details.map((each) => testCase(each, name));
    const time = details.reduce((sum, each) => sum + secondsOf(each), 0).toFixed(3);
    return markup`
  <testsuite name="${plain(name)}" tests="${details.length}" failures="${count("failed", "interrupted")}" errors="0" skipped="${count("skipped", "pending")}" time="${time}" timestamp="${started.toISOString()}">${cases}
  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${String(markup`<testsuites>${suites}\n</testsuites>`)}\n`;
}

function testCase(details: CellDetails, notebook: string) {
  const { cell, number, state, error } = details;
  const title = plain(`cell ${number}: ${firstLine(cell, 80)}`);
  const inner = (() => {
    if (state === "failed" && error)
      return markup`<failure type="${plain(error.ename)}" message="${plain(`${error.ename}: ${error.evalue}`)}">${plain(`${cell.source}\n\n${error.traceback.join("\n")}`)}</failure>`;
    if (state === "interrupted")
      return markup`<failure type="Interrupted" message="The run was interrupted."/>`;
    if (state === "pending") return markup`<skipped message="not reached"/>`;
    return state === "skipped" ? markup`<skipped/>` : markup``;
  })();
  return markup`
    <testcase classname="${plain(notebook)}" name="${title}" time="${secondsOf(details).toFixed(3)}">${inner}</testcase>`;
}

/** XML has no place for most control characters, nor for half of a pair. */
const plain = (text: string): string =>
  stripVTControlCharacters(text)
    // oxlint-disable-next-line eslint/no-control-regex -- those are the ones
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, "\ufffd");
