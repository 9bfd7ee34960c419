/** Types of a notebook: one growing virtual program in which the current cell is the only file that changes. */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { CellDiagnostic } from "../contracts.js";
import { analyseCell, analyseUnfinished, type CellAnalysis, type DeclaredName } from "./analysis.js";
import { AutoImports } from "./auto-imports.js";
import type { CheckerCompletion, CheckerDiagnostic, Description, TypeChecker } from "./checker.js";
import { configure } from "./configuration.js";
import { DeclarationTable, type Declaration } from "./declarations.js";
import { ImportTable, readableType, type RegisteredImport } from "./imports.js";
import { localModuleErrors } from "./local-module-errors.js";
import { codeWithoutMagics, findMagics } from "../transform/magic-syntax.js";
import { CellSyntaxError, lineAndColumn } from "../transform/syntax-error.js";
import { transformCell } from "../transform/transform.js";
import { readTsconfig } from "../transform/tsconfig.js";
import { startTypeScript7 } from "./typescript7.js";

/** Findings that say nothing about a cell: they come from how cells are presented to the checker. */
const ignoredCodes = new Set([
  1108, // return outside a function: the transform says it
  1375,
  1378,
  1432, // top-level await
  2686, // UMD global in a module
  7016, // a package without types
  7026, // JSX without types
]);
/**
 * What `noImplicitAny` says, unless the folder's tsconfig.json wants to hear it. The option is on all the same: without
 * it, `let found = null` could hold nothing else, and nothing could be pushed to `const list = []`.
 */
const implicitAnyCodes = new Set([
  7005, 7006, 7008, 7009, 7010, 7011, 7013, 7015, 7017, 7018, 7019, 7020, 7023, 7024, 7025, 7031, 7032, 7033,
  7034, 7051, 7052, 7053, 7055,
]);
/** Using the value a name had in earlier cells, in its own redeclaration. */
const useBeforeDeclarationCodes = new Set([2448, 2454, 7022]);
/** "Cannot find module": it may be installed by now. */
const missingModuleCode = 2307;

/** A cell as the checker sees it. */
interface View {
  file: string;
  /** Where the cell's source starts in the file. */
  start: number;
  /** Where declarations of earlier cells stand in the file. */
  earlier: { declaration: Declaration; start: number; end: number }[];
  analysis: CellAnalysis;
  imports: { wanted: CellAnalysis["imports"][number]; entry: RegisteredImport }[];
}

export class CellLanguage {
  readonly #files = new Map<string, string>();
  readonly #cellFiles: { ts: string; tsx: string };
  readonly #declarations = new DeclarationTable();
  readonly #imports: ImportTable;
  readonly autoImports: AutoImports;
  #checker: TypeChecker | undefined;
  /** What the next `check` has to tell beside the findings in its cell. */
  readonly #notices: string[] = [];
  readonly #told = new Set<string>();
  /** Modification times of local modules, by file. */
  readonly #modified = new Map<string, number>();
  #failedImports = false;
  /** The tsconfig.json of the folder, and when it was last modified. */
  readonly #ownConfig: string;
  #configured = 0;
  #globals: CheckerCompletion[] | undefined;

  constructor(
    readonly folder: string,
    readonly homeFolder: string,
    /** Told the id of each checker's process. */
    readonly onCheckerStart: (pid: number) => void = () => {},
  ) {
    this.#imports = new ImportTable(folder, homeFolder);
    this.#ownConfig = join(folder, "tsconfig.json");
    this.autoImports = new AutoImports(folder, homeFolder);
    this.#cellFiles = { ts: join(folder, "manabi-cell.ts"), tsx: join(folder, "manabi-cell.tsx") };
    for (const file of Object.values(this.#cellFiles)) this.#files.set(file, this.#imports.header());
  }

  /** Starts the checker, so that the first cell need not wait for it. */
  start(): void {
    this.#withChecker((checker) => checker.semanticDiagnostics(this.#cellFiles.ts));
  }

  close(): void {
    const checker = this.#checker;
    this.#checker = undefined;
    checker?.close();
  }

  reset(): void {
    this.#declarations.clear();
  }

  /** Adds a cell; `remember` is to be called when there is time, to make its names known to later cells. */
  check(cell: string): { diagnostics: CellDiagnostic[]; remember: () => void } {
    const magics = findMagics(cell);
    const source = codeWithoutMagics(cell, magics) ?? "";
    const analysis = analyseCell(source);
    if (!analysis) return { diagnostics: syntaxDiagnostics(cell), remember: () => undefined };

    // A checker reads tsconfig.json when it starts.
    if (this.#configured !== modificationTime(this.#ownConfig)) this.close();
    const { view, found, inModules } = this.#withChecker((checker) => {
      this.#refreshDisk(checker, analysis);
      for (;;) {
        const current = this.#show(checker, source, analysis);
        const diagnostics = checker.semanticDiagnostics(current.file);
        if (this.#mended(current, diagnostics)) continue;
        const imported = new Set(current.imports.map(({ entry }) => entry.file));
        const inImports = [...imported].flatMap((file) => checker.semanticDiagnostics(file));
        return {
          view: current,
          found: [...diagnostics, ...inImports],
          inModules: localModuleErrors(checker, this.folder, source, current.imports),
        };
      }
    });
    const diagnostics = withoutRepetitions(found.flatMap((each) => this.#toCell(each, view, source) ?? []));
    this.#failedImports = diagnostics.some(({ code }) => code === missingModuleCode);
    const notices = this.#notices.splice(0).map(notice);
    if (magics.lines.some(({ name }) => name === "%reset")) this.reset();
    return { diagnostics: [...notices, ...diagnostics, ...inModules], remember: () => this.#remember(view) };
  }

  /** Undefined where any name in scope could stand. */
  completions(cell: string, cursor: number): CheckerCompletion[] | undefined {
    const source = codeWithoutMagics(cell);
    if (source === undefined) return [];
    return this.#withChecker((checker) => {
      const view = this.#show(checker, source, analyseUnfinished(source, cursor));
      return checker.completions(view.file, view.start + cursor);
    });
  }

  /** Names of earlier cells, which the checker completes only where the cell mentions them already. */
  names(): { name: string; kind: string }[] {
    return this.#declarations.names();
  }

  /** What every cell has: globals of JavaScript, Node and the kernel. */
  globals(): CheckerCompletion[] {
    const ask = "globalThis.";
    return (this.#globals ??=
      this.completions(ask, ask.length)?.map(({ name, kind, sortText }) => {
        return { name, kind, sortText };
      }) ?? []);
  }

  /** Of the name at a position; undefined within commands. */
  describe(cell: string, position: number): Description | undefined {
    const source = codeWithoutMagics(cell);
    if (source === undefined || /^\s/.test(source.slice(position))) return undefined;
    return this.#withChecker((checker) => {
      const view = this.#show(checker, source, analyseUnfinished(source, position));
      return this.#asDeclared(checker.describe(view.file, view.start + position), view);
    });
  }

  /** Tells, until the next cell is shown, what each of `names` would mean if it stood at this position. */
  describer(cell: string, position: number, names: string[]): (name: string) => Description | undefined {
    const source = codeWithoutMagics(cell);
    if (source === undefined) return () => undefined;
    return this.#withChecker((checker) => {
      const view = this.#show(checker, source, analyseUnfinished(source, position), names.join(" "));
      return (name) => this.#asDeclared(checker.describeName(view.file, view.start + position, name), view);
    });
  }

  /** Functions of earlier cells are variables to the checker, and it does not tell `const` from `let`. */
  #asDeclared(found: Description | undefined, { analysis }: View): Description | undefined {
    if (found?.kind !== "variable") return found;
    const own = analysis.declarations.find(({ name }) => name === found.name);
    const kind = own?.kind ?? this.#declarations.kindOf(found.name);
    return kind ? { ...found, kind } : found;
  }

  /** The checker is a process of its own, which may die at any time: once more then, with a new one. */
  #withChecker<T>(action: (checker: TypeChecker) => T): T {
    const isFresh = this.#checker === undefined;
    try {
      return action((this.#checker ??= this.#startChecker()));
    } catch (error) {
      this.close();
      if (isFresh) throw error;
      this.#notices.push(`The type checker was restarted: ${errorMessage(error)}`);
      return action((this.#checker = this.#startChecker()));
    }
  }

  #startChecker(): TypeChecker {
    this.#configured = modificationTime(this.#ownConfig);
    const { configFile, read: readOwn } = configure(this.folder, Object.values(this.#cellFiles));
    const read = (file: string) => this.#files.get(file) ?? this.#imports.text(file) ?? readOwn(file);
    const checker = startTypeScript7(this.folder, configFile, { read }, this.onCheckerStart);
    for (const { message } of checker.configurationDiagnostics()) this.#notice(`tsconfig.json: ${message}`);
    return checker;
  }

  /** Something is told once, however often it happens. */
  #notice(message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#notices.push(message);
  }

  /** Makes the cell the program's current one; `mentioned` are words that it might also contain. */
  #show(checker: TypeChecker, source: string, analysis: CellAnalysis, mentioned = ""): View {
    const changed: string[] = [];
    const imports = analysis.imports.map((wanted) => {
      const { entry, isNew } = this.#imports.register(wanted);
      if (isNew) changed.push(entry.file);
      return { wanted, entry };
    });
    const visible = imports.flatMap(({ wanted: { local }, entry }) => (local ? [alias(local, entry)] : []));
    const own = [
      ...analysis.declarations,
      ...visible.map(({ name }) => ({ name, kind: "import" as const })),
      ...[...analysis.loose, ...analysis.nested].map((name) => ({ name, kind: "let" as const })),
    ];
    const isKnown = (name: string): boolean => this.#declarations.has(name);
    const loose = analysis.loose.map((name) => looseDeclaration(name));
    visible.push(...loose.filter(({ name }) => !isKnown(name)));
    const hidden = own.filter(({ name }) => !analysis.loose.includes(name) || !isKnown(name));
    visible.push(...this.#declarations.visibleTo(`${source} ${mentioned}`, hidden));

    let text = `${this.#imports.header()}${this.#declarations.augmentations()}\n`;
    const earlier = visible.map((declaration) => {
      const start = text.length;
      text += `${declaration.text}\n`;
      return { declaration, start, end: text.length };
    });
    const start = text.length;
    let shown = source.startsWith("#!") ? `//${source.slice(2)}` : source;
    for (const { start: from, end } of analysis.hidden) {
      shown = shown.slice(0, from) + shown.slice(from, end).replace(/[^\n]/g, " ") + shown.slice(end);
    }
    const file = this.#cellFiles[analysis.language];
    const complete = `${text}${shown}\n`;
    if (this.#files.get(file) !== complete) changed.push(file);
    this.#files.set(file, complete);
    if (changed.length > 0) checker.update(changed);
    return { file, start, earlier, analysis, imports };
  }

  /** Replaces declarations of earlier cells that turn out to be wrong where they stand; true if there were any. */
  #mended({ earlier }: View, diagnostics: CheckerDiagnostic[]): boolean {
    let isMended = false;
    for (const { declaration, start, end } of earlier) {
      const isWrong = diagnostics.some((each) => each.start >= start && each.start < end);
      if (!isWrong || declaration.kind === "import" || declaration.text === declaration.verbatim) continue;
      declaration.text = declaration.verbatim;
      isMended = true;
    }
    return isMended;
  }

  #toCell(found: CheckerDiagnostic, view: View, source: string): CellDiagnostic | undefined {
    if (ignoredCodes.has(found.code)) return undefined;
    if (implicitAnyCodes.has(found.code) && !readTsconfig(this.folder)?.options.noImplicitAny)
      return undefined;
    let { start, end } = found;
    if (found.file === view.file) {
      start -= view.start;
      end -= view.start;
      if (start < 0) return undefined;
    } else {
      const imported = view.imports.find(
        ({ entry }) => entry.file === found.file && start >= entry.line.start && start < entry.line.end,
      );
      if (!imported) return undefined;
      ({ start, end } = start >= imported.entry.source.start ? imported.wanted.source : imported.wanted.name);
    }
    if (useBeforeDeclarationCodes.has(found.code) && this.#declarations.has(source.slice(start, end)))
      return undefined;
    const { category, code } = found;
    return {
      category,
      code,
      message: readableType(found.message),
      start,
      end,
      ...lineAndColumn(source, start),
    };
  }

  /** Writes down the types of the cell's names. */
  #remember({ analysis, file, start, imports }: View): void {
    const inferred = analysis.declarations.filter(({ text }) => text === undefined);
    const positions = inferred.map(({ position }) => start + position);
    const types =
      positions.length > 0 ? this.#withChecker((checker) => checker.typesAt(file, positions)) : [];
    const declarations: Declaration[] = analysis.declarations.map((each) => {
      const { name, kind, text, verbatim } = each;
      return { name, kind, verbatim, text: text ?? this.#typed(each, types[inferred.indexOf(each)]) };
    });
    for (const { wanted, entry } of imports) if (wanted.local) declarations.push(alias(wanted.local, entry));
    const untyped = [...analysis.loose.filter((name) => !this.#declarations.has(name)), ...analysis.nested];
    declarations.push(...untyped.map(looseDeclaration));
    if (imports.length > 0) this.#watchLocalModules();
    this.#declarations.add(declarations);
    this.#declarations.addAugmentations(analysis.augmentations);
  }

  #typed({ name, kind, documentation, verbatim }: DeclaredName, type: string | undefined): string {
    const isUnwritable =
      !type || /\(Anonymous class\)|\.\.\. \d+ more/.test(type) || type === `typeof ${name}`;
    if (isUnwritable) return verbatim;
    // Modules that the notebook has not imported itself.
    const written = type.replace(/import\("([^"]+)"(?:, \{[^}]*\})?\)/g, (_, from: string) => {
      const absolute = /^\.\.?\//.test(from) ? join(this.folder, from) : from;
      return this.#imports.register({ exported: "*", from: absolute, attributes: "", isTypeOnly: false })
        .entry.path;
    });
    return `${documentation}declare ${kind === "const" ? "const" : "let"} ${name}: ${written};`;
  }

  /** Local modules may have been edited, packages installed. */
  #refreshDisk(checker: TypeChecker, analysis: CellAnalysis): void {
    if (this.#failedImports && analysis.imports.length > 0) checker.invalidate();
    const edited = [...this.#modified]
      .filter(([file, time]) => modificationTime(file) !== time)
      .map(([file]) => file);
    if (edited.length > 0) checker.update(edited);
    for (const file of edited) this.#modified.set(file, modificationTime(file));
  }

  #watchLocalModules(): void {
    for (const file of this.#withChecker((checker) => checker.sourceFiles())) {
      const time = modificationTime(file);
      if (time !== 0 && !this.#modified.has(file)) this.#modified.set(file, time);
    }
  }
}

function alias(name: string, { path }: RegisteredImport): Declaration {
  const text = `import ${name} = ${path};`;
  return { name, kind: "import", text, verbatim: text };
}

function looseDeclaration(name: string): Declaration {
  const text = `declare let ${name}: any;`;
  return { name, kind: "let", text, verbatim: text };
}

/** Each name of an import that fails says the same of its module. */
function withoutRepetitions(diagnostics: CellDiagnostic[]): CellDiagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ start, code, message }) => {
    const key = `${start} ${code} ${message}`;
    return !seen.has(key) && seen.add(key);
  });
}

function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function modificationTime(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** None for an object literal, which is a value to the transform, but not a program. */
function syntaxDiagnostics(cell: string): CellDiagnostic[] {
  try {
    transformCell(cell, { fileName: "cell.ts" });
    return [];
  } catch (error) {
    if (!(error instanceof CellSyntaxError)) throw error;
    const { message, offset: start, line, column } = error;
    return [{ category: "error", code: 1000, message, start, end: start + 1, line, column }];
  }
}

function notice(message: string): CellDiagnostic {
  return { category: "warning", code: 0, message, start: 0, end: 0, line: 1, column: 1 };
}
