import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatasetOptions } from "../../src/datasets/dataset-file.js";
import { FileServer } from "../download/file-server.js";

/** Has a suite's data sets come from this machine: `options()` are for `loadData`. */
export function serve(files: Record<string, Buffer>): {
  server: FileServer;
  options: (...folders: string[]) => DatasetOptions & { cacheFolder: string };
} {
  const server = new FileServer(files);
  let folder: string;
  before(() => server.start());
  after(() => server.stop());
  beforeEach(async () => {
    server.asked = [];
    server.next = [];
    folder = await mkdtemp(join(tmpdir(), "manabi-data-"));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const checksums = Object.fromEntries(
    Object.entries(files).map(([name, content]) => [
      name,
      createHash("sha256").update(content).digest("hex"),
    ]),
  );
  return {
    server,
    options: (...folders) => ({
      cacheFolder: folder,
      mirrors: (folders.length > 0 ? folders : ["good"]).map((each) => server.url(each, "")),
      checksums,
      onProgress: () => {},
      retryAfterMs: 1,
      stallTimeoutMs: 200,
    }),
  };
}
