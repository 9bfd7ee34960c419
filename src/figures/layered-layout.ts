/** A box to place: `inputs` are the ids of the boxes above it that lead to it. */
export interface LayoutBox {
  id: string;
  width: number;
  height: number;
  inputs: readonly string[];
}

export interface LayeredLayout {
  width: number;
  height: number;
  /** Middle of each box's upper edge, by id. */
  positions: Map<string, Point>;
  /** The points that each edge passes, from the lower edge of its source to the upper edge of its target. */
  edges: Point[][];
}

export interface Point {
  x: number;
  y: number;
}

const gapX = 28;
const gapY = 34;

/** What stands in a row: a box, or the place where a long edge passes the row. */
interface Item {
  box?: LayoutBox;
  width: number;
  level: number;
  x: number;
  above: Item[];
  below: Item[];
}

/**
 * Places boxes in rows so that edges lead downwards, as Sugiyama's method does (1981, IEEE Trans. SMC 11(2)): rows by
 * the longest way from an input, order in a row by the mean place of the neighbours, edges over several rows along
 * places kept free for them.
 *
 * @param boxes Sources before what they lead to; an edge that leads back up is left out.
 */
export function layeredLayout(boxes: readonly LayoutBox[]): LayeredLayout {
  const items = new Map<string, Item>();
  const rows: Item[][] = [];
  const chains: Item[][] = [];
  const add = (item: Item): Item => {
    (rows[item.level] ??= []).push(item);
    return item;
  };
  for (const box of boxes) {
    const sources = box.inputs.flatMap((id) => items.get(id) ?? []);
    const level = Math.max(0, ...sources.map((source) => source.level + 1));
    const item = add({ box, width: box.width, level, x: 0, above: [], below: [] });
    items.set(box.id, item);
    for (const source of sources) {
      const chain = [source];
      for (let between = source.level + 1; between < level; between++) {
        chain.push(add({ width: 0, level: between, x: 0, above: [], below: [] }));
      }
      chain.push(item);
      chain.slice(1).forEach((lower, i) => {
        lower.above.push(chain[i]!);
        chain[i]!.below.push(lower);
      });
      chains.push(chain);
    }
  }
  for (const row of rows) spreadOut(row);
  for (let sweep = 0; sweep < 8; sweep++) {
    const down = sweep % 2 === 0;
    for (let i = 0; i < rows.length; i++) {
      if (down) moveTowards(rows[i]!, ({ above }) => above);
      else moveTowards(rows[rows.length - 1 - i]!, ({ below }) => below);
    }
  }

  const left = Math.min(...rows.flat().map(({ x, width }) => x - width / 2));
  const right = Math.max(...rows.flat().map(({ x, width }) => x + width / 2));
  const heights = rows.map((row) => Math.max(...row.map(({ box }) => box?.height ?? 0)));
  const tops = heights.map((_, level) => heights.slice(0, level).reduce((y, height) => y + height + gapY, 0));
  const top = (item: Item): Point => ({ x: item.x - left, y: tops[item.level]! });
  const bottom = (item: Item): Point => ({
    x: item.x - left,
    y: tops[item.level]! + (item.box?.height ?? heights[item.level]!),
  });
  return {
    width: right - left,
    height: tops.at(-1)! + heights.at(-1)!,
    positions: new Map(Array.from(items, ([id, item]) => [id, top(item)])),
    edges: chains.map((chain) => {
      const passed = chain.slice(1, -1).flatMap((item) => [top(item), bottom(item)]);
      return [bottom(chain[0]!), ...passed, top(chain.at(-1)!)];
    }),
  };
}

/** Puts a row's items side by side, around 0. */
function spreadOut(row: Item[]): void {
  const total = row.reduce((sum, { width }) => sum + width + gapX, -gapX);
  let x = -total / 2;
  for (const item of row) {
    item.x = x + item.width / 2;
    x += item.width + gapX;
  }
}

/** Moves each item to the mean of its neighbours, then apart where they overlap, keeping the row's middle. */
function moveTowards(row: Item[], neighbours: (item: Item) => Item[]): void {
  const wanted = new Map<Item, number>();
  for (const item of row) {
    const around = neighbours(item);
    wanted.set(
      item,
      around.length === 0 ? item.x : around.reduce((sum, { x }) => sum + x, 0) / around.length,
    );
  }
  row.sort((a, b) => wanted.get(a)! - wanted.get(b)!);
  const shift = (items: Item[]): number => items.reduce((sum, item) => sum + item.x - wanted.get(item)!, 0);
  for (const [i, item] of row.entries()) {
    const before = row[i - 1];
    const least = before ? before.x + (before.width + item.width) / 2 + gapX : -Infinity;
    item.x = Math.max(wanted.get(item)!, least);
  }
  const back = shift(row) / row.length;
  for (const item of row) item.x -= back;
}
