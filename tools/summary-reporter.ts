import fs from "node:fs";
import Mocha from "mocha";

/** What `npm test` wants to know of a mocha run. */
export interface Summary {
  passes: number;
  failures: number;
  pending: number;
}

/** mocha's own report on the terminal, and its counts in the file that the reporter option `file` names. */
export default class SummaryReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const { file } = options.reporterOptions as { file: string };
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      fs.writeFileSync(file, JSON.stringify({ passes, failures, pending } satisfies Summary));
    });
  }
}
