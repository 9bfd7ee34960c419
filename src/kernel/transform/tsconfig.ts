/** The tsconfig.json of a folder with all that it extends, for those who do not ask the type checker. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { statSync } from "../intrinsics.js";
import type * as GetTsconfig from "get-tsconfig";

/** Loaded when there is a tsconfig.json: most folders of notebooks have none. */
const load = (): typeof GetTsconfig => createRequire(import.meta.url)("get-tsconfig") as typeof GetTsconfig;

export interface Tsconfig {
  options: NonNullable<GetTsconfig.TsConfigJsonResolved["compilerOptions"]>;
  /** Paths that `paths` and `baseUrl` give for the specifier of an import, without extension. */
  aliases: (specifier: string) => string[];
}

const known = new Map<string, { version: string; tsconfig: Tsconfig }>();
/** A file that was written within the clock's resolution may have changed without a new time. */
const settledMs = 100;

/** Undefined if the folder has none. */
export function readTsconfig(folder: string): Tsconfig | undefined {
  const path = join(folder, "tsconfig.json");
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status) return undefined;
  const version = `${status.mtimeMs} ${status.size}`;
  const read = known.get(path);
  if (read?.version === version && Date.now() - status.mtimeMs > settledMs) return read.tsconfig;
  const tsconfig = parse(path);
  known.set(path, { version, tsconfig });
  return tsconfig;
}

function parse(path: string): Tsconfig {
  const { parseTsconfig, createPathsMatcher } = load();
  try {
    const config = parseTsconfig(path);
    const aliases = createPathsMatcher({ path, config }) ?? (() => []);
    return { options: config.compilerOptions ?? {}, aliases };
  } catch {
    // The type checker tells what is wrong with it.
    return { options: {}, aliases: () => [] };
  }
}
