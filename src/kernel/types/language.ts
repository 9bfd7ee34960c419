/** Types of a notebook: one growing virtual program in which the current cell is the only file that changes. */
import { join } from "node:path";
import type { CellDiagnostic } from "../contracts.js";
import { analyseCell, analyseRoughly, analyseUnfinished } from "./analysis.js";
import { AutoImports } from "./auto-imports.js";
import type { CellAnalysis, DeclaredName } from "./cell-analysis.js";
import { alias, CellViews, looseDeclaration, type CellView } from "./cell-view.js";
import type { CheckerCompletion, Description, TypeChecker } from "./checker.js";
import { configure, outdatedOptionCodes } from "./configuration.js";
import { DeclarationTable, type Declaration } from "./declarations.js";
import { DiskState, modificationTime } from "./disk-state.js";
import {
  inCell,
  isOfNumberedElement,
  isTold,
  missingModuleCode,
  notice,
  unknownNameCodes,
} from "./findings.js";
import { ImportTable } from "./imports.js";
import { LargeData } from "./large-data.js";
import { missingFields } from "./javascript-fields.js";
import { localModuleErrors } from "./local-module-errors.js";
import { NotebookLanguage } from "./notebook-language.js";
import { megabytes, showCell, type ShownCell } from "./shown-cell.js";
import { codeWithoutMagics, findMagics, type CellMagics, type LineMagic } from "../transform/magic-syntax.js";
import { negationAdvice } from "../transform/negation.js";
import { CellSyntaxError } from "../transform/syntax-error.js";
import { transformCell } from "../transform/transform.js";
import { readTsconfig } from "../transform/tsconfig.js";
import { startTypeScript7 } from "./typescript7.js";

export class CellLanguage {
  readonly #files = new Map<string, string>();
  readonly #declarations = new DeclarationTable();
  readonly #imports: ImportTable;
  readonly #views: CellViews;
  readonly #disk: DiskState;
  readonly #data: LargeData;
  readonly #language: NotebookLanguage;
  readonly autoImports: AutoImports;
  #checker: TypeChecker | undefined;
  /** What the next `check` has to tell beside the findings in its cell. */
  readonly #notices: string[] = [];
  readonly #told = new Set<string>();
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
    this.#disk = new DiskState(folder);
    this.#data = new LargeData(folder);
    this.#language = new NotebookLanguage(folder);
    this.#ownConfig = join(folder, "tsconfig.json");
    this.autoImports = new AutoImports(folder, homeFolder);
    const cellFiles = { ts: join(folder, "manabi-cell.ts"), tsx: join(folder, "manabi-cell.tsx") };
    this.#views = new CellViews(cellFiles, this.#declarations, this.#imports);
    for (const file of Object.values(cellFiles)) this.#files.set(file, this.#imports.header());
  }

  /** Starts the checker, so that the first cell need not wait for it. */
  start(): void {
    this.#withChecker((checker) => checker.semanticDiagnostics(this.#views.files.ts));
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
    const shown = showCell(source);
    if (!shown) return this.#unchecked(source);
    const analysis = analyseCell(shown.text);
    if (!analysis) return { diagnostics: syntaxDiagnostics(cell), remember: () => undefined };

    // A checker reads tsconfig.json when it starts.
    if (this.#configured !== modificationTime(this.#ownConfig)) this.close();
    const data = this.#data.mentioned(source);
    const { view, found, inModules } = this.#withChecker((checker) => {
      this.#disk.refresh(checker, source);
      if (data.isNew) checker.update([this.#data.file]);
      const first = this.#checked(checker, source, shown, analysis);
      const fields = missingFields(source, first.found, analysis.language);
      const more = fields.length > 0 ? showCell(source, fields) : undefined;
      const moreAnalysis = more && analyseCell(more.text);
      const last = moreAnalysis ? this.#checked(checker, source, more, moreAnalysis) : first;
      return { ...last, inModules: localModuleErrors(checker, this.folder, source, last.view) };
    });
    const diagnostics = this.#worthTelling([...found, ...inModules], source, magics);
    const ofCell = [...(shown.notice ? [shown.notice] : []), ...data.notices];
    const notices = [...this.#notices.splice(0), ...ofCell, ...this.#advice(diagnostics, source)];
    if (magics.lines.some(({ name }) => name === "%reset")) this.reset();
    return { diagnostics: [...notices.map(notice), ...diagnostics], remember: () => this.#remember(view) };
  }

  /** What else names that nobody knows may be meant to be. */
  #advice(found: CellDiagnostic[], source: string): Set<string> {
    const unknown = found.filter(({ code }) => unknownNameCodes.has(code));
    const numbered = found.filter(isOfNumberedElement);
    return new Set([
      ...unknown.flatMap((place) => {
        const name = source.slice(place.start, place.end);
        return negationAdvice(source, place) ?? this.autoImports.advice(name) ?? [];
      }),
      ...numbered.flatMap((place) => this.#elementAdvice(source, place) ?? []),
    ]);
  }

  /** How to read an element of what has none by number, if it has a method for that. */
  #elementAdvice(source: string, { start, end }: CellDiagnostic): string | undefined {
    const [, object = "", index = ""] = /^(.*)\[([^[\]]*)\]$/s.exec(source.slice(start, end)) ?? [];
    const asked = `${source.slice(0, start)}${object}.`;
    const names = new Set(this.completions(asked, asked.length)?.map(({ name }) => name));
    const method = ["at", "get", "slice"].find((name) => names.has(name));
    const call = method === "slice" ? `slice(${index}, 1)` : `${method}(${index})`;
    return method && `${object}[${index}] is undefined. An element is read by ${object}.${call}`;
  }

  /** A cell that is too large. */
  #unchecked(source: string): ReturnType<CellLanguage["check"]> {
    const names = analyseRoughly(source).declarations.map(({ name }) => looseDeclaration(name));
    const message = `A cell of ${megabytes(source.length)} is not type-checked; what it declares has the type any.`;
    return { diagnostics: [notice(message)], remember: () => this.#declarations.add(names) };
  }

  /** What of the findings the user is told. */
  #worthTelling(found: CellDiagnostic[], source: string, { lines }: CellMagics): CellDiagnostic[] {
    if (isUncheckedBy(source)) return [];
    const options = {
      noImplicitAny: readTsconfig(this.folder)?.options.noImplicitAny ?? false,
      isJavaScript: this.#language.isJavaScript(source),
    };
    const told = found.filter((each) => isTold(each, options));
    const missing = told.filter(({ code }) => code === missingModuleCode);
    this.#disk.noteMissing(source, missing);
    // What the cell itself installs, it may not have when it is checked.
    return lines.some(isInstallation) ? told.filter((each) => !missing.includes(each)) : told;
  }

  /** Undefined where any name in scope could stand. */
  completions(cell: string, cursor: number): CheckerCompletion[] | undefined {
    const source = codeWithoutMagics(cell);
    const shown = source === undefined ? undefined : showCell(source);
    if (!shown) return [];
    return this.#withChecker((checker) => {
      const { view, position } = this.#showAt(checker, shown, cursor);
      return checker.completions(view.file, position);
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
    const shown = source === undefined || /^\s/.test(source.charAt(position)) ? undefined : showCell(source);
    if (!shown) return undefined;
    return this.#withChecker((checker) => {
      const { view, position: at } = this.#showAt(checker, shown, position);
      return this.#asDeclared(checker.describe(view.file, at), view);
    });
  }

  /** Tells, until the next cell is shown, what each of `names` would mean if it stood at this position. */
  describer(cell: string, position: number, names: string[]): (name: string) => Description | undefined {
    const source = codeWithoutMagics(cell);
    const shown = source === undefined ? undefined : showCell(source);
    if (!shown) return () => undefined;
    return this.#withChecker((checker) => {
      const { view, position: at } = this.#showAt(checker, shown, position, names.join(" "));
      return (name) => this.#asDeclared(checker.describeName(view.file, at, name), view);
    });
  }

  /** Functions of earlier cells are variables to the checker, and it does not tell `const` from `let`. */
  #asDeclared(found: Description | undefined, { analysis }: CellView): Description | undefined {
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
    const own = [...Object.values(this.#views.files), this.#data.file];
    const { configFile, read: readOwn } = configure(this.folder, own);
    const read = (file: string) =>
      this.#files.get(file) ?? this.#imports.text(file) ?? this.#data.text(file) ?? readOwn(file);
    const exists = (file: string) => this.#data.exists(file);
    const checker = startTypeScript7(this.folder, configFile, { read, exists }, this.onCheckerStart);
    for (const { code, message } of checker.configurationDiagnostics())
      if (!outdatedOptionCodes.has(code)) this.#notice(`tsconfig.json: ${message}`);
    return checker;
  }

  /** Something is told once, however often it happens. */
  #notice(message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#notices.push(message);
  }

  /** Makes the cell the program's current one; `mentioned` are words that it might also contain. */
  #show(checker: TypeChecker, shown: ShownCell, analysis: CellAnalysis, mentioned = ""): CellView {
    const view = this.#views.view(shown, analysis, mentioned);
    const { file, text, changed } = view;
    if (this.#files.get(file) !== text) changed.push(file);
    this.#files.set(file, text);
    if (changed.length > 0) checker.update(changed);
    return view;
  }

  /** Shows a cell that is being written; `position` in it becomes one in the view's file. */
  #showAt(
    checker: TypeChecker,
    shown: ShownCell,
    position: number,
    mentioned?: string,
  ): { view: CellView; position: number } {
    const at = shown.fromSource(position);
    const view = this.#show(checker, shown, analyseUnfinished(shown.text, at), mentioned);
    return { view, position: view.start + at };
  }

  /** What is wrong with a cell, once declarations of earlier cells that are wrong where they stand have been replaced. */
  #checked(
    checker: TypeChecker,
    source: string,
    shown: ShownCell,
    analysis: CellAnalysis,
  ): { view: CellView; found: CellDiagnostic[] } {
    for (;;) {
      const view = this.#show(checker, shown, analysis);
      const found = checker.semanticDiagnostics(view.file);
      const wrong = view.earlier.filter(({ declaration: { kind, text, verbatim }, start, end }) => {
        const isWrong = found.some((each) => each.start >= start && each.start < end);
        return isWrong && kind !== "import" && text !== verbatim;
      });
      for (const { declaration } of wrong) declaration.text = declaration.verbatim;
      if (wrong.length > 0) continue;
      const imported = new Set(view.imports.map(({ entry }) => entry.file));
      const inImports = [...imported].flatMap((file) => checker.semanticDiagnostics(file));
      const hasEarlier = (name: string): boolean => this.#declarations.has(name);
      return { view, found: inCell([...found, ...inImports], view, source, hasEarlier) };
    }
  }

  /** Writes down the types of the cell's names. */
  #remember({ analysis, file, start, imports }: CellView): void {
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
    if (imports.length > 0) this.#disk.watch(this.#withChecker((checker) => checker.sourceFiles()));
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
}

/** Whether a cell starts with the comment that switches its checks off. */
function isUncheckedBy(source: string): boolean {
  return /^(?:\s|\/\/.*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*?\/\/\s*@ts-nocheck\b/.test(source);
}

/** Whether a command may install packages. */
function isInstallation({ name, argument }: LineMagic): boolean {
  return name === "%npm" || (name === "!" && /\b(?:npm|pnpm|yarn|bun|npx)\b/.test(argument));
}

function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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
