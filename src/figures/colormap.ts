/** How brightness (0..1) becomes colour. */
export type Colormap = "gray" | "grayReversed" | "viridis";

/** 256 colours, three bytes each. */
export type ColorTable = Uint8Array;

/**
 * Matplotlib's viridis at 17 even steps (Smith and van der Walt 2015, https://bids.github.io/colormap/);
 * between two of them the colour is interpolated.
 */
const viridis =
  "440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26828e 21918c 1fa088 28ae80 3fbc73 5ec962 84d44b addc30 d8e219 fde725";

const tables: Record<Colormap, () => ColorTable> = {
  gray: () => interpolate(["000000", "ffffff"]),
  grayReversed: () => interpolate(["ffffff", "000000"]),
  viridis: () => interpolate(viridis.split(" ")),
};

/** @throws RangeError for an unknown name, with the known ones. */
export function colorTable(name: Colormap): ColorTable {
  if (!Object.hasOwn(tables, name)) {
    throw new RangeError(
      `Unknown colormap ${JSON.stringify(name)}. Known are ${Object.keys(tables)
        .map((known) => JSON.stringify(known))
        .join(", ")}.`,
    );
  }
  return tables[name]();
}

function interpolate(stops: readonly string[]): ColorTable {
  const table = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) {
    const position = (i / 255) * (stops.length - 1);
    const below = Math.min(Math.floor(position), stops.length - 2);
    for (let channel = 0; channel < 3; channel++) {
      const part = (stop: string): number => parseInt(stop.slice(channel * 2, channel * 2 + 2), 16);
      const low = part(stops[below]!);
      table[i * 3 + channel] = Math.round(low + (part(stops[below + 1]!) - low) * (position - below));
    }
  }
  return table;
}
