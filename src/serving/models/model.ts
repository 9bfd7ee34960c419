import type { ModelOptions } from "../settings.js";
import { ServingError } from "../status.js";
import type { BatchListener } from "./batcher.js";
import { findVersions, type VersionFiles } from "./source.js";
import { ModelVersion, type VersionSettings } from "./version.js";

/** A model under its name: all of its versions that are served, or were. */
export class Model {
  /** By number; the newest last. Those that ended are kept for the status until another takes their place. */
  readonly #versions = new Map<string, ModelVersion>();
  #reading: Promise<void> | undefined;
  #isClosed = false;

  constructor(
    readonly name: string,
    readonly options: ModelOptions,
    private readonly settings: VersionSettings,
    private readonly listener: BatchListener,
  ) {}

  get versions(): ModelVersion[] {
    return [...this.#versions.values()].toSorted((a, b) => Number(BigInt(b.version) - BigInt(a.version)));
  }

  get isReady(): boolean {
    return this.versions.some((version) => version.isReady);
  }

  /**
   * The version that a request is for: the newest, unless it names one.
   *
   * @throws ServingError in TensorFlow Serving's words
   */
  find(version?: string, label?: string): ModelVersion {
    if (label !== undefined) {
      const number = Object.hasOwn(this.options.labels ?? {}, label)
        ? this.options.labels![label]
        : undefined;
      if (number === undefined)
        throw new ServingError("INVALID_ARGUMENT", `Unrecognized servable version label: ${label}`);
      return this.find(String(number));
    }
    const served = this.versions.filter(({ state }) => state === "AVAILABLE");
    const found =
      version === undefined
        ? (served.find((one) => one.isReady) ?? served[0])
        : served.find((one) => one.version === version);
    if (!found)
      throw new ServingError(
        "NOT_FOUND",
        `Servable not found for request: ${version === undefined ? `Latest(${this.name})` : `Specific(${this.name}, ${version})`}`,
      );
    return found;
  }

  /** Looks at the disk: new versions are loaded, then those that are gone or were replaced are unloaded. */
  refresh(): Promise<void> {
    this.#reading ??= this.#refresh().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #refresh(): Promise<void> {
    const found = await findVersions(this.options);
    const isNew = ({ version, stamp }: VersionFiles): boolean => {
      const known = this.#versions.get(version);
      // What could not be loaded may have been half written.
      const hasFailed = known?.problem !== undefined;
      return !known || (known.state === "END" && (!hasFailed || known.files.stamp !== stamp));
    };
    const problems: string[] = [];
    for (const files of found.filter(isNew))
      // oxlint-disable-next-line no-await-in-loop -- one after the other, so that the old version keeps its processor
      await this.#add(files).catch((error: Error) => problems.push(error.message));
    const isThere = (version: ModelVersion): boolean =>
      found.some((files) => files.version === version.version);
    // While no new one can take its place, the old one stays.
    const hasNew = this.versions.some((version) => isThere(version) && version.state === "AVAILABLE");
    const old = this.versions.filter((version) => version.state === "AVAILABLE" && !isThere(version));
    if (hasNew) await Promise.all(old.map((version) => this.#remove(version)));
    if (problems.length > 0) throw new Error(problems.join("\n"));
  }

  async #add(files: VersionFiles): Promise<void> {
    const title = `${this.name} version ${files.version}`;
    const version = new ModelVersion(
      title,
      files,
      { ...this.settings, pixels: this.options.pixels },
      this.listener,
    );
    this.#versions.set(files.version, version);
    const start = performance.now();
    try {
      await version.load();
    } catch (error) {
      throw new Error(`${title} (${files.path}) cannot be served: ${(error as Error).message}`, {
        cause: error,
      });
    }
    if (this.#isClosed) return version.unload(0);
    const slow = version.info?.slow;
    this.settings.log(
      `${title} is served from ${files.path} by process ${version.pid} (loaded in ${Math.round(performance.now() - start)} ms).` +
        (slow === undefined ? "" : ` It runs layer by layer, which is slower: ${slow}`),
    );
  }

  async #remove(version: ModelVersion): Promise<void> {
    await version.unload(this.settings.requestTimeoutMs);
    this.settings.log(`${version.title} is not served any more.`);
    // Of old versions, the last one's end is shown.
    const ended = this.versions.filter(({ state }) => state === "END");
    for (const { version: number } of ended.slice(1)) this.#versions.delete(number);
  }

  async close(timeout: number): Promise<void> {
    this.#isClosed = true;
    await Promise.all(
      this.versions.filter(({ state }) => state !== "END").map((version) => version.unload(timeout)),
    );
  }
}
