import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { cleanlyInterrupted } from "../../download/index.js";
import { writeWhole } from "../../files/write-whole.js";
import { openProgress } from "../../host/progress-sink.js";
import { formatOf } from "../../images/index.js";
import { freeLicences, type LicenceKind, licenceKind } from "./licences.js";
import type { Photo, PhotoRecord, PhotoSource } from "./photo.js";
import { PhotoLog } from "./photo-log.js";
import { PoliteClient } from "./polite-client.js";

export interface DownloadPhotosOptions {
  /** The names of the classes, or what to search for by the names of the classes. */
  classes: readonly string[] | Readonly<Record<string, string>>;
  /** Where the pictures go: a folder for each class, `photos.jsonl` and `CREDITS.md`. */
  folder: string;
  source: PhotoSource;
  /** How many pictures of each class; 100 if left out. */
  perClass?: number;
  /** Which licences are wanted; those that let everybody use and change the pictures if left out. */
  licences?: readonly LicenceKind[];
  /** A mail or web address for those who run the service, if something goes wrong. */
  contact: string;
  signal?: AbortSignal;
  /** The wait before a second try, in milliseconds; 1000 if left out. */
  firstWaitMs?: number;
}

/** Why a picture was passed over. */
export type PassedOver = "licence" | "placeholder" | "no picture" | "same as another" | "failed";

export interface DownloadedPhotos {
  folder: string;
  records: readonly PhotoRecord[];
  /** How many pictures each class has, those of earlier runs included. */
  counts: Readonly<Record<string, number>>;
  /** How many were passed over, and why. */
  passedOver: Readonly<Partial<Record<PassedOver, number>>>;
  /** What went wrong with single pictures. */
  failures: readonly string[];
}

/** The formats that are kept. */
const extensions: Readonly<Record<string, string>> = { jpeg: "jpg", png: "png", gif: "gif", webp: "webp" };

/** So many pictures at once. */
const atOnce = 4;

/**
 * Downloads pictures of classes from a service, politely, and goes on where an earlier run stopped. Of each picture it is written
 * down where it is from, who made it, and under which licence.
 *
 * @throws Error if the service does not answer or refuses; what has come until then stays
 * @example
 * const photos = await classifier.downloadPhotos({
 *   classes: { boar: "Sus scrofa", crow: "Corvus" },
 *   folder: "photos",
 *   source: classifier.iNaturalist(),
 *   contact: "https://my.site/about",
 * });
 */
export async function downloadPhotos(options: DownloadPhotosOptions): Promise<DownloadedPhotos> {
  const { classes, folder, perClass = 100, contact } = options;
  if (!/@|:\/\//.test(contact))
    throw new Error(
      `contact is ${JSON.stringify(contact)}. Expected a mail or web address: services block who has none.`,
    );
  const queries = Array.isArray(classes)
    ? (classes as readonly string[]).map((name) => [name, name] as const)
    : Object.entries(classes as Record<string, string>);
  for (const [name] of queries) {
    if (!/^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u.test(name))
      throw new Error(
        `The class ${JSON.stringify(name)} becomes a folder. Expected letters, digits, spaces, dots, - and _.`,
      );
  }
  return cleanlyInterrupted(options.signal, async (signal) => {
    const log = await PhotoLog.open(folder);
    const download = new PhotoDownload(options, log, signal);
    try {
      // One class after the other: a service counts the questions of all.
      // oxlint-disable-next-line no-await-in-loop
      for (const [name, query] of queries) await download.fill(name, query, perClass);
    } finally {
      await log.writeCredits();
    }
    const counts = Object.fromEntries(queries.map(([name]) => [name, download.countOf(name)]));
    return {
      folder,
      records: log.records,
      counts,
      passedOver: download.passedOver,
      failures: download.failures,
    };
  });
}

class PhotoDownload {
  readonly passedOver: Partial<Record<PassedOver, number>> = {};
  readonly failures: string[] = [];
  private readonly client: PoliteClient;
  private readonly wanted: readonly LicenceKind[];
  /** Of the pictures that are there, and of those that are just being written. */
  private readonly hashes: Set<string>;

  constructor(
    private readonly options: DownloadPhotosOptions,
    private readonly log: PhotoLog,
    private readonly signal: AbortSignal | undefined,
  ) {
    const userAgent = `manabi-classifier/1 (${options.contact})`;
    const { firstWaitMs } = options;
    this.client = new PoliteClient({ userAgent, signal, ...(firstWaitMs !== undefined && { firstWaitMs }) });
    this.wanted = options.licences ?? freeLicences;
    this.hashes = new Set(log.records.map(({ sha256 }) => sha256));
  }

  countOf(name: string): number {
    return this.log.records.filter((record) => record.class === name).length;
  }

  /** Downloads until a class has `most` pictures, or there are no more. */
  async fill(name: string, query: string, most: number): Promise<void> {
    if (this.countOf(name) >= most) return;
    const { source, folder } = this.options;
    await mkdir(join(folder, name), { recursive: true });
    const show = openProgress();
    const running = new Set<Promise<void>>();
    let broken: Error | undefined;
    const found = source.search(query, (url) => this.client.json(url, source.intervalMs));
    try {
      for await (const photo of found) {
        this.signal?.throwIfAborted();
        if (this.log.has(photo)) continue;
        if (!this.wanted.includes(licenceKind(photo.licenceUrl))) {
          this.pass("licence");
          continue;
        }
        while (running.size > 0 && (running.size >= atOnce || this.countOf(name) + running.size >= most))
          await Promise.race(running);
        if (this.countOf(name) >= most) break;
        const one: Promise<void> = this.take(photo, name)
          .catch((error: unknown) => {
            broken ??= error as Error;
          })
          .finally(() => {
            running.delete(one);
            show(this.lineOf(name, most), false);
          });
        running.add(one);
        if (broken) break;
      }
    } finally {
      await Promise.all(running);
      show(this.lineOf(name, most), true);
    }
    this.signal?.throwIfAborted();
    if (broken) throw broken;
  }

  /** @throws Error if the picture cannot be written */
  private async take(photo: Photo, name: string): Promise<void> {
    const { source, folder } = this.options;
    const got = await this.client.bytes(photo.url, 0).catch((error: unknown) => {
      this.signal?.throwIfAborted();
      this.pass("failed");
      if (this.failures.length < 20) this.failures.push(`${photo.url}: ${(error as Error).message}`);
    });
    if (!got) return;
    const { bytes, url } = got;
    const type = extensions[formatOf(bytes) ?? ""];
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    if (source.isPlaceholder?.(url)) return this.pass("placeholder");
    if (!type) return this.pass("no picture");
    if (this.hashes.has(sha256)) return this.pass("same as another");
    this.hashes.add(sha256);
    const id = /^[\w-]{1,80}$/.test(photo.id) ? photo.id : sha256.slice(0, 16);
    const file = `${name}/${photo.source}-${id}.${type}`;
    await writeWhole(join(folder, file), bytes);
    await this.log.add({ ...photo, class: name, sha256, bytes: bytes.length, file });
  }

  private pass(why: PassedOver): void {
    this.passedOver[why] = (this.passedOver[why] ?? 0) + 1;
  }

  private lineOf(name: string, most: number): string {
    const passed = Object.entries(this.passedOver).map(([why, count]) => `${why} ${count}`);
    return `${name}: ${this.countOf(name)} of ${most}${passed.length > 0 ? `, passed over: ${passed.join(", ")}` : ""}`;
  }
}
