import assert from "node:assert/strict";
import { layeredLayout } from "../../src/figures/layered-layout.js";

describe("layeredLayout", () => {
  it("puts sources above, and nothing on top of another", () => {
    const box = (id: string, ...inputs: string[]): { id: string; width: number; height: number; inputs: string[] } => ({ id, width: 100, height: 40, inputs }); // prettier-ignore
    const boxes = [box("a"), box("b", "a"), box("c", "a"), box("d", "b", "c"), box("e", "a", "d"), box("f")];
    const { positions, edges, width, height } = layeredLayout(boxes);
    for (const { id, inputs } of boxes) {
      const at = positions.get(id)!;
      assert.ok(at.x >= 50 && at.x <= width - 50 && at.y >= 0 && at.y + 40 <= height, id);
      for (const input of inputs) assert.ok(positions.get(input)!.y + 40 < at.y);
      for (const [other, { x, y }] of positions) {
        assert.ok(other === id || y !== at.y || Math.abs(x - at.x) >= 100, `${id} overlaps ${other}`);
      }
    }
    assert.equal(edges.length, 6);
    // The edge from a to e passes beside b, c and d.
    const long = edges.find((points) => points.length > 2)!;
    for (const point of long.slice(1, -1)) {
      for (const { x, y } of positions.values()) {
        assert.ok(point.y < y || point.y > y + 40 || Math.abs(point.x - x) > 50);
      }
    }
  });
});
