/** The cases of TensorFlow Serving's json_tensor_test for what it reads, as cases: the same JSON, the same values and errors. */
import assert from "node:assert/strict";
import { valuesOf } from "../../src/serving/json/value-buffer.js";
import { readPredict, signatureNameOf } from "../../src/serving/tensorflow-rest/predict.js";
import { textsOf, type DataType, type Tensor, type TensorInfo } from "../../src/serving/tensors.js";

const inputsOf = (types: Record<string, DataType>): Record<string, TensorInfo> =>
  Object.fromEntries(
    Object.entries(types).map(([name, dtype]) => [name, { dtype, shape: undefined, tensor: `${name}:0` }]),
  );

function read(
  json: string,
  types: Record<string, DataType>,
): { format: string; default?: ReturnType<typeof plain> } {
  signatureNameOf(Buffer.from(json));
  const request = readPredict(Buffer.from(json), { inputs: inputsOf(types), pictures: false });
  const values = Object.entries(request.inputs).map(([name, tensor]) => [name, plain(tensor)]);
  return {
    format: request.format,
    ...(Object.fromEntries(values) as Record<string, ReturnType<typeof plain>>),
  };
}

const plain = ({ dtype, shape, bytes }: Tensor) => ({
  shape,
  values:
    dtype === "string"
      ? textsOf(bytes).map((text) => Buffer.from(text).toString())
      : [...(valuesOf(dtype, bytes) as Iterable<number | bigint>)],
});

/** Expects an error with this in its message. */
function refuses(json: string, types: Record<string, DataType>, message: string): void {
  const isRight = (error: Error & { code?: string }): boolean =>
    error.code === "INVALID_ARGUMENT" && error.message.includes(message);
  assert.throws(() => read(json, types), isRight, message);
}

describe("serving/tensorflow-rest/predict: what is read", () => {
  const int = { default: "int32" } as const;
  const float = { default: "float" } as const;

  it("one tensor without a name", () => {
    assert.deepEqual(read('{"instances": [[1,2],[3,4],[5,6]]}', int), {
      format: "row",
      default: { shape: [3, 2], values: [1, 2, 3, 4, 5, 6] },
    });
    assert.deepEqual(read('{"signature_name": "predict_images", "instances": [[1,2]]}', int).default, {
      shape: [1, 2],
      values: [1, 2],
    });
    assert.equal(
      signatureNameOf(Buffer.from('{"signature_name": "predict_images", "instances": [1]}')),
      "predict_images",
    );
  });

  it("a key whose letters are escaped", () => {
    assert.equal(
      signatureNameOf(Buffer.from('{"signature\\u005fname": "other", "instances": [1]}')),
      "other",
    );
  });

  it("what is deep, where it is not asked for", () => {
    const deep = "[".repeat(500_000) + "]".repeat(500_000);
    assert.deepEqual(read(`{"instances":[1], "nested":${deep}}`, int).default, { shape: [1], values: [1] });
    refuses(`{"signature_name":${deep}}`, int, "key must be a string value");
    refuses(`{"instances":${deep}}`, int, "deeper than 254 levels");
    refuses(
      `{"instances":[1], "nested":${"{".repeat(500_000)}`,
      int,
      "JSON Parse error: Missing a name for object member.",
    );
    refuses(`{"instances":[1], "nested":${'{"a":'.repeat(500_000)}`, int, "JSON Parse error: Invalid value.");
  });

  it("whole and other numbers for floats", () => {
    const { default: single } = read('{"instances": [1, 2.0, 3, 4, 5.003, 0.007, 0.0]}', float);
    assert.deepEqual(single, { shape: [7], values: [1, 2, 3, 4, Math.fround(5.003), Math.fround(0.007), 0] });
    const { default: double } = read('{"instances": [1.0, 2, 3, 4, 0.662, 0, 0.0]}', { default: "double" });
    assert.deepEqual(double, { shape: [7], values: [1, 2, 3, 4, 0.662, 0, 0] });
  });

  it("numbers that a float32 cannot hold", () => {
    assert.deepEqual(read('{"instances": [1435774380, 1435774380.0]}', float).default!.values, [
      Math.fround(1435774380),
      Math.fround(1435774380),
    ]);
    assert.deepEqual(
      read(
        '{"instances": [1.7976931348623157e308, -1.7976931348623157e308, 2.2250738585072014e-308, 1e999]}',
        float,
      ).default!.values,
      [Infinity, -Infinity, 0, Infinity],
    );
    assert.ok(Object.is(read('{"instances": [-2.2250738585072014e-308]}', float).default!.values[0], -0));
  });

  it("the same float32 as JavaScript reads, of any digits", () => {
    let seed = 1;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const texts: string[] = [];
    for (let i = 0; i < 4000; i++) {
      const value = (random() - 0.5) * 10 ** Math.floor(random() * 60 - 30);
      texts.push(String(value), String(Math.fround(value)), value.toFixed(19), value.toExponential(20));
    }
    // Halfway between two float32, and just beside it.
    texts.push(
      "16777217",
      "16777217.0000000000000000001",
      "16777216.9999999999999999",
      "0.1",
      "1e23",
      "123456789012345678901234567890",
    );
    const { values } = read(`{"instances": [${texts.join()}]}`, float).default!;
    for (const [i, text] of texts.entries()) assert.ok(Object.is(values[i], Math.fround(Number(text))), text);
    const { values: doubles } = read(`{"instances": [${texts.join()}]}`, { default: "double" }).default!;
    for (const [i, text] of texts.entries()) assert.ok(Object.is(doubles[i], Number(text)), text);
  });

  it("whole numbers of 64 bits", () => {
    assert.deepEqual(
      read('{"instances": [9223372036854775807, -9223372036854775808, 5]}', { default: "int64" }).default!
        .values,
      [9223372036854775807n, -9223372036854775808n, 5n],
    );
    refuses('{"instances": [9223372036854775808]}', { default: "int64" }, "not of expected type: int64");
    refuses('{"instances": [2147483648]}', int, "not of expected type: int32");
    refuses('{"instances": [256]}', { default: "uint8" }, "not of expected type: uint8");
    refuses('{"instances": [-1]}', { default: "uint64" }, "not of expected type: uint64");
  });

  it("base64", () => {
    const text = { default: "string" } as const;
    assert.deepEqual(read('{"instances": [{ "b64" : "aGVsbG8=" }, { "b64": "d29ybGQ=" }]}', text).default, {
      shape: [2],
      values: ["hello", "world"],
    });
    assert.deepEqual(
      read('{"instances": [[{ "b64" : "aGVsbG8=" }], [{ "b64": "d29ybGQ=" }]]}', text).default,
      {
        shape: [2, 1],
        values: ["hello", "world"],
      },
    );
    assert.deepEqual(
      read('{"instances": [{"default": [[{ "b64" : "aGVsbG8=" }], [{ "b64": "d29ybGQ=" }]]}]}', text).default,
      { shape: [1, 2, 1], values: ["hello", "world"] },
    );
    refuses('{"instances": [{"b64": "#"}]}', text, "Unable to base64 decode");
    refuses('{"instances": ["a", {"b64": 5}]}', text, "got object");
  });

  it("several inputs, of several types, row by row", () => {
    const types = {
      int_tensor: "int32",
      str_tensor: "string",
      float_tensor: "float",
      dbl_tensor: "double",
    } as const;
    const json = `{"instances": [
      {"int_tensor": [[1,2],[3,4],[5,6]], "str_tensor": ["foo", "bar"], "float_tensor": [1.0, NaN], "dbl_tensor": [NaN]},
      {"dbl_tensor": [2.0], "int_tensor": [[7,8],[9,0],[1,2]], "str_tensor": ["baz", "b\\u0061t"], "float_tensor": [2.0, -Infinity]}]}`;
    assert.deepEqual(read(json, types), {
      format: "row",
      int_tensor: { shape: [2, 3, 2], values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2] },
      str_tensor: { shape: [2, 2], values: ["foo", "bar", "baz", "bat"] },
      float_tensor: { shape: [2, 2], values: [1, NaN, 2, -Infinity] },
      dbl_tensor: { shape: [2, 1], values: [NaN, 2] },
    });
  });

  it("each input as a whole", () => {
    const one = { int_tensor: "int32" } as const;
    const expected = { format: "columnar", int_tensor: { shape: [1, 3, 2], values: [1, 2, 3, 4, 5, 6] } };
    assert.deepEqual(
      read('{"inputs": {"int_tensor": [[[1,2],[3,4],[5,6]]], "more": {"is": ["ignored"]}}}', one),
      expected,
    );
    assert.deepEqual(read('{"inputs": [[[1,2],[3,4],[5,6]]]}', one), expected);
    assert.deepEqual(
      read(
        '{"inputs": {"int_tensor": [[[1,2]]], "str_tensor": ["foo", "bar"], "bin_tensor": { "b64" : "aGVsbG8=" }}}',
        {
          int_tensor: "int32",
          str_tensor: "string",
          bin_tensor: "string",
        },
      ),
      {
        format: "columnar",
        int_tensor: { shape: [1, 1, 2], values: [1, 2] },
        str_tensor: { shape: [2], values: ["foo", "bar"] },
        bin_tensor: { shape: [], values: ["hello"] },
      },
    );
    refuses('{"inputs": [1]}', { a: "int32", b: "int32" }, "inputs is a plain value/list");
    refuses(
      '{"inputs": {"a": [1]}}',
      { a: "int32", b: "int32" },
      "Missing named input: b in 'inputs' object.",
    );
  });

  it("errors of one input", () => {
    refuses("", int, "document is empty");
    refuses("[1]", int, "Is not object");
    refuses('{"signature_name": 5, "instances": [[1,2],[3,4],[5,6,7]]}', int, "must be a string value");
    refuses('{"instances": [[1,2]], "inputs": [[1,2]]}', int, "Not formatted correctly");
    refuses('{"instances": {"a": 1}}', int, "Expecting 'instances' to be an list/array");
    refuses('{"instances": []}', int, "No values in 'instances' array");
    refuses('{"nothing": []}', int, "Missing 'inputs' or 'instances' key");
    refuses('{"instances": [[1,2],[3,4],[5,6,7]]}', int, "Expecting tensor size: 2 but got: 3");
    refuses('{"instances": [[1,2],[3,4],[[5,6]]]}', int, "Expecting shape [2] but got: [1,2]");
    refuses('{"instances": [1, [1]]}', int, "Expecting shape [] but got: [1]");
    refuses(
      '{"instances": [[1,2],["a", "b"]]}',
      int,
      'JSON Value: "a" Type: String is not of expected type: int32',
    );
    refuses(
      '{"instances": [[1,2],[3, 4.5]]}',
      int,
      "JSON Value: 4.5 Type: Number is not of expected type: int32",
    );
    refuses('{"instances": [true]}', int, "JSON Value: true Type: True is not of expected type: int32");
    refuses('{"instances": [null]}', float, "JSON Value: null Type: Null is not of expected type: float");
    refuses('{"instances": [1]}', { default: "bool" }, "Type: Number is not of expected type: bool");
    refuses(
      '{"inputs": [[1, 2], [3]]}',
      int,
      "Encountered list at unexpected size: 1 at level: 1 expected size: 2",
    );
    refuses('{"inputs": [[1, 2], 3]}', int, "found at incorrect level");
    refuses('{"inputs": [1, [2]]}', int, "Encountered list at unexpected level: 1 expected < 1");
    refuses('{"inputs": [[], 1]}', int, "found at incorrect level");
    refuses('{"inputs": [[], [[1]]]}', int, "Encountered list at unexpected level");
  });

  it("errors of several inputs", () => {
    const two = { int_tensor: "int32", str_tensor: "string" } as const;
    const rows = (...tensors: string[]): string =>
      `{"instances": [${tensors.map((tensor) => `{"int_tensor": ${tensor}, "str_tensor": ["foo", "bar"]}`).join()}]}`;
    refuses(rows("[[1,2],[3,4],[5,6]]", "[[[7,8],[9,0],[1,2]]]"), two, "Expecting shape");
    refuses(rows("[[1,2],[3,4],[5,6],[7,8]]", "[[7,8],[9,0],[1,2]]"), two, "Expecting tensor size");
    refuses(
      '{"instances": [{"int_tensor": [1], "str_tensor": ["a"]}, [1, 20, 30]]}',
      two,
      "Expecting object but got list at item 1",
    );
    refuses(
      '{"instances": [["baz", "bar"], {"str_tensor": ["baz", "bat"]}]}',
      { str_tensor: "string" },
      "Expecting value/list but got object",
    );
    refuses('{"instances": [[1]]}', two, "instances is a plain list");
    refuses('{"instances": [{"int_tensor": [1]}]}', two, "keys must be equal to: int_tensor,str_tensor");
    refuses('{"instances": [{"int_tensor": [1], "other": 1}]}', two, "does not have named input: other");
  });

  it("broken JSON, with the place", () => {
    for (const json of [
      "{",
      '{"instances"',
      '{"instances":',
      '{"instances":[',
      '{"instances":[1',
      '{"instances":[1,',
      '{"instances":[1,]}',
      '{"instances":[1]',
      '{"instances":[01]}',
      '{"instances":[1.]}',
      '{"instances":[.5]}',
      '{"instances":[1e]}',
      '{"instances":[-]}',
      '{"instances":[+1]}',
      '{"instances":[nan]}',
      '{"instances":[tru]}',
      "{instances:[1]}",
      '{"instances":[1] "a":2}',
      '{"a":"b',
      '{"a":"\u0001","instances":[1]}',
      '{"a":"b\\',
      "\u0000",
      '{"instances":[1}]',
    ])
      refuses(json, float, "JSON Parse error: ");
    refuses('{"instances": [1, x]}', float, "JSON Parse error: Invalid value. at offset: 18");
  });

  it("bytes at random never do more than be refused", () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const base = Buffer.from(
      '{"signature_name":"a","instances":[{"a":[[1.5,-2e3],[NaN,4]],"b":["x\\n",{"b64":"aGk="}]}],"x":{"y":[null]}}',
    );
    for (let i = 0; i < 5000; i++) {
      const body = Buffer.from(base);
      for (let changes = 1 + random(4); changes > 0; changes--) body[random(body.length)] = random(256);
      const cut = body.subarray(0, random(4) === 0 ? random(body.length) : body.length);
      try {
        readPredict(cut, { inputs: inputsOf({ a: "float", b: "string" }), pictures: false });
      } catch (error) {
        assert.equal((error as Error).name, "ServingError", `${String(error)}\n${cut.toString("latin1")}`);
      }
    }
  });
});
