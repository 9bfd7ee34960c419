import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type Database from "libsql";
import { logWarning } from "../log.js";
import type { History, HistoryEntry } from "./history.js";

/** Writes are collected so long, so that no cell waits for the disk. */
const writeDelayMs = 250;
/** How long to wait for another kernel that writes. */
const busyTimeoutMs = 200;

const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA busy_timeout = ${busyTimeoutMs};
  CREATE TABLE IF NOT EXISTS sessions (session INTEGER PRIMARY KEY AUTOINCREMENT, started TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS history (
    session INTEGER NOT NULL, line INTEGER NOT NULL, source TEXT NOT NULL, output TEXT, PRIMARY KEY (session, line));
  CREATE INDEX IF NOT EXISTS history_by_source ON history (source);
`;

/** What is not in the file yet. */
interface Unwritten {
  source: string;
  output: string | null;
}

/**
 * The history in an SQLite file that several kernels may use at once. The library (libsql: a build of SQLite that
 * needs no install script) and the file are opened when first needed, not when the kernel starts.
 */
export class SqliteHistory implements History {
  readonly #path: string;
  /** By line. */
  #unwritten = new Map<number, Unwritten>();
  #timer: NodeJS.Timeout | undefined;
  #opened: { database: Database.Database; session: number } | undefined;

  /** @param path the file, made with its folder if it does not exist; `:memory:` keeps nothing. */
  constructor(path: string) {
    this.#path = path;
  }

  add(line: number, source: string): void {
    this.#unwritten.set(line, { source, output: null });
    this.#timer ??= setTimeout(() => this.#write(), writeDelayMs).unref();
  }

  addOutput(line: number, output: string): void {
    const unwritten = this.#unwritten.get(line);
    if (unwritten) unwritten.output = output;
    else
      this.#attempt("UPDATE history SET output = ? WHERE session = ? AND line = ?", (session) => [
        [output, session, line],
      ]);
  }

  tail(n: number): HistoryEntry[] {
    return this.#newest(n, "true");
  }

  range(session: number, start: number, stop: number): HistoryEntry[] {
    const number = session > 0 ? session : this.#open().session + session;
    return this.#select(
      "SELECT * FROM history WHERE session = ? AND line >= ? AND line < ? ORDER BY line",
      number,
      start,
      stop,
    );
  }

  search(pattern: string, n: number, unique: boolean): HistoryEntry[] {
    const noLaterOne = `NOT EXISTS (SELECT 1 FROM history AS later WHERE later.source = history.source
      AND (later.session, later.line) > (history.session, history.line))`;
    return this.#newest(n, `source GLOB ? ${unique ? `AND ${noLaterOne}` : ""}`, pattern);
  }

  close(): void {
    this.#write();
    this.#opened?.database.close();
    this.#opened = undefined;
  }

  #newest(n: number, condition: string, ...parameters: unknown[]): HistoryEntry[] {
    const newest = `SELECT * FROM history WHERE ${condition} ORDER BY session DESC, line DESC LIMIT ?`;
    return this.#select(`SELECT * FROM (${newest}) ORDER BY session, line`, ...parameters, n);
  }

  #select(sql: string, ...parameters: unknown[]): HistoryEntry[] {
    this.#write();
    return this.#open()
      .database.prepare(sql)
      .all(...parameters) as HistoryEntry[];
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const cells = [...this.#unwritten];
    if (cells.length === 0) return;
    const written = this.#attempt("INSERT OR REPLACE INTO history VALUES (?, ?, ?, ?)", (session) =>
      cells.map(([line, { source, output }]) => [session, line, source, output]),
    );
    if (written) this.#unwritten.clear();
  }

  /** Runs a statement once for each row, all or none; says whether it worked. What failed is tried again later. */
  #attempt(sql: string, rows: (session: number) => unknown[][]): boolean {
    try {
      const { database, session } = this.#open();
      inTransaction(database, () => {
        const statement = database.prepare(sql);
        for (const row of rows(session)) statement.run(...row);
      });
      return true;
    } catch (error) {
      logWarning("the history could not be written", error);
      return false;
    }
  }

  #open() {
    if (!this.#opened) {
      try {
        this.#opened = openSession(this.#path);
      } catch (error) {
        logWarning(
          `the history file ${this.#path} cannot be used; this session's history will be lost`,
          error,
        );
        this.#opened = openSession(":memory:");
      }
    }
    return this.#opened;
  }
}

/** Not by the library's own function: on a full disk, what its ROLLBACK complains about hides what was wrong. */
function inTransaction(database: Database.Database, action: () => void): void {
  database.exec("BEGIN");
  try {
    action();
    database.exec("COMMIT");
  } catch (error) {
    try {
      database.exec("ROLLBACK");
    } catch {
      // SQLite has done so itself.
    }
    throw error;
  }
}

function openSession(path: string) {
  const database = openDatabase(path);
  try {
    const { lastInsertRowid } = database
      .prepare("INSERT INTO sessions (started) VALUES (?)")
      .run(new Date().toISOString());
    return { database, session: Number(lastInsertRowid) };
  } catch (error) {
    database.close();
    throw error;
  }
}

function openDatabase(path: string): Database.Database {
  if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
  const Libsql = createRequire(import.meta.url)("libsql") as typeof Database;
  const database = new Libsql(path);
  database.exec(schema);
  return database;
}

/** Beside Jupyter's own data: the place that `jupyter --data-dir` names. `MANABI_HISTORY` overrides it. */
export function historyPath(env = process.env, platform = process.platform): string {
  if (env["MANABI_HISTORY"]) return env["MANABI_HISTORY"];
  return join(env["JUPYTER_DATA_DIR"] ?? defaultDataDir(env, platform), "manabi", "history.sqlite");
}

function defaultDataDir(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (platform === "darwin") return join(homedir(), "Library", "Jupyter");
  if (platform === "win32") return join(env["APPDATA"] ?? homedir(), "jupyter");
  return join(env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "jupyter");
}
