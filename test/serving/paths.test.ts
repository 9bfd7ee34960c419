import assert from "node:assert/strict";
import { readPath } from "../../src/serving/tensorflow-rest/paths.js";

describe("serving/tensorflow-rest/paths", () => {
  const odd = "modelname!#$%&'()*+,/:;=?@[]";
  const label = "latest!#$%&'()*+,/:;=?@[]";
  const encode = encodeURIComponent;

  it("asks for a model, a version or a label", () => {
    assert.deepEqual(readPath("GET", `/v1/models/${encode(odd)}`), { name: odd, verb: "status" });
    assert.deepEqual(readPath("GET", "/v1/models/modelname/versions/99"), {
      name: "modelname",
      version: "99",
      verb: "status",
    });
    assert.deepEqual(readPath("GET", `/v1/models/m/labels/${encode(label)}`), {
      name: "m",
      label,
      verb: "status",
    });
    assert.deepEqual(readPath("GET", "/v1/models/m/labels/latest/metadata"), {
      name: "m",
      label: "latest",
      verb: "metadata",
    });
    assert.deepEqual(readPath("POST", `/v1/models/${encode(odd)}:predict`), { name: odd, verb: "predict" });
    assert.deepEqual(readPath("POST", "/v1/models/m/versions/007:classify"), {
      name: "m",
      version: "7",
      verb: "classify",
    });
    assert.deepEqual(readPath("POST", `/v1/models/m/labels/${encode(label)}:regress`), {
      name: "m",
      label,
      verb: "regress",
    });
  });

  it("takes any case before the verb, and none but its own of the verb", () => {
    assert.equal(readPath("POST", "/V1/Models/M/Versions/1:predict").name, "M");
    assert.throws(() => readPath("POST", "/v1/models/m:PREDICT"), /Malformed request/);
  });

  it("refuses the rest as malformed", () => {
    const wrong: [string, string][] = [
      ["GET", "/v1/foo"],
      ["POST", "/v1/foo"],
      ["GET", "/v1/models/debug/model_name"],
      ["POST", "/v1/models"],
      ["GET", "/v1/models/foo:predict"],
      ["GET", "/v1/models/foo/version/50:predict"],
      ["POST", "/v1/models/foo/version/50:regress"],
      ["POST", "/v1/models/foo/versions/HELLO:regress"],
      ["POST", "/v1/models/foo/metadata"],
      ["POST", "/v1/models/foo/label/some_label:regress"],
      ["POST", "/v1/models/foo/versions/50/labels/some_label:regress"],
      ["POST", "/v1/models/foo/versions/some_label:regress"],
      ["DELETE", "/v1/models/foo"],
    ];
    for (const [method, path] of wrong)
      assert.throws(() => readPath(method, path), { message: `Malformed request: ${method} ${path}` });
    assert.throws(() => readPath("GET", "/v1/models"), /Missing model name/);
    assert.throws(
      () => readPath("POST", `/v1/models/foo/versions/${"9".repeat(40)}:predict`),
      /Failed to convert version/,
    );
    assert.throws(() => readPath("GET", "/v1/models/%ff"), /Failed to decode model name/);
  });
});
