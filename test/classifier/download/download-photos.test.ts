import assert from "node:assert/strict";
import { appendFile, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  downloadPhotos,
  type DownloadPhotosOptions,
} from "../../../src/classifier/download/download-photos.js";
import type { PhotoRecord, PhotoSource } from "../../../src/classifier/download/photo.js";
import { setProgressSink } from "../../../src/host/progress-sink.js";
import { json, PhotoService } from "./photo-service.js";

const by = "https://creativecommons.org/licenses/by/4.0/";

/** A service with pictures of these numbers; their addresses may be others. */
function sourceOf(base: string, numbers: number[], more: (n: number) => object = () => ({})): PhotoSource {
  return {
    name: "test",
    intervalMs: 0,
    isPlaceholder: (url) => url.endsWith("/gone.png"),
    async *search(query, ask) {
      await ask(new URL(`/search?q=${query}`, base));
      for (const n of numbers) {
        const photo = {
          source: "test",
          id: String(n),
          url: `${base}/pictures/${n}`,
          page: `${base}/page/${n}`,
        };
        yield { ...photo, title: `[t](x) ${n}`, author: "Ann", licence: "CC BY", licenceUrl: by, ...more(n) };
      }
    },
  };
}

describe("classifier/download/download-photos", () => {
  let folder: string;
  let service: PhotoService;
  let busy: number;
  before(async () => {
    setProgressSink(() => () => {});
    service = await PhotoService.start((base) => ({
      "/search": (_request, response) => json(response, {}),
      "/busy": (_request, response, url) => {
        busy++;
        if (busy < 3) response.writeHead(429, { "retry-after": "0" }).end();
        else response.writeHead(302, { location: `${base}/pictures/${url.pathname.split("/")[2]}` }).end();
      },
      "/removed": (_request, response) => response.writeHead(302, { location: `${base}/gone.png` }).end(),
      "/gone.png": (_request, response) => response.end("\x89PNG\r\n\x1a\n"),
      "/page": (_request, response) => response.end("<html>"),
      "/cut": (_request, response) => {
        response.writeHead(200, { "content-length": "1000" });
        response.write("\x89PNG");
        setTimeout(() => response.destroy(), 10);
      },
    }));
  });
  after(async () => {
    setProgressSink();
    await service.stop();
  });
  beforeEach(async () => {
    busy = 0;
    service.asked.length = 0;
    folder = await mkdtemp(join(tmpdir(), "manabi-photos-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const download = (source: PhotoSource, more: Partial<DownloadPhotosOptions> = {}) =>
    downloadPhotos({
      classes: ["crow"], folder, source, perClass: 3, contact: "me@example.org", firstWaitMs: 1, ...more,
    }); // prettier-ignore

  it("writes pictures, where they are from, and credits; asks with a name", async () => {
    const photos = await download(sourceOf(service.base, [1, 2, 3, 4]));
    assert.deepEqual(photos.counts, { crow: 3 });
    assert.deepEqual((await readdir(join(folder, "crow"))).toSorted(), [
      "test-1.png",
      "test-2.png",
      "test-3.png",
    ]);
    assert.ok(service.asked.every(({ userAgent }) => userAgent === "manabi-classifier/1 (me@example.org)"));
    const [first] = (await readFile(join(folder, "photos.jsonl"), "utf8")).split("\n");
    const record = JSON.parse(first!) as PhotoRecord;
    assert.equal(record.author, "Ann");
    assert.match(record.sha256, /^[\da-f]{64}$/);
    const credits = await readFile(join(folder, "CREDITS.md"), "utf8");
    assert.match(
      credits,
      /`crow\/test-1\.png`: \[\\\[t\\\]\\\(x\\\) 1\]\(http:.*\/page\/1\) by Ann, \[CC BY\]\(https:/,
    );
  });

  it("goes on where an earlier run stopped, even in the middle of a line", async () => {
    await download(sourceOf(service.base, [1, 2]), { perClass: 2 });
    await appendFile(join(folder, "photos.jsonl"), '{"source":"test","id":"9","fi');
    service.asked.length = 0;
    const photos = await download(sourceOf(service.base, [1, 2, 3]));
    assert.deepEqual(photos.counts, { crow: 3 });
    assert.equal(service.askedFor("/pictures").length, 1);
    await download(sourceOf(service.base, [1, 2, 3]));
    assert.equal(service.askedFor("/search").length, 1, "of a class that is complete nothing is asked");
    await rm(join(folder, "crow/test-1.png"));
    assert.deepEqual((await download(sourceOf(service.base, [1]))).counts, { crow: 3 });
  });

  it("passes over what is not free, removed, no picture, the same or broken, and says so", async () => {
    const { base } = service;
    const photos = await download(
      sourceOf(base, [1, 2, 3, 4, 5, 6, 7], (n) =>
        n === 1
          ? { licenceUrl: "https://creativecommons.org/licenses/by-nd/4.0/" }
          : n === 2
            ? { url: `${base}/removed` }
            : n === 3
              ? { url: `${base}/page/3` }
              : n === 5
                ? { url: `${base}/pictures/4` }
                : n === 6
                  ? { url: `${base}/missing` }
                  : n === 7
                    ? { url: `${base}/cut` }
                    : {},
      ),
    );
    assert.deepEqual(photos.counts, { crow: 1 });
    assert.deepEqual(photos.passedOver, {
      licence: 1, placeholder: 1, "no picture": 1, "same as another": 1, failed: 2,
    }); // prettier-ignore
    assert.match(photos.failures.join("\n"), /missing: 127\.0\.0\.1:\d+: HTTP 404/);
  });

  it("waits as a service asks it to", async () => {
    const photos = await download(
      sourceOf(service.base, [1], () => ({ url: `${service.base}/busy/1` })),
      { perClass: 1 },
    );
    assert.deepEqual(photos.counts, { crow: 1 });
    assert.equal(service.askedFor("/busy").length, 3);
  });

  it("asks one host no more often than its rules want", async () => {
    const source: PhotoSource = {
      name: "slow",
      intervalMs: 60,
      // oxlint-disable-next-line require-yield -- finds nothing
      async *search(_query, ask) {
        for (let i = 0; i < 3; i++) await ask(new URL("/search", service.base));
      },
    };
    await download(source);
    const times = service.asked.map(({ at }) => at);
    assert.ok(times[2]! - times[0]! >= 110, `${times[2]! - times[0]!} ms`);
  });

  it("ends when it is told to, and keeps what came", async () => {
    const stop = new AbortController();
    const numbers = Array.from({ length: 50 }, (_, i) => i);
    const source = sourceOf(service.base, numbers, (n) => {
      if (n === 20) stop.abort();
      return {};
    });
    await assert.rejects(download(source, { perClass: 50, signal: stop.signal }), { name: "AbortError" });
    const kept = await readdir(join(folder, "crow"));
    assert.ok(kept.length > 5 && kept.every((name) => name.endsWith(".png")), kept.join());
    assert.deepEqual((await download(sourceOf(service.base, numbers), { perClass: 50 })).counts, {
      crow: 50,
    });
  });

  it("refuses names that leave the folder, and asking without a contact", async () => {
    for (const name of ["../x", "", "/x", ".hidden", "a/b"])
      // oxlint-disable-next-line no-await-in-loop
      await assert.rejects(download(sourceOf(service.base, []), { classes: [name] }), /becomes a folder/);
    await assert.rejects(download(sourceOf(service.base, []), { contact: "me" }), /mail or web address/);
    const odd = await download(
      sourceOf(service.base, [1], () => ({ id: "../../x" })),
      { perClass: 1 },
    );
    assert.match(odd.records[0]!.file, /^crow\/test-[\da-f]{16}\.png$/);
  });
});
