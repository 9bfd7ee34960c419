import { reject } from "./errors.js";

/** A `.keras` archive holds these and, for layers tfjs does not have, `assets/`. */
export type ArchiveFiles = Record<string, Uint8Array>;

/** What is packed may grow this much when unpacked; Keras itself stores without compression. */
export const maxExpansion = 100;
const expansionFloorBytes = 1 << 24;

/** The members `names` of the zip archive `bytes`, and those that are there of `optional`. Nothing is unpacked to disk. */
export async function readArchive(
  bytes: Uint8Array,
  names: readonly string[],
  path: string,
  optional: readonly string[] = [],
): Promise<ArchiveFiles> {
  const { unzipSync } = await import("fflate");
  let files: ArchiveFiles;
  try {
    files = unzipSync(bytes, {
      filter: (member) => {
        const parts = member.name.split(/[\\/]/);
        if (parts.includes("..") || parts[0] === "" || /^[a-z]:/i.test(member.name)) {
          reject(
            `${path}: the archive holds the name ${JSON.stringify(member.name)}, which points outside it`,
            "only names inside the archive, as Keras writes them",
            "This file was not made by Keras and may be an attack: do not use it.",
          );
        }
        if (
          member.originalSize > expansionFloorBytes &&
          member.originalSize > maxExpansion * Math.max(member.size, 1)
        ) {
          reject(
            `${path}: ${member.name} claims ${member.originalSize} bytes from ${member.size} packed ones (a zip bomb?)`,
            `at most ${maxExpansion} times the packed size`,
            "Keras stores without compression: save the model again with Keras.",
          );
        }
        return names.includes(member.name) || optional.includes(member.name);
      },
    });
  } catch (error) {
    if (error instanceof Error && error.name === "KerasFileError") throw error;
    reject(
      `${path} is not a readable zip archive (${String(error)})`,
      "a .keras archive as Keras 3 writes it",
      "The file is damaged or cut short: copy it again or save the model again.",
      error,
    );
  }
  for (const name of names) {
    if (!files[name]) {
      reject(
        `${path}: the archive lacks ${name}`,
        names.join(" and "),
        'Save the model with Keras 3: model.save("model.keras").',
      );
    }
  }
  return files;
}

/** A zip archive of `files`, stored without compression as Keras does. */
export async function writeArchive(files: ArchiveFiles): Promise<Uint8Array> {
  const { zipSync } = await import("fflate");
  return zipSync(files, { level: 0 });
}
