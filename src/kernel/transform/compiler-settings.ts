/** How the tsconfig.json of the notebook's folder wants code to be compiled. */
import type { DecoratorOptions, JsxOptions } from "oxc-transform";
import { readTsconfig } from "./tsconfig.js";

export interface CompilerSettings {
  jsx: Pick<JsxOptions, "runtime" | "importSource" | "pragma" | "pragmaFrag">;
  /** Standard decorators unless `legacy`. */
  decorator: DecoratorOptions;
}

/** @returns settings for `transformCell`; empty if the file has none, or does not exist */
export function readCompilerSettings(folder: string): CompilerSettings {
  const options = readTsconfig(folder)?.options ?? {};
  const { jsx, jsxImportSource, jsxFactory, jsxFragmentFactory } = options;
  const { experimentalDecorators, emitDecoratorMetadata } = options;
  return {
    jsx: {
      ...(jsx === "react" && { runtime: "classic" }),
      ...(jsxImportSource && { importSource: jsxImportSource }),
      ...(jsxFactory && { pragma: jsxFactory }),
      ...(jsxFragmentFactory && { pragmaFrag: jsxFragmentFactory }),
    },
    decorator: {
      ...(experimentalDecorators && { legacy: true }),
      ...(emitDecoratorMetadata && { emitDecoratorMetadata: true }),
    },
  };
}
