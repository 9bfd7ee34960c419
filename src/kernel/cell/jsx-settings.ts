/** How the tsconfig.json of the notebook's folder wants JSX to be compiled. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { JsxOptions } from "oxc-transform";

export type JsxSettings = Pick<JsxOptions, "runtime" | "importSource" | "pragma" | "pragmaFrag">;

/** @returns settings for `transformCell`; empty if the file has none, or does not exist */
export function readJsxSettings(folder: string): JsxSettings {
  let text: string;
  try {
    text = readFileSync(join(folder, "tsconfig.json"), "utf8");
  } catch {
    // Most folders have none.
    return {};
  }
  // The file may have comments and trailing commas; the options are strings without escapes.
  const option = (name: string): string | undefined =>
    new RegExp(`"${name}"\\s*:\\s*"([^"]*)"`).exec(text)?.[1];
  const [importSource, pragma, pragmaFrag] = ["jsxImportSource", "jsxFactory", "jsxFragmentFactory"].map(
    option,
  );
  return {
    ...(option("jsx") === "react" && { runtime: "classic" }),
    ...(importSource && { importSource }),
    ...(pragma && { pragma }),
    ...(pragmaFrag && { pragmaFrag }),
  };
}
