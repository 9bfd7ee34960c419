/** `TypeChecker` by TypeScript 7's native compiler, a child process that answers over pipes. */
import {
  API,
  CompletionItemKind,
  DiagnosticCategory,
  NodeBuilderFlags,
  SymbolFlags,
  type CompletionEntry,
  type Diagnostic,
  type Project,
  type Snapshot,
} from "typescript/unstable/sync";
import type { FileChanges } from "typescript/unstable/proto";
import type {
  CheckerCompletion,
  CheckerDiagnostic,
  CheckerFiles,
  Description,
  TypeChecker,
} from "./checker.js";

const anyMeaning = SymbolFlags.Value | SymbolFlags.Type | SymbolFlags.Namespace | SymbolFlags.Alias;

type TypeScriptSymbol = NonNullable<CompletionEntry["symbol"]>;

/** What is out of date is freed a little later: at once, it would keep a processor from what the user waits for. */
const freeAfterMs = 5;
/** But not while so many wait: a hundred cells at once would fill hundreds of megabytes. */
const mostOlder = 8;

/**
 * @param configFile the tsconfig.json of the program, on disk or in memory
 * @param onStart called with the id of the process, before anything waits for it
 */
export function startTypeScript7(
  cwd: string,
  configFile: string,
  files: CheckerFiles,
  onStart: (pid: number) => void = () => {},
): TypeChecker {
  const api = new API({
    cwd,
    fs: {
      readFile: (file) => files.read(file),
      fileExists: (file) => (files.read(file) === undefined ? files.exists?.(file) : true),
    },
  });
  onStart(processOf(api));
  return new TypeScript7(api, configFile);
}

class TypeScript7 implements TypeChecker {
  #snapshot: Snapshot;
  /** Replaced by newer ones, and not freed yet. */
  readonly #older: Snapshot[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly api: API,
    readonly configFile: string,
  ) {
    this.#snapshot = api.updateSnapshot({ openProjects: [configFile] });
  }

  update(changed: string[]): void {
    this.#renew({ changed });
  }

  invalidate(): void {
    this.#renew({ invalidateAll: true });
  }

  #renew(fileChanges: FileChanges): void {
    if (this.#older.push(this.#snapshot) >= mostOlder) this.#free();
    this.#snapshot = this.api.updateSnapshot({ fileChanges });
    this.#timer ??= setTimeout(() => this.#free(), freeAfterMs).unref();
  }

  #free(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      for (const each of this.#older.splice(0)) each.dispose();
    } catch {
      // It has died; whoever asks it next finds out.
    }
  }

  #project(): Project {
    const found = this.#snapshot.getProject(this.configFile);
    if (!found) throw new Error(`The type checker did not open ${this.configFile}.`);
    return found;
  }

  syntacticDiagnostics(file: string): CheckerDiagnostic[] {
    return this.#project().program.getSyntacticDiagnostics(file).map(toDiagnostic);
  }

  semanticDiagnostics(file: string): CheckerDiagnostic[] {
    return this.#project().program.getSemanticDiagnostics(file).map(toDiagnostic);
  }

  configurationDiagnostics(): CheckerDiagnostic[] {
    const { program } = this.#project();
    return [...program.getConfigFileParsingDiagnostics(), ...program.getProgramDiagnostics()].map(
      toDiagnostic,
    );
  }

  typesAt(file: string, positions: number[]): (string | undefined)[] {
    const symbols = this.#project().checker.getSymbolAtPosition(file, positions);
    return symbols.map((symbol) => symbol && this.#typeText(file, symbol));
  }

  completions(file: string, position: number): CheckerCompletion[] | undefined {
    try {
      const found = this.#project().checker.getCompletionsAtPosition(file, position, { includeSymbol: true });
      return (found?.entries ?? []).map((entry) => this.#toCompletion(entry, file));
    } catch (error) {
      // The API of 7.0 cannot list what is in scope: https://github.com/microsoft/typescript-go (unstable API).
      if (error instanceof Error && /needs auto imports/.test(error.message)) return undefined;
      throw error;
    }
  }

  describe(file: string, position: number): Description | undefined {
    const symbol = this.#project().checker.getSymbolAtPosition(file, position);
    return symbol && this.#describeSymbol(file, symbol);
  }

  describeName(file: string, position: number, name: string): Description | undefined {
    const symbol = this.#project().checker.resolveName(name, anyMeaning, { document: file, position });
    return symbol && this.#describeSymbol(file, symbol);
  }

  moduleAt(file: string, position: number): string | undefined {
    const { checker, program } = this.#project();
    // A module is called by its file's name, quoted and without an extension.
    const name = checker.getSymbolAtPosition(file, position)?.name.replaceAll('"', "");
    return program.getSourceFileNames().find((each) => name && withoutExtension(each) === name);
  }

  sourceFiles(): string[] {
    return this.#project()
      .program.getSourceFileNames()
      .filter((name) => !name.includes("/node_modules/") && !name.startsWith("bundled:"));
  }

  close(): void {
    clearTimeout(this.#timer);
    try {
      // It has nothing to save, and when asked to end it may say "context canceled" to the user's terminal.
      process.kill(processOf(this.api), "SIGKILL");
      this.api.close();
    } catch {
      // It has died already.
    }
  }

  #typeText(file: string, symbol: TypeScriptSymbol): string | undefined {
    const { checker, program } = this.#project();
    const type = checker.getTypeOfSymbol(symbol);
    return type && checker.typeToString(type, program.getSourceFile(file), NodeBuilderFlags.NoTruncation);
  }

  #toCompletion(entry: CompletionEntry, file: string): CheckerCompletion {
    const { name, insertText, symbol } = entry;
    return {
      name,
      kind: entry.kind === undefined ? "text" : (CompletionItemKind[entry.kind] ?? "text").toLowerCase(),
      sortText: entry.sortText ?? name,
      ...(insertText !== undefined && { insertText }),
      ...(symbol && {
        signature: () => this.#typeText(file, symbol),
        documentation: () => symbol.getDocumentationComment(this.#project().checker),
      }),
    };
  }

  #describeSymbol(file: string, symbol: TypeScriptSymbol): Description {
    const { checker, program } = this.#project();
    const isAlias = (symbol.flags & SymbolFlags.Alias) !== 0;
    const target = isAlias ? checker.getAliasedSymbol(symbol) : symbol;
    const isType = (target.flags & SymbolFlags.Value) === 0 && (target.flags & SymbolFlags.Type) !== 0;
    const type = isType ? checker.getDeclaredTypeOfSymbol(target) : checker.getTypeOfSymbol(target);
    const flags = isType
      ? NodeBuilderFlags.InTypeAlias | NodeBuilderFlags.MultilineObjectLiterals
      : NodeBuilderFlags[
          target.flags & (SymbolFlags.Function | SymbolFlags.Method) ? "NoTruncation" : "None"
        ];
    const isBoth = !isType && (target.flags & SymbolFlags.Interface) !== 0;
    return {
      name: symbol.name,
      kind: kindOf(target.flags),
      type: type ? checker.typeToString(type, program.getSourceFile(file), flags) : "any",
      ...(isBoth && {
        interface: checker.typeToString(
          checker.getDeclaredTypeOfSymbol(target),
          undefined,
          NodeBuilderFlags.WriteArrayAsGenericType,
        ),
      }),
      documentation: target.getDocumentationComment(checker),
      tags: [...target.getJsDocTags(checker)],
    };
  }
}

/** The API of 7.0 does not tell: https://github.com/microsoft/typescript-go (unstable API). */
function processOf(api: API): number {
  return (api as unknown as { client: { channel: { child: { pid: number } } } }).client.channel.child.pid;
}

function toDiagnostic(diagnostic: Diagnostic): CheckerDiagnostic {
  const { fileName, pos, end, code, category } = diagnostic;
  const categories = {
    [DiagnosticCategory.Error]: "error",
    [DiagnosticCategory.Warning]: "warning",
    [DiagnosticCategory.Suggestion]: "suggestion",
    [DiagnosticCategory.Message]: "suggestion",
  } as const;
  const message = messageLines(diagnostic).join("\n");
  return { file: fileName ?? "", start: pos, end, code, category: categories[category], message };
}

/** The message with its reasons, and theirs, each indented below. */
function messageLines({ text, messageChain = [] }: Diagnostic): string[] {
  return [text, ...messageChain.flatMap(messageLines).map((line) => `  ${line}`)];
}

function withoutExtension(file: string): string {
  return file.replace(/(?:\.d)?\.[cm]?[jt]sx?$/, "");
}

function kindOf(flags: SymbolFlags): string {
  const kinds: [SymbolFlags, string][] = [
    [SymbolFlags.Function, "function"],
    [SymbolFlags.Class, "class"],
    // Such as `Array`, which is an interface, too.
    [SymbolFlags.Variable, "variable"],
    [SymbolFlags.Interface, "interface"],
    [SymbolFlags.TypeAlias, "type"],
    [SymbolFlags.Enum, "enum"],
    [SymbolFlags.EnumMember, "enum member"],
    [SymbolFlags.Module, "module"],
    [SymbolFlags.Method, "method"],
    [SymbolFlags.Property | SymbolFlags.Accessor, "property"],
    [SymbolFlags.TypeParameter, "type parameter"],
  ];
  return kinds.find(([flag]) => (flags & flag) !== 0)?.[1] ?? "variable";
}
