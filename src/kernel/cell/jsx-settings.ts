/** How the tsconfig.json of the notebook's folder wants JSX to be compiled. */
import type { JsxOptions } from "oxc-transform";
import { readTsconfig } from "./tsconfig.js";

export type JsxSettings = Pick<JsxOptions, "runtime" | "importSource" | "pragma" | "pragmaFrag">;

/** @returns settings for `transformCell`; empty if the file has none, or does not exist */
export function readJsxSettings(folder: string): JsxSettings {
  const { jsx, jsxImportSource, jsxFactory, jsxFragmentFactory } = readTsconfig(folder)?.options ?? {};
  return {
    ...(jsx === "react" && { runtime: "classic" }),
    ...(jsxImportSource && { importSource: jsxImportSource }),
    ...(jsxFactory && { pragma: jsxFactory }),
    ...(jsxFragmentFactory && { pragmaFrag: jsxFragmentFactory }),
  };
}
