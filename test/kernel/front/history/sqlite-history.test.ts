import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { captureLog } from "../../fakes.js";
import { historyPath, SqliteHistory } from "../../../../src/kernel/front/history/sqlite-history.js";

describe("SqliteHistory", () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "manabi-history-"))));
  afterEach(() => rm(folder, { recursive: true }));
  const open = () => new SqliteHistory(join(folder, "new", "history.sqlite"));
  const sources = (entries: { source: string }[]) => entries.map(({ source }) => source);

  it("is kept when the kernel ends", () => {
    const first = open();
    first.add(1, "a");
    first.addOutput(1, "1");
    first.add(2, "b");
    first.close();
    const second = open();
    second.add(1, "c");
    assert.deepEqual(second.tail(2), [
      { session: 1, line: 2, source: "b", output: null },
      { session: 2, line: 1, source: "c", output: null },
    ]);
    assert.deepEqual(sources(second.range(-1, 1, 3)), ["a", "b"]);
    assert.deepEqual(sources(second.range(1, 1, 2)), ["a"]);
    assert.deepEqual(sources(second.range(0, 1, 9)), ["c"]);
    assert.equal(second.tail(3)[0]?.output, "1");
    second.close();
  });

  it("says what was wrong where SQLite has given up a transaction itself, as on a full disk", () => {
    const first = open();
    first.add(1, "a");
    first.close();
    const Libsql = createRequire(import.meta.url)("libsql") as new (path: string) => {
      exec(sql: string): void;
      close(): void;
    };
    const database = new Libsql(join(folder, "new", "history.sqlite"));
    database.exec(
      "CREATE TRIGGER full BEFORE INSERT ON history BEGIN SELECT RAISE(ROLLBACK, 'no room left'); END",
    );
    database.close();
    const log = captureLog();
    const second = open();
    second.add(1, "b");
    assert.deepEqual(sources(second.tail(5)), ["a"]);
    second.close();
    log.release();
    assert.match(log.text, /the history could not be written: .*no room left/);
    assert.doesNotMatch(log.text, /rollback/i);
  });

  it("is shared by kernels that write at the same time", () => {
    const [one, two] = [open(), open()];
    for (let line = 1; line <= 50; line++) {
      one.add(line, `one ${line}`);
      two.add(line, `two ${line}`);
      if (line % 7 === 0) one.tail(1);
      if (line % 5 === 0) two.tail(1);
    }
    one.addOutput(50, "late");
    one.close();
    assert.equal(two.search("one*", 100, false).length, 50);
    assert.equal(two.search("two*", 100, false).length, 50);
    assert.equal(two.search("one 50", 1, true)[0]?.output, "late");
    two.close();
  });

  it("finds by pattern the newest, and with unique only the last of equal ones", () => {
    const history = open();
    ["x1", "y", "x2", "x1"].forEach((source, index) => history.add(index + 1, source));
    assert.deepEqual(sources(history.search("x*", 10, false)), ["x1", "x2", "x1"]);
    assert.deepEqual(sources(history.search("x?", 10, true)), ["x2", "x1"]);
    assert.deepEqual(sources(history.search("*", 2, false)), ["x2", "x1"]);
    history.close();
  });

  it("lives in memory if its file cannot be used", async () => {
    await writeFile(join(folder, "file"), "");
    const log = captureLog();
    const history = new SqliteHistory(join(folder, "file", "history.sqlite"));
    history.add(1, "a");
    const found = sources(history.tail(1));
    log.release();
    assert.deepEqual(found, ["a"]);
    assert.match(log.text, /history\.sqlite cannot be used; this session's history will be lost/);
    history.close();
  });

  it("is beside Jupyter's data unless told otherwise", () => {
    assert.equal(historyPath({ MANABI_HISTORY: "/h.sqlite", JUPYTER_DATA_DIR: "/j" }), "/h.sqlite");
    assert.equal(historyPath({ JUPYTER_DATA_DIR: "/j" }), join("/j", "manabi", "history.sqlite"));
    assert.equal(
      historyPath({ XDG_DATA_HOME: "/x" }, "linux"),
      join("/x", "jupyter", "manabi", "history.sqlite"),
    );
  });
});
