/** TypeScript, TSX or JSX to JavaScript that V8 runs: by oxc-transform, and for what that cannot, by TypeScript. */
import { parseSync, type Node } from "oxc-parser";
import { transformSync, type OxcError } from "oxc-transform";
import type { CompilerSettings } from "./compiler-settings.js";
import { childNodes } from "./syntax-tree.js";
import { emitByTypeScript } from "./typescript-emit.js";

type Language = "js" | "jsx" | "ts" | "tsx";

export interface JavaScript {
  code: string;
  /** Source maps from `code` to the text, last step first. */
  maps: () => string[];
  errors: OxcError[];
}

export interface JavaScriptOptions extends Partial<CompilerSettings> {
  /** Of the text in the source map. */
  fileName: string;
  language: Language;
  /** Keeps imports that nothing in the text uses as values. */
  keepImports?: boolean;
}

export function toJavaScript(text: string, options: JavaScriptOptions): JavaScript {
  const { fileName, language, keepImports = false, jsx = {}, decorator = {} } = options;
  const transform = (sourcemap: boolean) =>
    transformSync(fileName, text, {
      lang: language,
      sourceType: "module",
      sourcemap,
      target: "es2022",
      typescript: { onlyRemoveTypeImports: keepImports },
      decorator,
      jsx,
    });
  const { code, errors } = transform(false);
  const found = errors.filter(({ severity }) => failing.has(severity));
  const stripped = { code, maps: () => [JSON.stringify(transform(true).map)], errors: found };
  if (found.length > 0) return stripped;
  if ((language === "ts" || language === "tsx") && errors.some(isOfNamespace)) {
    const emitted = emitByTypeScript(language, text, { experimentalDecorators: decorator.legacy ?? false });
    if (language === "ts") return { ...emitted, maps: () => [emitted.map], errors: [] };
    const rest = toJavaScript(emitted.code, { ...options, language: "jsx" });
    return { ...rest, maps: () => [...rest.maps(), emitted.map] };
  }
  if (decorator.legacy || !hasDecorators(code)) return stripped;
  const emitted = emitByTypeScript("js", code);
  return { ...emitted, maps: () => [emitted.map, ...stripped.maps()], errors: [] };
}

const failing = new Set<string>(["Error"]);

/** A warning: the code that came of it is wrong. */
function isOfNamespace({ message }: OxcError): boolean {
  return message.startsWith("Namespaces exporting non-const");
}

/** Whether JavaScript has standard decorators or accessors in it. */
function hasDecorators(code: string): boolean {
  const isOne = (node: Node): boolean =>
    node.type === "Decorator" || node.type === "AccessorProperty" || childNodes(node).some(isOne);
  // Little code has an @, even in its comments.
  return (
    /@|\baccessor\b/.test(code) &&
    isOne(parseSync("code.js", code, { lang: "js", sourceType: "module" }).program)
  );
}
