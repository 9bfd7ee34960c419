import { readFileSync } from "node:fs";
import type { Answer, ProtocolRequest } from "../http/exchange.js";
import { defaultSignature, rowsIn, signatureOf, takesPictures, workOf } from "../inputs.js";
import { jsonWork } from "../json/json-work.js";
import type { Model } from "../models/model.js";
import type { Registry } from "../models/registry.js";
import { ServingError, invalid } from "../status.js";
import { decoded } from "../tensorflow-rest/paths.js";
import { modelMetadata } from "./answers.js";

const { version: ownVersion } = JSON.parse(
  readFileSync(new URL("../../../../package.json", import.meta.url), "utf8"),
) as { version: string };

const headerLength = "inference-header-content-length";

/** Whether paths like this are the Open Inference Protocol's. */
export const isProtocolPath = (path: string): boolean => /^\/v2(?:\/|$)/.test(path);

const modelPath = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(?:\/(ready|infer))?$/;

/** Answers the Open Inference Protocol, version 2. @throws ServingError that says what is wrong */
export async function answerProtocol(
  registry: Registry,
  isReady: boolean,
  request: ProtocolRequest,
): Promise<Answer> {
  const { method, path, subject } = request;
  if (method === "GET" && /^\/v2\/?$/.test(path))
    return json({ name: "manabi", version: ownVersion, extensions: ["binary_tensor_data"] });
  if (method === "GET" && path === "/v2/health/live") return json({ live: true });
  if (method === "GET" && path === "/v2/health/ready") return json({ ready: isReady }, isReady ? 200 : 503);
  if (method === "GET" && path === "/v2/models")
    return json({ models: registry.models.map(({ name }) => name) });
  if (method === "POST" && path === "/v2/repository/index") return json(index(registry));
  const match = modelPath.exec(path);
  const isInfer = match?.[3] === "infer";
  if (!match || method !== (isInfer ? "POST" : "GET")) throw notFound(method, path);
  const model = registry.find(decoded(match[1]!, "model name"));
  Object.assign(subject, { model: model.name, api: isInfer ? "infer" : "metadata" });
  if (isInfer) return infer(model, match[2], request);
  if (match[3] === "ready") return json(...readiness(model, match[2]));
  const numbers = model.versions.filter(({ state }) => state === "AVAILABLE").map(({ version }) => version);
  return json(modelMetadata(model.name, numbers, model.find(match[2])));
}

const json = (value: unknown, status = 200): Answer => ({ status, content: JSON.stringify(value) });

const notFound = (method: string, path: string): ServingError =>
  new ServingError("NOT_FOUND", `There is no ${method} ${path} in the Open Inference Protocol.`);

function readiness(model: Model, version: string | undefined): [object, number] {
  const ready = model.versions.some(
    (one) => one.isReady && (version === undefined || one.version === version),
  );
  return [{ name: model.name, ready }, ready ? 200 : 503];
}

const index = (registry: Registry): object[] =>
  registry.models.flatMap(({ name, versions }) =>
    versions.map(({ version, isReady, problem }) => ({
      name,
      version,
      state: isReady ? "READY" : "UNAVAILABLE",
      reason: problem ?? "",
    })),
  );

async function infer(model: Model, number: string | undefined, request: ProtocolRequest): Promise<Answer> {
  const { subject, cancellation } = request;
  const version = model.find(number);
  subject.version = version.version;
  const body = await request.body();
  const signature = signatureOf(version);
  const header = request.header(headerLength);
  if (header !== undefined && !/^\d{1,15}$/.test(header))
    throw invalid(`${headerLength} must be a number of bytes, not ${JSON.stringify(header)}.`);
  const headerSize = header === undefined ? undefined : Number(header);
  const { inputs: expected } = signature;
  const reading = jsonWork.readInfer(
    body,
    headerSize,
    { inputs: expected },
    takesPictures(version, signature),
  );
  const asked = reading instanceof Promise ? await reading : reading;
  subject.rows = rowsIn(asked.inputs);
  const work = workOf(defaultSignature, signature, asked.inputs);
  const current = version.isReady ? version : model.find(number);
  const outputs = await current.run(work, cancellation);
  const { text, parts } = await jsonWork.writeInfer(
    asked,
    { name: model.name, version: current.version },
    outputs,
  );
  if (parts.length === 0) return { status: 200, content: text };
  const content = Buffer.from(text);
  const headers = { [headerLength]: content.length };
  return { status: 200, type: "application/octet-stream", headers, content, parts };
}
