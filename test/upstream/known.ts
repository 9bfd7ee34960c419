import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Suite } from "./sources.js";

/** What runs the tests: tfjs-node as it is, with Manabi's repairs, or also with steps as recorded graphs. */
export const runtimes = ["stock", "eager", "compiled"] as const;
export type Runtime = (typeof runtimes)[number];

/** Names of tests that fail, by the reason why. */
type ByReason = Record<string, string[]>;

/** The tests of a suite that are known to fail. */
interface KnownFailures {
  /** With every runtime. */
  everywhere: ByReason;
  /** Mended here. */
  stock: ByReason;
  /** Where Manabi differs on purpose. */
  manabi: ByReason;
  /** Where graphs differ. */
  compiled: ByReason;
}

/** The names of a suite's tests that must fail with a runtime. */
export function knownFailures(suite: Suite, runtime: Runtime): Set<string> {
  const path = fileURLToPath(new URL(`../../../test/upstream/known/${suite}.json`, import.meta.url));
  const known = JSON.parse(readFileSync(path, "utf8")) as KnownFailures;
  const here = {
    stock: [known.everywhere, known.stock],
    eager: [known.everywhere, known.manabi],
    compiled: [known.everywhere, known.manabi, known.compiled],
  };
  return new Set(here[runtime].flatMap((byReason) => Object.values(byReason)).flat());
}
