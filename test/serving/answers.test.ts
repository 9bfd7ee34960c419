/** The cases of TensorFlow Serving's json_tensor_test for what it writes, and those of its examples. */
import assert from "node:assert/strict";
import { decimal } from "../../src/serving/json/tensor-writer.js";
import { readExamples, writeClasses, writeValues } from "../../src/serving/tensorflow-rest/examples.js";
import { encodeExample } from "../../src/serving/tensorflow-rest/example-proto.js";
import { writePredictions } from "../../src/serving/tensorflow-rest/predict.js";
import { bytesOfTexts, type Tensor } from "../../src/serving/tensors.js";

const bytesOf = (values: ArrayBufferView): Uint8Array => new Uint8Array(values.buffer);
const ints = (shape: number[], ...values: number[]): Tensor => ({
  dtype: "int32",
  shape,
  bytes: bytesOf(Int32Array.from(values)),
});
const floats = (shape: number[], ...values: number[]): Tensor => ({
  dtype: "float",
  shape,
  bytes: bytesOf(Float32Array.from(values)),
});
const doubles = (shape: number[], ...values: number[]): Tensor => ({
  dtype: "double",
  shape,
  bytes: bytesOf(Float64Array.from(values)),
});
const texts = (shape: number[], ...values: string[]): Tensor => ({
  dtype: "string",
  shape,
  bytes: bytesOfTexts(values.map((text) => Buffer.from(text))),
});

describe("serving/tensorflow-rest/predict: what is written", () => {
  const twelve = ints([2, 3, 2], 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2);
  const rows = [
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    [
      [7, 8],
      [9, 0],
      [1, 2],
    ],
  ];

  it("one output", () => {
    assert.deepEqual(JSON.parse(writePredictions({ a: twelve }, "row")), { predictions: rows });
    assert.deepEqual(JSON.parse(writePredictions({ a: twelve }, "columnar")), { outputs: rows });
    assert.deepEqual(JSON.parse(writePredictions({ a: ints([5], 1, 2, 3, 4, 5) }, "row")), {
      predictions: [1, 2, 3, 4, 5],
    });
    assert.deepEqual(JSON.parse(writePredictions({ a: ints([], 1) }, "columnar")), { outputs: 1 });
  });

  it("several outputs of several types, bytes as base64", () => {
    const outputs = {
      int_tensor: twelve,
      str_tensor: texts([2, 2], "foo", "bar", "baz", "bat"),
      float_tensor: floats([2, 1], 1, 2),
      double_scalar_tensor: doubles([2], 8, 9),
      str_tensor_bytes: texts([2, 2], "hello", "world", "tf", "serving"),
    };
    const b64 = (text: string) => ({ b64: Buffer.from(text).toString("base64") });
    const first = {
      double_scalar_tensor: 8,
      float_tensor: [1],
      int_tensor: rows[0],
      str_tensor: ["foo", "bar"],
    };
    const second = {
      double_scalar_tensor: 9,
      float_tensor: [2],
      int_tensor: rows[1],
      str_tensor: ["baz", "bat"],
    };
    assert.deepEqual(JSON.parse(writePredictions(outputs, "row")), {
      predictions: [
        { ...first, str_tensor_bytes: [b64("hello"), b64("world")] },
        { ...second, str_tensor_bytes: [b64("tf"), b64("serving")] },
      ],
    });
    assert.deepEqual(JSON.parse(writePredictions(outputs, "columnar")), {
      outputs: {
        double_scalar_tensor: [8, 9],
        float_tensor: [[1], [2]],
        int_tensor: rows,
        str_tensor: [
          ["foo", "bar"],
          ["baz", "bat"],
        ],
        str_tensor_bytes: [
          [b64("hello"), b64("world")],
          [b64("tf"), b64("serving")],
        ],
      },
    });
  });

  it("none at all, and outputs that do not agree", () => {
    assert.deepEqual(JSON.parse(writePredictions({ a: ints([0, 2]) }, "row")), { predictions: [] });
    assert.deepEqual(JSON.parse(writePredictions({ a: ints([0, 2]), b: floats([0, 3, 4]) }, "row")), {
      predictions: [],
    });
    assert.throws(
      () => writePredictions({ a: ints([2, 1], 1, 2), b: floats([1, 1], 1) }, "row"),
      /inconsistent batch size/,
    );
    assert.throws(() => writePredictions({ a: ints([], 1) }, "row"), /has no shape information/);
    assert.throws(() => writePredictions({}, "row"), /empty tensor map/);
  });

  it("floats with as many digits as they need", () => {
    const cases: [number, string][] = [
      [0.2, "0.2"],
      [1, "1.0"],
      [9_000_000, "9000000.0"],
      [0.1, "0.1"],
      [1 / 3, "0.333333343"],
      [1e-7, "1e-7"],
      [NaN, "NaN"],
      [Infinity, "Infinity"],
      [-Infinity, "-Infinity"],
      [-0, "-0.0"],
      [16_777_216, "16777216.0"],
      [3e38, "3e+38"],
    ];
    for (const [value, text] of cases) assert.equal(decimal(Math.fround(value), true), text);
    assert.equal(decimal(1 / 3, false), "0.3333333333333333");
    for (let i = 0; i < 10_000; i++) {
      const value = Math.fround((Math.random() - 0.5) * 10 ** (Math.random() * 60 - 30));
      assert.equal(Math.fround(Number(decimal(value, true))), value);
    }
  });
});

describe("serving/tensorflow-rest/examples", () => {
  const read = (json: string) => readExamples(Buffer.from(json));
  const refuses = (json: string, message: string) =>
    assert.throws(
      () => read(json),
      (error: Error) => error.message.includes(message),
      message,
    );

  it("reads features of three kinds", () => {
    const { examples, context } =
      read(`{"signature_name": "s", "context": {"query": "pizza", "location": ["sfo"]}, "examples": [
      {"names": ["foo", "bar"], "ratings": [8.0, 9.0, NaN, Infinity], "age": 20},
      {"names": ["baz", {"b64": "aGVsbG8="}], "ratings": 6.0, "intboolmix": [1, true, false]},
      {"names": "bar", "ratings": -Infinity}]}`);
    assert.deepEqual(
      context,
      new Map([
        ["query", { kind: "bytes", values: [Buffer.from("pizza")] }],
        ["location", { kind: "bytes", values: [Buffer.from("sfo")] }],
      ]),
    );
    assert.deepEqual(examples, [
      new Map<string, unknown>([
        ["names", { kind: "bytes", values: [Buffer.from("foo"), Buffer.from("bar")] }],
        ["ratings", { kind: "float", values: [8, 9, NaN, Infinity] }],
        ["age", { kind: "int64", values: [20n] }],
      ]),
      new Map<string, unknown>([
        ["names", { kind: "bytes", values: [Buffer.from("baz"), Buffer.from("hello")] }],
        ["ratings", { kind: "float", values: [6] }],
        ["intboolmix", { kind: "int64", values: [1n, 1n, 0n] }],
      ]),
      new Map<string, unknown>([
        ["names", { kind: "bytes", values: [Buffer.from("bar")] }],
        ["ratings", { kind: "float", values: [-Infinity] }],
      ]),
    ]);
  });

  it("refuses in TensorFlow Serving's words", () => {
    refuses('{"context": [{"names": ["foo"]}]}', "Example must be JSON object");
    refuses('{"examples": {"names": ["foo", "bar"]}}', "list/array");
    refuses('{"examples": []}', "is an empty array");
    refuses('{"context": {}}', "key 'examples' is expected and was not found");
    refuses('{"examples": [[{"names": ["foo", "bar"]}]]}', "Example must be JSON object but got JSON Array");
    refuses('{"examples": [{"names": [10, null]}]}', "names has element with unexpected JSON type: Null");
    refuses('{"examples": [{"names": [10, 10.0]}]}', "feature: names expecting type: int64");
    refuses(
      '{"examples": [{"names": [10, {"test": 10}]}]}',
      "names has element with unexpected JSON type: Object",
    );
    refuses('{"examples": [{"names": [[10], 20]}]}', "names has element with unexpected JSON type: Array");
    refuses('{"examples": [{"names": [20, 18446744073709551603]}]}', "Only int64_t is supported");
  });

  it("serializes an example as Python's protobuf does", () => {
    const { examples } = read(
      '{"examples": [{"a": [1.5, -2.0]}, {"b": ["x"]}, {"c": [-1, 300]}, {"d": []}]}',
    );
    // tf.train.Example(...).SerializeToString().hex()
    assert.deepEqual(
      examples.map((example) => Buffer.from(encodeExample(example)).toString("hex")),
      [
        "0a130a110a0161120c120a0a080000c03f000000c0",
        "0a0c0a0a0a016212050a030a0178",
        "0a170a150a016312101a0e0a0cffffffffffffffffff01ac02",
        "0a070a050a01641200",
      ],
    );
  });

  it("writes classes and values", () => {
    assert.deepEqual(
      JSON.parse(
        writeClasses([
          [
            ["car", 0.2],
            ["bike", 0.7],
          ],
          [
            ["car", 0.7],
            ["bike", 0.1],
          ],
        ]),
      ),
      {
        results: [
          [
            ["car", 0.2],
            ["bike", 0.7],
          ],
          [
            ["car", 0.7],
            ["bike", 0.1],
          ],
        ],
      },
    );
    assert.equal(
      writeValues([0.2, Infinity, 1, -Infinity, NaN]),
      '{\n    "results": [0.2, Infinity, 1.0, -Infinity, NaN]\n}',
    );
    assert.throws(() => writeClasses([]), /empty ClassificationResults/);
    assert.throws(() => writeValues([]), /empty RegressionResults/);
  });
});
