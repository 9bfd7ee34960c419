import type { FileHandle } from "node:fs/promises";
import { crc32, createInflateRaw } from "node:zlib";
import { Readable } from "node:stream";
import { notebookHost } from "../../host/notebook-host.js";

/** Bytes of which any part can be read. */
export interface ByteSource {
  readonly size: number;
  /** Fills `target` with the bytes from `position` on. @throws Error if there are not so many */
  read(target: Uint8Array, position: number): Promise<void>;
  /** Ends what is under way. The file itself belongs to who opened it. */
  close(): void;
}

const chunkBytes = 1 << 24;

/** A part of a file. */
export class FileSource implements ByteSource {
  constructor(
    private readonly file: FileHandle,
    private readonly start: number,
    readonly size: number,
    private readonly name: string,
  ) {}

  async read(target: Uint8Array, position: number): Promise<void> {
    if (position + target.length > this.size) throw cutShort(this.name);
    for (let done = 0; done < target.length;) {
      notebookHost()?.interruptSignal().throwIfAborted();
      const length = Math.min(chunkBytes, target.length - done);
      const { bytesRead } = await this.file.read(target, done, length, this.start + position + done);
      if (bytesRead === 0) throw cutShort(this.name);
      done += bytesRead;
    }
  }

  close(): void {}
}

/** What is compressed in a part of a file. It is read forwards; to go back it begins again. */
export class InflatedSource implements ByteSource {
  #chunks: AsyncIterator<Buffer> | undefined;
  #chunk: Buffer = Buffer.alloc(0);
  #position = 0;

  constructor(
    private readonly compressed: ByteSource,
    readonly size: number,
    private readonly name: string,
  ) {}

  async read(target: Uint8Array, position: number): Promise<void> {
    if (position + target.length > this.size) throw cutShort(this.name);
    if (position < this.#position || !this.#chunks) this.#restart();
    for (let done = 0; done < target.length;) {
      if (this.#chunk.length === 0) await this.#next();
      const skipped = Math.min(this.#chunk.length, Math.max(0, position + done - this.#position));
      const taken = this.#chunk.subarray(skipped, skipped + target.length - done);
      target.set(taken, done);
      done += taken.length;
      this.#position += skipped + taken.length;
      this.#chunk = this.#chunk.subarray(skipped + taken.length);
    }
  }

  close(): void {
    void this.#chunks?.return?.();
    this.#chunks = undefined;
  }

  #restart(): void {
    this.close();
    const inflate = createInflateRaw({ chunkSize: 1 << 20 });
    const packed = Readable.from(chunksOf(this.compressed));
    packed.on("error", (error) => inflate.destroy(error));
    this.#chunks = packed.pipe(inflate)[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    this.#chunk = Buffer.alloc(0);
    this.#position = 0;
  }

  async #next(): Promise<void> {
    const next = await this.#chunks!.next().catch((error: NodeJS.ErrnoException) => {
      throw error.code?.startsWith("Z_") ? new Error(`${this.name} is damaged: ${error.message}.`) : error;
    });
    if (next.done) throw cutShort(this.name);
    this.#chunk = next.value;
  }
}

async function* chunksOf(source: ByteSource): AsyncGenerator<Buffer> {
  for (let position = 0; position < source.size; position += chunkBytes) {
    const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, source.size - position));
    await source.read(chunk, position);
    yield chunk;
  }
}

/** Compares the checksum of what is read in order from the beginning to the end. */
export class CheckedSource implements ByteSource {
  #sum = 0;
  #next = 0;

  constructor(
    private readonly source: ByteSource,
    private readonly checksum: number,
    private readonly name: string,
  ) {}

  get size(): number {
    return this.source.size;
  }

  async read(target: Uint8Array, position: number): Promise<void> {
    const isInOrder = position === this.#next;
    if (position === 0) this.#sum = 0;
    for (let done = 0; done < target.length; done += chunkBytes) {
      const part = target.subarray(done, done + chunkBytes);
      await this.source.read(part, position + done);
      if (isInOrder || position === 0) this.#sum = crc32(part, this.#sum);
    }
    if (!isInOrder && position !== 0) return;
    this.#next = position + target.length;
    if (this.#next === this.size && this.#sum !== this.checksum)
      throw new Error(`${this.name} is damaged: its checksum is wrong. Get or save the file again.`);
  }

  close(): void {
    this.source.close();
  }
}

const cutShort = (name: string): Error =>
  new Error(`${name} is cut short: it holds fewer bytes than it says. Get or save the file again.`);
