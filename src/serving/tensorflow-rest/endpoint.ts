import type { Answer, ProtocolRequest } from "../http/exchange.js";
import { picture, rowsIn, signatureOf, takesPictures, workOf, defaultSignature } from "../inputs.js";
import type { Model } from "../models/model.js";
import type { Registry } from "../models/registry.js";
import { jsonWork } from "../json/json-work.js";
import { metadataAnswer, statusAnswer } from "./answers.js";
import { answerExamples } from "./classify.js";
import { readPath, type RestRequest } from "./paths.js";
import { signatureNameOf, type Format } from "./predict.js";
import type { Tensor } from "../tensors.js";

/** Answers TensorFlow Serving's REST interface. @throws ServingError in its words */
export async function answerRest(registry: Registry, request: ProtocolRequest): Promise<Answer> {
  const path = readPath(request.method, request.path);
  Object.assign(request.subject, { model: path.name, api: path.verb });
  const model = registry.find(path.name);
  if (path.verb === "status") return ok(statusAnswer(statusOf(model, path)));
  if (path.verb === "metadata") return ok(metadataAnswer(path.name, model.find(path.version, path.label)));
  const body = await request.body();
  if (path.verb !== "predict") return answerExamples(model, path, request, body);
  return predict(model, path, request, body);
}

const ok = (content: string): Answer => ({ status: 200, content });

/** All versions, or the one that the path names. */
function statusOf(model: Model, { version, label }: RestRequest) {
  if (version === undefined && label === undefined) return model.versions;
  const found = model.versions.find((one) => one.version === version);
  return [found ?? model.find(version, label)];
}

async function predict(
  model: Model,
  path: RestRequest,
  request: ProtocolRequest,
  body: Buffer,
): Promise<Answer> {
  const version = model.find(path.version, path.label);
  const { subject, cancellation } = request;
  subject.version = version.version;
  if (/^image\//i.test(request.header("content-type") ?? "")) {
    const work = picture(version, defaultSignature, signatureOf(version), body);
    subject.rows = 1;
    return ok(await written(await version.run(work, cancellation), "row"));
  }
  const name = signatureNameOf(body) ?? defaultSignature;
  const signature = signatureOf(version, name);
  const reading = jsonWork.readPredict(body, {
    inputs: signature.inputs,
    pictures: takesPictures(version, signature),
  });
  // Without a pause for small ones, which are nearly all.
  const { inputs, format } = reading instanceof Promise ? await reading : reading;
  subject.rows = rowsIn(inputs);
  const work = workOf(name, signature, inputs);
  // A large body takes long enough to read for the version to be replaced.
  const current = version.isReady ? version : model.find(path.version, path.label);
  return ok(await written(await current.run(work, cancellation), format));
}

const written = (outputs: Record<string, Tensor>, format: Format): string | Promise<string> =>
  jsonWork.writePredictions(outputs, format);
