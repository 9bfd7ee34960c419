/** The little that the kernel needs of a type checker, so that another one can take the place of TypeScript 7. */

export interface CheckerDiagnostic {
  file: string;
  start: number;
  end: number;
  code: number;
  category: "error" | "warning" | "suggestion";
  message: string;
}

export interface CheckerCompletion {
  name: string;
  kind: string;
  insertText?: string;
  /** Smaller sorts first. */
  sortText: string;
  /** Fetched when called; both are bounded in size. */
  signature?: () => string | undefined;
  documentation?: () => string;
}

export interface Description {
  name: string;
  kind: string;
  type: string;
  /** Of a variable: the interface of the same name, such as `Map<K, V>`. */
  interface?: string;
  documentation: string;
  tags: { name: string; text?: string | undefined }[];
}

/** A program over files that exist in memory or on disk. Positions are UTF-16 offsets. */
export interface TypeChecker {
  /** Tells which files in memory, or on disk, are not what they were. Everything else describes the newest state. */
  update(changed: string[]): void;
  /** Forgets what is known of the disk, such as which packages are installed. */
  invalidate(): void;
  syntacticDiagnostics(file: string): CheckerDiagnostic[];
  semanticDiagnostics(file: string): CheckerDiagnostic[];
  configurationDiagnostics(): CheckerDiagnostic[];
  /** The types of the names at these positions, written so that they mean the same in this file. */
  typesAt(file: string, positions: number[]): (string | undefined)[];
  /** Undefined where any name in scope could stand. */
  completions(file: string, position: number): CheckerCompletion[] | undefined;
  describe(file: string, position: number): Description | undefined;
  /** What a name would mean if it stood at this position. */
  describeName(file: string, position: number, name: string): Description | undefined;
  /** The file of the module that the specifier at this position names; undefined if there is none. */
  moduleAt(file: string, position: number): string | undefined;
  /** Files of the program that are not libraries: those a user may edit. */
  sourceFiles(): string[];
  close(): void;
}

export interface CheckerFiles {
  /** Text of a file in memory; undefined for files on disk. */
  read(file: string): string | undefined;
  /** False if a file on disk must not be found; undefined for all that is nobody's concern. */
  exists?(file: string): false | undefined;
}
