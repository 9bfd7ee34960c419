/**
 * `npm test -- --shuffle`: runs files, suites and tests in an order drawn from a seed, so that a test that leans on another
 * is found. mocha has no such option; it loads this module by `--require`, with the seed in MANABI_SHUFFLE.
 */
import Mocha from "mocha";
import { mulberry32 } from "../src/tfjs/mulberry32.js";

/** Fisher and Yates, in place. */
function shuffle(list: unknown[], random: () => number): void {
  for (let last = list.length - 1; last > 0; last--) {
    const chosen = Math.floor(random() * (last + 1));
    [list[last], list[chosen]] = [list[chosen], list[last]];
  }
}

function shuffleSuite({ suites, tests }: Mocha.Suite, random: () => number): void {
  shuffle(tests, random);
  shuffle(suites, random);
  for (const suite of suites) shuffleSuite(suite, random);
}

const random = mulberry32(Number(process.env["MANABI_SHUFFLE"]));
// oxlint-disable-next-line typescript/unbound-method -- called on the instance below
const { run } = Mocha.prototype;
Mocha.prototype.run = function (...args) {
  shuffleSuite(this.suite, random);
  return run.apply(this, args);
};
