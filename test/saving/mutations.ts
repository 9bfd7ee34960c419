import { unzipSync, zipSync } from "fflate";
import type { Json, JsonObject } from "../../src/saving/json.js";
import { mulberry32 } from "../../src/tfjs/mulberry32.js";

/** What is done to a file, by a name that says so. */
export type Mutation = (bytes: Uint8Array, others: Uint8Array[]) => Uint8Array;

/** Values that break what takes them for granted. */
const strange: Json[] = [
  null,
  true,
  false,
  -1,
  0,
  0.5,
  1e300,
  2 ** 31,
  2 ** 53,
  "",
  "__proto__",
  "constructor",
  "Dense",
  "x".repeat(10_000),
  [],
  [[]],
  [null],
  [-1],
  [1e9, 1e9],
  {},
  { class_name: "Dense", config: {} },
  { class_name: "Lambda", config: { function: ["4wEA"] } },
  { class_name: "__tensor__", config: { value: 1 } },
];

/** Damages files, always the same from the same seed. */
export class Mutations {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = mulberry32(seed);
  }

  readonly all: Record<string, Mutation> = {
    "flipped bits": (bytes) => {
      const copy = bytes.slice();
      for (let i = 1 + this.#below(8); i > 0; i--) copy[this.#below(copy.length)]! ^= 1 << this.#below(8);
      return copy;
    },
    "random bytes": (bytes) => {
      const copy = bytes.slice();
      for (let i = 1 + this.#below(30); i > 0; i--) copy[this.#below(copy.length)] = this.#below(256);
      return copy;
    },
    "huge numbers": (bytes) => {
      const copy = bytes.slice();
      const at = this.#below(copy.length - 8);
      copy.fill(this.#below(2) ? 0xff : 0x7f, at, at + 2 ** this.#below(4));
      return copy;
    },
    "a hole": (bytes) => {
      const copy = bytes.slice();
      const at = this.#below(copy.length);
      return copy.fill(0, at, at + this.#below(2000));
    },
    "cut short": (bytes) => bytes.slice(0, this.#below(bytes.length)),
    "a part repeated": (bytes) => {
      const [from, to] = [this.#below(bytes.length), this.#below(bytes.length)];
      const copy = bytes.slice();
      copy.copyWithin(to, from, from + this.#below(3000));
      return copy;
    },
    "a part left out": (bytes) => {
      const at = this.#below(bytes.length);
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + this.#below(500))]);
    },
    "another file's member": (bytes, others) => {
      const members = unzip(bytes);
      const strangers = unzip(this.#of(others));
      const [name, stranger] = [this.#of(Object.keys(members)), this.#of(Object.values(strangers))];
      if (!name || !stranger) return bytes;
      return zipSync({ ...members, [name]: stranger }, { level: 0 });
    },
    "a configuration with other values": (bytes) =>
      this.#changed(bytes, (config) => {
        for (let i = 1 + this.#below(3); i > 0; i--) {
          const [parent, key] = this.#place(config);
          parent[key] = structuredClone(this.#of(strange));
        }
      }),
    "a configuration whose parts changed places": (bytes) =>
      this.#changed(bytes, (config) => {
        const [[a, keyOfA], [b, keyOfB]] = [this.#place(config), this.#place(config)];
        [a[keyOfA], b[keyOfB]] = structuredClone([b[keyOfB]!, a[keyOfA]!]) as [Json, Json];
      }),
    "a configuration that is deep": (bytes) =>
      this.#changed(bytes, (config) => {
        let deep: Json = 1;
        const isList = this.#below(2) === 0;
        for (let i = 0; i < 2000; i++) deep = isList ? [deep] : { class_name: "Sequential", config: deep };
        const [parent, key] = this.#place(config);
        parent[key] = deep;
      }),
    "a configuration without a part": (bytes) =>
      this.#changed(bytes, (config) => {
        const [parent, key] = this.#place(config);
        delete parent[key];
      }),
  };

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #of<T>(list: T[]): T {
    return list[this.#below(list.length)]!;
  }

  /** Anywhere in `json`. */
  #place(json: JsonObject): [JsonObject, string] {
    const places: [JsonObject, string][] = [];
    const collect = (value: Json): void => {
      if (typeof value !== "object" || value === null) return;
      for (const [key, child] of Object.entries(value)) {
        places.push([value as JsonObject, key]);
        collect(child);
      }
    };
    collect(json);
    return this.#of(places);
  }

  /** The archive with its configuration changed; of an HDF5 file random bytes in the text of its configuration. */
  #changed(bytes: Uint8Array, change: (config: JsonObject) => void): Uint8Array {
    const members = unzip(bytes);
    const text = members["config.json"];
    if (!text) return this.all["random bytes"]!(bytes, []);
    const config = JSON.parse(new TextDecoder().decode(text)) as JsonObject;
    change(config);
    return zipSync(
      { ...members, "config.json": new TextEncoder().encode(JSON.stringify(config)) },
      { level: 0 },
    );
  }
}

function unzip(bytes: Uint8Array): Record<string, Uint8Array> {
  return bytes[0] === 0x50 ? unzipSync(bytes) : {};
}
