import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Writable } from "node:stream";
import { gzipSync } from "node:zlib";
import { exportSavedModel, saveModel, tf } from "../../src/index.js";
import { serve, type ServeHandle } from "../../src/serving/index.js";
import { addVersion, until, writeHalf } from "./models.js";

interface Reply {
  status: number;
  body: string;
  json: Record<string, never>;
  headers: Headers;
}

describe("serving/serve", function () {
  this.timeout(120_000);
  let folder: string;
  let server: ServeHandle;
  const log: Record<string, unknown>[] = [];
  const said: string[] = [];

  async function call(
    route: string,
    body?: string | Uint8Array,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const init = body === undefined ? { headers } : { method: "POST", body: body as string, headers };
    const answer = await fetch(`${server.url}${route}`, init);
    const text = await answer.text();
    const isJson = answer.headers.get("content-type") === "application/json" && !text.includes("NaN");
    const json = (isJson ? JSON.parse(text) : {}) as Record<string, never>;
    return { status: answer.status, body: text, json, headers: answer.headers };
  }

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "manabi-serve-"));
    await writeHalf(path.join(folder, "half.keras"));
    const [a, b] = [tf.input({ shape: [2], name: "a" }), tf.input({ shape: [2], name: "b" })];
    const sum = tf.layers.add({ name: "sum" }).apply([a, b]) as never;
    const product = tf.layers.multiply({ name: "product" }).apply([a, b]) as never;
    const two = tf.model({ inputs: [a, b], outputs: [sum, product] });
    exportSavedModel(two, path.join(folder, "two/7"));
    const mean = tf.sequential({ layers: [tf.layers.globalAveragePooling2d({ inputShape: [4, 6, 3] })] });
    await saveModel(mean, path.join(folder, "mean.h5"));
    await addVersion(path.join(folder, "versions"), 1, 1);
    for (const model of [two, mean]) model.dispose();
    server = await serve({
      models: {
        half: path.join(folder, "half.keras"),
        two: path.join(folder, "two"),
        mean: path.join(folder, "mean.h5"),
        versions: { path: path.join(folder, "versions"), labels: { stable: 1 } },
      },
      port: 0,
      pollMs: 50,
      threads: 1,
      maxBodyBytes: 2 ** 20,
      maxPixels: 10_000,
      requestTimeoutMs: 20_000,
      log: (line) => said.push(line),
      accessLog: new Writable({
        write(chunk: Buffer, _, done) {
          for (const line of String(chunk).trim().split("\n"))
            log.push(JSON.parse(line) as Record<string, unknown>);
          done();
        },
      }),
      routes: [
        (request, response) => {
          if (request.url !== "/page") return false;
          response.end("a page");
          return true;
        },
      ],
    });
  });
  after(async () => {
    await server?.close();
    rmSync(folder, { recursive: true });
  });

  it("answers predict by rows, by columns, and with NaN", async () => {
    const { json, status, headers } = await call(
      "/v1/models/half:predict",
      '{"instances": [[1.0], [2], [5.0]]}',
    );
    assert.deepEqual(
      [status, json, headers.get("content-type")],
      [200, { predictions: [[2.5], [3], [4.5]] }, "application/json"],
    );
    assert.deepEqual((await call("/v1/models/half/versions/1:predict", '{"inputs": [[4]]}')).json, {
      outputs: [[4]],
    });
    assert.equal(
      (await call("/v1/models/half:predict", '{"inputs": [[NaN], [-Infinity]]}')).body,
      '{\n    "outputs": [[NaN], [-Infinity]]\n}',
    );
    assert.deepEqual(
      (await call("/v1/models/half:predict", gzipSync('{"inputs": [[4]]}'), { "content-encoding": "gzip" }))
        .json,
      {
        outputs: [[4]],
      },
    );
  });

  it("answers models with several inputs and outputs, of SavedModels", async () => {
    const { json } = await call(
      "/v1/models/two:predict",
      '{"instances": [{"a": [1, 2], "b": [3, 4]}, {"b": [5, 6], "a": [7, 8]}]}',
    );
    assert.deepEqual(json, {
      predictions: [
        { sum: [4, 6], product: [3, 8] },
        { sum: [12, 14], product: [35, 48] },
      ],
    });
    assert.deepEqual(
      (await call("/v1/models/two:predict", '{"inputs": {"a": [[1, 2]], "b": [[3, 4]]}}')).json,
      {
        outputs: { sum: [[4, 6]], product: [[3, 8]] },
      },
    );
  });

  it("says what there is, and how far it is", async () => {
    assert.deepEqual((await call("/v1/models/two")).json, {
      model_version_status: [
        { version: "7", state: "AVAILABLE", status: { error_code: "OK", error_message: "" } },
      ],
    });
    const { json } = await call("/v1/models/half/metadata");
    const tensor = (name: string) => ({
      dtype: "DT_FLOAT",
      tensor_shape: {
        dim: [
          { size: "-1", name: "" },
          { size: "1", name: "" },
        ],
        unknown_rank: false,
      },
      name,
    });
    const { model_spec, metadata } = json as unknown as {
      model_spec: object;
      metadata: {
        signature_def: {
          signature_def: { serving_default: Record<string, Record<string, { name: string }>> };
        };
      };
    };
    assert.deepEqual(model_spec, { name: "half", signature_name: "", version: { value: "1" } });
    const { inputs, outputs, method_name } = metadata.signature_def.signature_def.serving_default;
    assert.deepEqual(inputs, { line_input: tensor(inputs!["line_input"]!.name) });
    assert.deepEqual(outputs, { line: tensor(outputs!["line"]!.name) });
    assert.equal(method_name, "tensorflow/serving/predict");
  });

  it("answers errors as TensorFlow Serving does", async () => {
    const errorOf = async (route: string, body?: string): Promise<[number, string]> => {
      const { status, json } = await call(route, body);
      return [status, json["error"] as unknown as string];
    };
    assert.deepEqual(await errorOf("/v1/models/none:predict", "{}"), [
      404,
      "Servable not found for request: Latest(none)",
    ]);
    assert.deepEqual(await errorOf("/v1/models/half/versions/2:predict", "{}"), [
      404,
      "Servable not found for request: Specific(half, 2)",
    ]);
    assert.deepEqual(await errorOf("/v1/models/half/labels/x:predict", "{}"), [
      400,
      "Unrecognized servable version label: x",
    ]);
    assert.deepEqual(await errorOf("/v1/models/half:predict", ""), [
      400,
      "JSON Parse error: The document is empty. at offset: 0",
    ]);
    assert.deepEqual(await errorOf("/v1/models/half:predict", '{"signature_name": "x", "instances": [1]}'), [
      400,
      'Serving signature name: "x" not found in signature def',
    ]);
    assert.deepEqual(await errorOf("/v1/models/half:predict", '{"instances": [[1, 2]]}'), [
      400,
      "The input line_input has the shape [1,2], but the model takes [-1,1], where -1 is the number of samples.",
    ]);
    assert.deepEqual(await errorOf("/v1/foo"), [400, "Malformed request: GET /v1/foo"]);
    assert.equal((await call("/foo")).status, 404);
    assert.equal((await call("/v1/models/half:predict", "x".repeat(2 ** 20 + 1))).status, 413);
    const bomb = gzipSync(Buffer.alloc(2 ** 20 + 1));
    assert.equal((await call("/v1/models/half:predict", bomb, { "content-encoding": "gzip" })).status, 413);
    assert.equal((await call("/v1/models/half:predict", "x", { "content-encoding": "gzip" })).status, 400);
    assert.equal((await call("/v1/models/half:predict", "x", { "content-encoding": "br" })).status, 415);
  });

  it("answers classify and regress, with features for inputs", async () => {
    const body = '{"examples": [{"line_input": 2.0}, {"line_input": [4]}]}';
    assert.deepEqual((await call("/v1/models/half:regress", body)).json, { results: [3, 4] });
    assert.deepEqual((await call("/v1/models/half:classify", body)).json, {
      results: [[["0", 3]], [["0", 4]]],
    });
    const { status, json } = await call("/v1/models/half:regress", '{"examples": [{"other": 2.0}]}');
    assert.equal(status, 400);
    assert.match(json["error"]!, /Feature: line_input .* is required but could not be found/);
  });

  it("speaks the Open Inference Protocol", async () => {
    assert.deepEqual((await call("/v2")).json["extensions"], ["binary_tensor_data"]);
    assert.deepEqual((await call("/v2/health/live")).json, { live: true });
    assert.deepEqual((await call("/v2/health/ready")).json, { ready: true });
    assert.deepEqual((await call("/v2/models/two/versions/7/ready")).json, { name: "two", ready: true });
    assert.equal((await call("/v2/models/two/versions/8/ready")).status, 503);
    assert.deepEqual((await call("/v2/models/two")).json, {
      name: "two",
      versions: ["7"],
      platform: "tensorflow_savedmodel",
      inputs: [
        { name: "a", datatype: "FP32", shape: [-1, 2] },
        { name: "b", datatype: "FP32", shape: [-1, 2] },
      ],
      outputs: [
        { name: "sum", datatype: "FP32", shape: [-1, 2] },
        { name: "product", datatype: "FP32", shape: [-1, 2] },
      ],
    });
    const inputs = [
      { data: [1, 2], name: "a", shape: [1, 2], datatype: "FP32" },
      { name: "b", shape: [1, 2], datatype: "FP32", data: [[3, 4]] },
    ];
    const { json } = await call(
      "/v2/models/two/infer",
      JSON.stringify({ id: "x1", inputs, outputs: [{ name: "sum" }] }),
    );
    assert.deepEqual(json, {
      model_name: "two",
      model_version: "7",
      id: "x1",
      outputs: [{ name: "sum", datatype: "FP32", shape: [1, 2], data: [4, 6] }],
    });
  });

  it("takes and gives tensors as bytes", async () => {
    const request = {
      inputs: [
        { name: "a", shape: [1, 2], datatype: "FP32", parameters: { binary_data_size: 8 } },
        { name: "b", shape: [1, 2], datatype: "FP32", data: [3, 4] },
      ],
      outputs: [{ name: "product", parameters: { binary_data: true } }, { name: "sum" }],
    };
    const head = Buffer.from(JSON.stringify(request));
    const values = Buffer.from(Float32Array.of(1, 2).buffer);
    const answer = await fetch(`${server.url}/v2/models/two/infer`, {
      method: "POST",
      body: Buffer.concat([head, values]),
      headers: { "inference-header-content-length": String(head.length) },
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const size = Number(answer.headers.get("inference-header-content-length"));
    assert.deepEqual(JSON.parse(bytes.toString("utf8", 0, size)), {
      model_name: "two",
      model_version: "7",
      outputs: [
        { name: "product", datatype: "FP32", shape: [1, 2], parameters: { binary_data_size: 8 } },
        { name: "sum", datatype: "FP32", shape: [1, 2], data: [4, 6] },
      ],
    });
    assert.deepEqual([bytes.readFloatLE(size), bytes.readFloatLE(size + 4)], [3, 8]);
    const wrong: [object, string | undefined, RegExp][] = [
      [{ inputs: [{ ...request.inputs[0], shape: [1, 3] }] }, undefined, /needs 12/],
      [
        { inputs: [{ ...request.inputs[0], parameters: { binary_data_size: 80 } }] },
        undefined,
        /8 bytes are left/,
      ],
      [
        { inputs: [{ ...request.inputs[1], shape: [2, 2] }] },
        undefined,
        /has 2 values, but its shape \[2,2\] has 4/,
      ],
      [
        { inputs: [{ ...request.inputs[1], datatype: "INT64" }] },
        undefined,
        /has the datatype INT64, but the model takes FP32/,
      ],
      [{ inputs: [{ ...request.inputs[1], name: "c" }] }, undefined, /There is no input c. Expected: a, b/],
      [{ inputs: [request.inputs[1]] }, undefined, /The input a is missing/],
      [{ inputs: request.inputs, outputs: [{ name: "no" }] }, undefined, /There is no output no/],
      [{}, undefined, /"inputs" is missing/],
      [request, "x", /must be a number of bytes/],
      [request, "99999", /but the body has/],
    ];
    for (const [json, length, message] of wrong) {
      const text = Buffer.from(JSON.stringify(json));
      const refused = await call("/v2/models/two/infer", Buffer.concat([text, values]), {
        "inference-header-content-length": length ?? String(text.length),
      });
      assert.equal(refused.status, 400, refused.body);
      assert.match(refused.json["error"]!, message);
    }
  });

  it("decodes pictures where the model eats them", async () => {
    const pixels = tf.cast(tf.mul(tf.ones([8, 12, 3]), 51), "int32") as never;
    const files = [await tf.node.encodePng(pixels), await tf.node.encodeJpeg(pixels)].map((file) =>
      Buffer.from(file),
    );
    const near = (values: number[][]): void => {
      for (const value of values.flat()) assert.ok(Math.abs(value - 0.2) < 0.01, String(values));
    };
    for (const file of files) {
      const { json } = await call("/v1/models/mean:predict", file, { "content-type": "image/png" });
      near(json["predictions"]!);
    }
    const instances = files.map((file) => ({ b64: file.toString("base64") }));
    near((await call("/v1/models/mean:predict", JSON.stringify({ instances }))).json["predictions"]!);
    near((await call("/v1/models/mean:predict", JSON.stringify({ inputs: instances }))).json["outputs"]!);
    const large = Buffer.from(await tf.node.encodePng(tf.ones([101, 100, 3], "int32") as never));
    const { status, json } = await call("/v1/models/mean:predict", large, { "content-type": "image/png" });
    assert.equal(status, 413, JSON.stringify(json));
    assert.match(json["error"]!, /100 x 101 pixels, more than the 10000/);
    for (const file of [
      Buffer.from("GIF89a"),
      files[0]!.subarray(0, 60),
      files[1]!.subarray(0, 100),
      Buffer.alloc(0),
    ]) {
      const refused = await call("/v1/models/mean:predict", file, { "content-type": "image/jpeg" });
      assert.equal(refused.status, 400, refused.body);
      assert.match(refused.json["error"]!, /neither JPEG nor PNG|cannot be decoded/);
    }
    assert.equal(
      (await call("/v1/models/half:predict", files[0], { "content-type": "image/png" })).status,
      415,
    );
  });

  it("has health checks, metrics, routes of others and a log", async () => {
    assert.deepEqual((await call("/livez")).body, "ok");
    assert.deepEqual((await call("/readyz")).body, "ok");
    assert.deepEqual((await call("/page")).body, "a page");
    await call("/v1/models/half:predict", '{"instances": [[1], [2]]}');
    for (const route of ["/metrics", "/monitoring/prometheus/metrics"]) {
      const { body, headers } = await call(route);
      assert.match(headers.get("content-type")!, /^text\/plain/);
      assert.match(body, /^:tensorflow:serving:request_count\{model_name="half",status="OK"\} \d+$/m);
      assert.match(
        body,
        /^:tensorflow:serving:request_latency_bucket\{le="\d+",model_name="half",API="predict",entrypoint="REST"\} \d+$/m,
      );
      assert.match(
        body,
        /^:tensorflow:serving:batching_session:processed_batch_size_sum\{model_name="half"\} \d+$/m,
      );
      assert.match(body, /^manabi_model_ready\{model_name="two",version="7"\} 1$/m);
      assert.match(body, /^process_resident_memory_bytes \d+$/m);
    }
    await until(
      () => log.some(({ api, rows, status }) => api === "predict" && rows === 2 && status === 200),
      "the log",
    );
    assert.ok(!(await call("/metrics")).body.includes('model_name="none"'));
  });

  it("puts in a new version without a lost request, and leaves out one that is broken", async () => {
    const ending = new AbortController();
    const seen = new Set<number>();
    let requests = 0;
    const client = async (): Promise<void> => {
      while (!ending.signal.aborted) {
        // oxlint-disable-next-line no-await-in-loop -- a client that asks again and again
        const { status, json, body } = await call("/v1/models/versions:predict", '{"instances": [[10]]}');
        assert.equal(status, 200, body);
        seen.add((json["predictions"] as unknown as number[][])[0]![0]!);
        requests++;
      }
    };
    const clients = Promise.all([client(), client(), client(), client()]);
    const isServed = async (version: string): Promise<boolean> =>
      (await call("/v1/models/versions")).body.includes(
        `"version": "${version}",\n            "state": "AVAILABLE"`,
      );
    await until(() => seen.has(12), "version 1");
    await addVersion(path.join(folder, "versions"), 2, 2);
    await until(() => seen.has(22), "version 2");
    await until(async () => !(await isServed("1")), "the end of version 1");
    assert.equal(
      (await call("/v1/models/versions/labels/stable:predict", '{"instances": [[10]]}')).status,
      404,
    );
    // One that cannot be loaded leaves the old one, and is tried again when its files are others.
    await addVersion(path.join(folder, "versions"), 10, 4);
    writeFileSync(path.join(folder, "versions/10/model.keras"), "half written");
    await until(
      () => said.some((line) => /versions version 10 .* cannot be served/.test(line)) || seen.has(42),
      "version 10",
    );
    assert.ok((await isServed("2")) || seen.has(42));
    await writeHalf(path.join(folder, "versions/10/model.keras"), 4);
    await until(() => seen.has(42), "version 10, mended");
    ending.abort();
    await clients;
    assert.ok(requests > 50);
  });

  it("reads and writes large JSON, and answers others meanwhile", async () => {
    const rows = Array.from({ length: 100_000 }, (_, i) => [i]);
    const answer = call("/v1/models/half:predict", JSON.stringify({ instances: rows }));
    assert.equal((await call("/livez")).status, 200);
    const { predictions } = (await answer).json as unknown as { predictions: number[][] };
    assert.deepEqual(
      predictions,
      rows.map(([i]) => [i! * 0.5 + 2]),
    );
    const wrong = await call("/v1/models/half:predict", JSON.stringify({ instances: [...rows, ["x"]] }));
    assert.deepEqual(
      [wrong.status, /element: 100000 .* Type: String is not of expected type: float/.test(wrong.body)],
      [400, true],
    );
    const input = { name: "line_input", datatype: "FP32", shape: [rows.length, 1], data: rows };
    const { outputs } = (await call("/v2/models/half/infer", JSON.stringify({ inputs: [input] })))
      .json as unknown as {
      outputs: { data: number[] }[];
    };
    assert.deepEqual(
      outputs[0]!.data,
      rows.map(([i]) => i! * 0.5 + 2),
    );
  });

  it("goes on when a model's process is killed", async () => {
    const pid = Number(/^half version 1 .* by process (\d+)/m.exec(said.join("\n"))![1]);
    const { body } = await call("/metrics");
    assert.match(body, /^manabi_model_restarts\{model_name="half",version="1"\} 0$/m);
    process.kill(pid, "SIGKILL");
    await until(async () => (await call("/readyz")).status === 503, "not ready");
    assert.equal((await call("/livez")).status, 200);
    const refused = await call("/v1/models/half:predict", '{"instances": [[1]]}');
    assert.deepEqual([refused.status, refused.headers.get("retry-after")], [503, "1"]);
    await until(async () => (await call("/readyz")).status === 200, "ready again");
    assert.deepEqual((await call("/v1/models/half:predict", '{"instances": [[1]]}')).json, {
      predictions: [[2.5]],
    });
    assert.ok(said.some((line) => /half version 1: its process ended \(SIGKILL\)/.test(line)));
    assert.match(
      (await call("/metrics")).body,
      /^manabi_model_restarts\{model_name="half",version="1"\} 1$/m,
    );
  });

  it("outlives half requests and clients that go away", async () => {
    const sockets = Array.from({ length: 50 }, () => net.connect(server.port, "127.0.0.1"));
    sockets.forEach((socket, i) => {
      socket.on("error", () => undefined);
      socket.write(
        "POST /v1/models/half:predict HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n".slice(
          0,
          20 + i * 2,
        ),
      );
      if (i % 2 === 0) socket.on("connect", () => socket.resetAndDestroy());
    });
    const aborted = http.request(`${server.url}/v1/models/half:predict`, { method: "POST" });
    aborted.on("error", () => undefined);
    aborted.write('{"instances": [[');
    setTimeout(() => aborted.destroy(), 50);
    assert.equal((await call("/v1/models/half:predict", '{"instances": [[1]]}')).status, 200);
    for (const socket of sockets) socket.destroy();
    await until(() => log.some(({ status }) => status === 499), "the one that went away in the log");
  });
});
