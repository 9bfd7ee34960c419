import fs from "node:fs";

const USUAL = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export const GET_CHROMIUM =
  "install Chromium (Debian: sudo apt install chromium) or set MANABI_CHROMIUM to one";

/** The Chromium that the browser tests run, or undefined where there is none; `MANABI_CHROMIUM` names another. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.MANABI_CHROMIUM) return env.MANABI_CHROMIUM;
  return USUAL.find((file) => fs.existsSync(file));
}
