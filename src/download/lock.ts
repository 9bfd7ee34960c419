import { mkdir, open, readFile, rm, stat, utimes, rename } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A holder touches its lock more often than that; who does not is gone. */
const staleAfterMs = 15_000;

/**
 * Runs `action` while this process alone holds the lock `path`, a file; of a process that has died it is taken away.
 * @param signal ends the waiting
 */
export async function withLock<Value>(
  path: string,
  signal: AbortSignal | undefined,
  action: () => Promise<Value>,
): Promise<Value> {
  await mkdir(dirname(path), { recursive: true });
  const owner = `${process.pid} ${randomUUID()}`;
  while (!(await take(path, owner))) await sleep(200, undefined, { signal });
  const touch = setInterval(() => {
    const now = new Date();
    // If it is gone, somebody took it away: what two write at once is found out by its hash.
    utimes(path, now, now).catch(() => clearInterval(touch));
  }, staleAfterMs / 5);
  touch.unref();
  try {
    return await action();
  } finally {
    clearInterval(touch);
    if ((await readFile(path, "utf8").catch(() => "")) === owner) await rm(path, { force: true });
  }
}

async function take(path: string, owner: string): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    try {
      await file.writeFile(owner);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const found = await stat(path).catch(() => undefined);
  const content = await readFile(path, "utf8").catch(() => "");
  const isStale =
    found && (Date.now() - found.mtimeMs > staleAfterMs || isDead(Number.parseInt(content, 10)));
  if (isStale) {
    // One of those that wait gets it away; the others find none.
    const away = `${path}.${randomUUID()}`;
    await rename(path, away).catch(() => undefined);
    await rm(away, { force: true });
  }
  return false;
}

/** Only if certain: of this machine, and no such process. */
function isDead(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
