import type { RegistryPackage } from "../../download/index.js";
import { datasetPackage, type PackagedOptions } from "../dataset-file.js";

/** Who made a set of drawings, and what they ask for in return. */
export interface DrawingCredit {
  artist: string;
  title: string;
  /** SPDX: what is made of pictures under "SA" is under the same licence. */
  licence: string;
  url: string;
}

/** A set of drawings in a package. */
export interface DrawingSource extends DrawingCredit {
  pack: RegistryPackage;
}

/** SVG of each drawing by its name: `monkey-face`. */
export type DrawingFinder = (name: string) => string | undefined;

const iconify = (name: string, version: string, sha256: string): RegistryPackage => ({
  registry: "npm",
  name: `@iconify-json/${name}`,
  version,
  file: `iconify-json-${name}-${version}.tgz`,
  sha256,
});

export const sources = {
  noto: {
    artist: "Google",
    title: "Noto Emoji",
    licence: "Apache-2.0",
    url: "https://github.com/googlefonts/noto-emoji",
    pack: iconify("noto", "1.2.9", "3e918d88fc945c0bb3d468dbace6f88caef67f01c9f0e7bcae0915a042e8f1ad"),
  },
  notoV1: {
    artist: "Google",
    title: "Noto Emoji (v1)",
    licence: "Apache-2.0",
    url: "https://github.com/googlefonts/noto-emoji",
    pack: iconify("noto-v1", "1.2.5", "2bf62c26c2c2884aa99e90aec942cdaee17a5921f05690694f4978ad4b017c37"),
  },
  twemoji: {
    artist: "Twitter",
    title: "Twitter Emoji",
    licence: "CC-BY-4.0",
    url: "https://github.com/jdecked/twemoji",
    pack: iconify("twemoji", "1.2.5", "19046dff7d8707ce96212ec86468b36ac5f8e60409629dd13f809265c6d0ebb7"),
  },
  fluentFlat: {
    artist: "Microsoft",
    title: "Fluent Emoji Flat",
    licence: "MIT",
    url: "https://github.com/microsoft/fluentui-emoji",
    pack: iconify(
      "fluent-emoji-flat",
      "1.2.6",
      "7d064769dee690815f823bc5bcc511d957198caf9f5edd8dd9c1aa48a6aeb175",
    ),
  },
  fluentHighContrast: {
    artist: "Microsoft",
    title: "Fluent Emoji High Contrast",
    licence: "MIT",
    url: "https://github.com/microsoft/fluentui-emoji",
    pack: iconify(
      "fluent-emoji-high-contrast",
      "1.2.6",
      "0b92d48c90d2200bd499e3cdd09a127ca6a8c8ddefd34c35eb5a1e4994012ae0",
    ),
  },
  emojione: {
    artist: "Emoji One",
    title: "Emoji One (Colored)",
    licence: "CC-BY-4.0",
    url: "https://github.com/EmojiTwo/emojitwo",
    pack: iconify("emojione", "1.2.3", "26a14f44284407e8bcde91799388dca2bfd91dbcd55a97f425524a1c5b73610e"),
  },
  emojioneV1: {
    artist: "Emoji One",
    title: "Emoji One (v1)",
    licence: "CC-BY-SA-4.0",
    url: "https://github.com/joypixels/emojione-legacy",
    pack: iconify("emojione-v1", "1.2.3", "6641d59d48a42823fdc2b84e7427e9f302944eb98d2c7d94d6e67c139e7b37b3"),
  },
  fxemoji: {
    artist: "Mozilla",
    title: "Firefox OS Emoji",
    licence: "Apache-2.0",
    url: "https://github.com/mozilla/fxemoji",
    pack: iconify("fxemoji", "1.2.2", "f3e72b3c59d05e1db03b7e308d55c0d05bd7ba3f625a90da1b79313c12858eef"),
  },
  gameIcons: {
    artist: "game-icons.net",
    title: "Game Icons",
    licence: "CC-BY-3.0",
    url: "https://github.com/game-icons/icons",
    pack: iconify("game-icons", "1.2.4", "f5758efb34d91c4f50b941f355f16ee73938625e5996fabc25171288404460a4"),
  },
  fontAwesome: {
    artist: "Font Awesome",
    title: "Font Awesome 6 Solid",
    licence: "CC-BY-4.0",
    url: "https://github.com/FortAwesome/Font-Awesome",
    pack: iconify("fa6-solid", "1.2.4", "082c792eaad4751626438773fa7360cb23f495b687cf2dd01b2b0fccc7f6af8b"),
  },
  openmoji: {
    artist: "OpenMoji",
    title: "OpenMoji 17",
    licence: "CC-BY-SA-4.0",
    url: "https://openmoji.org",
    pack: {
      registry: "npm",
      name: "openmoji",
      version: "17.0.0",
      file: "openmoji-17.0.0.tgz",
      sha256: "55ee7d13485dec86e9f38c1f3a645a13382d33ff97c0cd845ee824b0aef45e68",
    },
  },
} as const satisfies Record<string, DrawingSource>;

export const creditOf = ({ artist, title, licence, url }: DrawingSource): DrawingCredit => ({
  artist,
  title,
  licence,
  url,
});

/** What is known of a drawing in OpenMoji's table, which has Unicode's groups. */
export interface OpenmojiEntry {
  annotation: string;
  hexcode: string;
  subgroups: string;
  skintone: string | number;
}

const openmojiTable = "package/data/openmoji.json";

/** OpenMoji's table. */
export async function openmojiEntries(options: PackagedOptions, title: string): Promise<OpenmojiEntry[]> {
  const archive = await datasetPackage(sources.openmoji.pack, options, title);
  const { [openmojiTable]: table } = await archive.read([openmojiTable]);
  return (JSON.parse(String(table)) as OpenmojiEntry[]).filter(({ skintone }) => skintone === "");
}

/** `See-no-evil monkey` to `see-no-evil-monkey`, as the other sets call it. */
export const kebab = (annotation: string): string =>
  annotation
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");

/** Opens a set to find the drawings `names` in it. */
export async function openSource(
  source: DrawingSource,
  names: readonly string[],
  options: PackagedOptions,
  title: string,
): Promise<DrawingFinder> {
  if (source.pack.name === "openmoji") return openOpenmoji(names, options, title);
  const archive = await datasetPackage(source.pack, options, title);
  const { "package/icons.json": json } = await archive.read(["package/icons.json"]);
  const set = JSON.parse(String(json)) as IconSet;
  return (name) => {
    const icon = has(set.icons, name) ?? has(set.icons, has(set.aliases ?? {}, name)?.parent ?? "");
    if (!icon) return undefined;
    const { left = 0, top = 0, width = set.width ?? 16, height = set.height ?? 16 } = icon;
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ` +
      `viewBox="${left} ${top} ${width} ${height}">${icon.body}</svg>`
    );
  };
}

/** https://iconify.design/docs/types/iconify-json.html */
interface IconSet {
  icons: Record<string, { body: string; left?: number; top?: number; width?: number; height?: number }>;
  aliases?: Record<string, { parent: string }>;
  width?: number;
  height?: number;
}

const has = <Value>(record: Record<string, Value>, name: string): Value | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

async function openOpenmoji(
  names: readonly string[],
  options: PackagedOptions,
  title: string,
): Promise<DrawingFinder> {
  const entries = await openmojiEntries(options, title);
  const fileOf = new Map(
    entries.map(({ annotation, hexcode }) => [kebab(annotation), `package/color/svg/${hexcode}.svg`]),
  );
  const archive = await datasetPackage(sources.openmoji.pack, options, title);
  const files = await archive.read(names.flatMap((name) => fileOf.get(name) ?? []));
  return (name) => {
    const file = files[fileOf.get(name) ?? ""];
    return file && String(file);
  };
}
