import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Where Manabi keeps what it downloads: `MANABI_HOME` if that is set, else its folder in the platform's cache folder. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (env.MANABI_HOME) return resolve(env.MANABI_HOME);
  if (platform === "win32")
    return join(env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "manabi", "Cache");
  if (platform === "darwin") return join(homedir(), "Library", "Caches", "manabi");
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "manabi");
}

/** Where Keras keeps its downloads: `KERAS_HOME`, else `~/.keras`. */
export function kerasFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env.KERAS_HOME ? resolve(env.KERAS_HOME) : join(homedir(), ".keras");
}
