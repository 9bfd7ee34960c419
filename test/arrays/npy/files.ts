import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface NumpyFile {
  name: string;
  file: string;
  shape: number[];
  dtype: string;
  fortran: boolean;
  values: unknown;
}

/** What test/fixtures/keras/numpy_files.py has NumPy write. */
export const numpy = JSON.parse(readFileSync("test/fixtures/keras/numpy_files.json", "utf8")) as {
  files: NumpyFile[];
  archive: string;
  objects: string;
  unsupported: Record<string, string>;
  halves: number[];
};

export const bytesOf = (base64: string): Buffer => Buffer.from(base64, "base64");

/** A folder that is there while a `describe` runs. */
export function temporaryFolder(): {
  path(name: string): string;
  write(name: string, bytes: Uint8Array): string;
} {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "manabi-npy-"));
  });
  after(() => rmSync(folder, { recursive: true }));
  const path = (name: string): string => join(folder, name);
  return {
    path,
    write(name, bytes) {
      writeFileSync(path(name), bytes);
      return path(name);
    },
  };
}

/** Values as the JSON beside the script has them. */
export function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText);
  if (typeof value === "number" && Number.isNaN(value)) return "nan";
  if (value === Infinity || value === -Infinity) return String(value).replace("Infinity", "inf");
  return typeof value === "boolean" ? Number(value) : value;
}

/** A flat list as nested arrays. */
export function nested(values: ArrayLike<unknown>, shape: readonly number[]): unknown {
  if (shape.length === 0) return values[0];
  const size = shape.slice(1).reduce((product, length) => product * length, 1);
  return Array.from({ length: shape[0]! }, (_, i) =>
    nested(Array.from(values).slice(i * size, (i + 1) * size), shape.slice(1)),
  );
}
