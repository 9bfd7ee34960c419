/**
 * Writes docs/licences.md, the licences of what Manabi is made of and downloads: npm run licences
 *
 * Packages are read from package-lock.json and node_modules. The licences of Python packages and of data, which no file here
 * tells, stand in this one.
 */
import fs from "node:fs";
import path from "node:path";

interface LockedPackage {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  link?: boolean;
}

/** What set-up downloads besides npm packages: `what` must be named in the file beside it. */
const downloads = [
  { what: "jupyterlab", file: "kernel-setup/requirements.txt", licence: "BSD-3-Clause" },
  { what: "nbclient", file: "kernel-setup/requirements.txt", licence: "BSD-3-Clause" },
  { what: "tensorflow-cpu", file: "kernel-setup/requirements-tensorflow.txt", licence: "Apache-2.0" },
  // The library behind sharp, which npm takes in the kind that the machine needs.
  { what: "sharp-libvips", file: "package-lock.json", licence: "LGPL-3.0-or-later" },
  { what: "jupyter_kernel_test", file: "test/requirements.txt", licence: "BSD-3-Clause" },
  { what: "keras", file: "test/requirements-keras.txt", licence: "Apache-2.0" },
  { what: "tritonclient", file: "test/requirements-keras.txt", licence: "BSD-3-Clause" },
  { what: "kserve", file: "test/requirements-keras.txt", licence: "Apache-2.0" },
  { what: "scikit-learn", file: "test/requirements-keras.txt", licence: "BSD-3-Clause" },
] as const;

/** What the file says to which a package.json points. */
const licenceFiles: Record<string, string> = {
  // Also of @plotly.
  "mapbox-gl": "BSD-3-Clause",
  h5wasm: "NIST's, with HDF5's (BSD-3-Clause)",
};

function licenceOf(root: string, name: string): string {
  const manifest = JSON.parse(fs.readFileSync(path.join(root, name, "package.json"), "utf8")) as {
    license?: string | { type: string };
    licenses?: { type: string }[];
  };
  const { license = manifest.licenses?.[0] } = manifest;
  const licence = (typeof license === "object" ? license.type : license) ?? "not stated";
  return licence.startsWith("SEE LICENSE") ? (licenceFiles[path.basename(name)] ?? licence) : licence;
}

/** The text of docs/licences.md. */
export function licencesPage(root: string): string {
  const read = (file: string) => fs.readFileSync(path.join(root, file), "utf8");
  const { packages } = JSON.parse(read("package-lock.json")) as { packages: Record<string, LockedPackage> };
  const manifest = JSON.parse(read("package.json")) as Record<"dependencies" | "devDependencies", object>;
  const row = (name: string) => {
    const place = `node_modules/${name}`;
    return `| ${name} | ${packages[place]?.version} | ${licenceOf(root, place)} |`;
  };
  const indirect = new Map<string, number>();
  for (const [place, { dev, optional, link }] of Object.entries(packages)) {
    const name = place.replace(/^.*node_modules\//, "");
    // Those of other platforms are not installed.
    if (place === "" || dev || optional || link || name in manifest.dependencies) continue;
    const licence = licenceOf(root, place);
    indirect.set(licence, (indirect.get(licence) ?? 0) + 1);
  }
  for (const { what, file } of downloads)
    if (!new RegExp(`(?:^|/)${what}\\b`, "m").test(read(file)))
      throw new Error(`${file} does not name ${what}.`);
  const counts = [...indirect].toSorted(([a, m], [b, n]) => n - m || a.localeCompare(b));
  return `# Licences

Manabi is under the MIT licence ([LICENSE](../LICENSE)). This page, written by \`npm run licences\`, lists what it is made of and
what set-up downloads.

## npm packages

| package | version | licence |
|---|---|---|
${Object.keys(manifest.dependencies).map(row).join("\n")}

What they need in turn: ${counts.map(([licence, count]) => `${count} ${licence}`).join(", ")}.

For tests and development only:

| package | version | licence |
|---|---|---|
${Object.keys(manifest.devDependencies).map(row).join("\n")}

## Python packages

| package | named in | licence |
|---|---|---|
${downloads.map(({ what, file, licence }) => `| ${what} | \`${file}\` | ${licence} |`).join("\n")}

## Data

None is part of the repository. What \`datasets\` loads, from where, who made it and by which licence: [data sets](datasets.md).
`;
}

if (process.argv[1] === import.meta.filename) {
  const root = path.join(import.meta.dirname, "../..");
  fs.writeFileSync(path.join(root, "docs/licences.md"), licencesPage(root));
}
