import assert from "node:assert/strict";
import { Cells } from "../../../../src/kernel/front/protocol/cells.js";
import type { Request } from "../../../../src/kernel/front/protocol/request.js";

describe("kernel/front/protocol/cells", () => {
  const request = (msg_type: string): Request => ({
    channel: "shell",
    identities: [Buffer.from("front")],
    header: { msg_id: "1", msg_type, session: "s", username: "u", date: "", version: "5.5" },
    parentHeader: {},
    metadata: { deletedCells: ["x".repeat(1000)] },
    content: { code: "x".repeat(1000) },
    buffers: [Buffer.alloc(1000)],
  });

  it("remember who asked, and not with what, since there may be thousands of large ones", () => {
    const cells = new Cells();
    const asked = request("execute_request");
    const cell = cells.add(asked, 1);
    assert.equal(cell.request.header, asked.header);
    assert.equal(cell.request.identities, asked.identities);
    const { content, metadata, buffers } = cell.request;
    assert.deepEqual([content, metadata, buffers], [{}, {}, []]);
    assert.equal(cells.get(cell.id), cell);
  });

  it("give what is not known to the newest cell, which a comm message is not", () => {
    const cells = new Cells();
    const cell = cells.add(request("execute_request"), 1);
    cells.add(request("comm_msg"), 1);
    assert.equal(cells.get("unknown"), cell);
    assert.equal(cells.newest, cell);
  });
});
