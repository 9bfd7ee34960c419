import fs from "node:fs";

/** Of Manabi and of TypeScript, from package.json, three folders above `dist/src/jobs/`. */
export function versions(): { kernel: string; typescript: string } {
  const { version, dependencies } = JSON.parse(
    fs.readFileSync(new URL("../../../package.json", import.meta.url), "utf8"),
  ) as { version: string; dependencies: Record<string, string> };
  return { kernel: version, typescript: dependencies["typescript"]! };
}
