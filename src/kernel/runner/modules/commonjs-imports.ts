/**
 * Has a local module import CommonJS packages as bundlers do (`commonjs-interop.ts`), where Node gives only the names
 * that it finds in their text:
 *
 *     import { sum } from "lodash"     import __m0 from "lodash"; const { sum } = __exportsOf(__m0, ["sum"], "lodash");
 */
import { dirname, extname } from "node:path";
import { MagicString } from "magic-string";
import {
  parseSync,
  type ExportExportNameKind,
  type ExportImportNameKind,
  type ImportNameKind,
} from "oxc-parser";
import { nearestPackage, resolvePackage } from "./package-resolution.js";

const interop = JSON.stringify(new URL("commonjs-interop.js", import.meta.url).href);

// The enums are types only.
const kinds = {
  namespace: "NamespaceObject" as ImportNameKind.NamespaceObject,
  name: "Name" as ExportImportNameKind.Name,
  none: "None" as ExportExportNameKind.None,
};

/** `name` is undefined for the namespace. */
type Binding = { name: string | undefined; local: string };

/** @returns undefined if the code of `path` imports no CommonJS package */
export function withCommonJsImports(path: string, code: string): { code: string; map: string } | undefined {
  const { staticImports, staticExports } = parseSync("module.js", code).module;
  const text = new MagicString(code);
  let count = 0;
  const replace = (start: number, end: number, from: string, bindings: Binding[], more = ""): void => {
    const module = `__m${count++}`;
    const names = JSON.stringify(bindings.flatMap(({ name }) => name ?? []));
    const exports = `__exportsOf(${module}, ${names}, ${JSON.stringify(from)})`;
    const declared = bindings.map(({ name, local }) =>
      name === undefined ? `${local} = ${exports}` : `{ ${JSON.stringify(name)}: ${local} } = ${exports}`,
    );
    text.update(
      start,
      end,
      `import ${module} from ${JSON.stringify(from)}; const ${declared.join(", ")};${more}`,
    );
  };
  for (const { start, end, moduleRequest, entries } of staticImports) {
    if (entries.length === 0 || !isCommonJs(moduleRequest.value, path)) continue;
    const bindings = entries.map(({ importName, localName }) => ({
      name: kinds.namespace === importName.kind ? undefined : (importName.name ?? "default"),
      local: localName.value,
    }));
    replace(start, end, moduleRequest.value, bindings);
  }
  for (const { start, end, entries } of staticExports) {
    const from = entries[0]?.moduleRequest?.value;
    // What `export * from` gives, only Node can say before the package runs.
    const isListed = entries.every(({ exportName }) => exportName.kind !== kinds.none);
    if (from === undefined || !isListed || !isCommonJs(from, path)) continue;
    const bindings = entries.map(({ importName }, index) => ({
      name: importName.kind === kinds.name ? (importName.name ?? undefined) : undefined,
      local: `__e${count}_${index}`,
    }));
    const exported = entries.map(
      ({ exportName }, index) => `${bindings[index]!.local} as ${exportName.name ?? "default"}`,
    );
    replace(start, end, from, bindings, ` export { ${exported.join(", ")} };`);
  }
  if (count === 0) return undefined;
  text.prepend(`import { exportsOf as __exportsOf } from ${interop};`);
  return { code: text.toString(), map: text.generateMap({ hires: true, source: path }).toString() };
}

/** Whether a specifier means a CommonJS file of a package. */
function isCommonJs(specifier: string, importer: string): boolean {
  if (/^(\.|\/|[a-z]+:)/.test(specifier)) return false;
  const path = resolvePackage(specifier, dirname(importer));
  if (path === undefined || extname(path) === ".cjs") return path !== undefined;
  return extname(path) === ".js" && nearestPackage(dirname(path))?.manifest.type !== "module";
}
