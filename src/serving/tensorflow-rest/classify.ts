import type { Answer, ProtocolRequest } from "../http/exchange.js";
import { signatureOf, workOf, defaultSignature } from "../inputs.js";
import type { Model } from "../models/model.js";
import { valuesOf } from "../json/value-buffer.js";
import { ValueBuffer } from "../json/value-buffer.js";
import { ServingError, invalid } from "../status.js";
import {
  bytesOfTexts,
  sizeOf,
  textsOf,
  typeInfo,
  type Signature,
  type Tensor,
  type TensorInfo,
} from "../tensors.js";
import { encodeExample } from "./example-proto.js";
import {
  readExamples,
  writeClasses,
  writeValues,
  type Example,
  type ExamplesRequest,
  type Feature,
} from "./examples.js";
import type { RestRequest } from "./paths.js";
import { signatureNameOf } from "./predict.js";

/**
 * Answers `:classify` and `:regress`. A signature made for it takes serialized examples, as TensorFlow's estimators export
 * them. Others, which TensorFlow Serving refuses, take features that are called like their inputs; the scores of the classes are
 * then those of their only output.
 */
export async function answerExamples(
  model: Model,
  { version: number, label, verb }: RestRequest,
  { subject, cancellation }: ProtocolRequest,
  body: Buffer,
): Promise<Answer> {
  const version = model.find(number, label);
  subject.version = version.version;
  const name = signatureNameOf(body) ?? defaultSignature;
  const request = readExamples(body);
  const signature = signatureOf(version, name);
  const isSerialized = signature.method === `tensorflow/serving/${verb}`;
  const inputs = isSerialized ? serialized(request, signature) : named(request, signature);
  subject.rows = request.examples.length;
  const outputs = await version.run(workOf(name, signature, inputs), cancellation);
  const content =
    verb === "regress"
      ? writeValues(numbersOf(outputs, "outputs", request.examples.length))
      : writeClasses(classesOf(outputs, request.examples.length, model.options.classes));
  return { status: 200, content };
}

const merged = ({ context, examples }: ExamplesRequest): Example[] =>
  context ? examples.map((example) => new Map([...context, ...example])) : examples;

function serialized(request: ExamplesRequest, { inputs }: Signature): Record<string, Tensor> {
  const texts = merged(request).map(encodeExample);
  return {
    [Object.keys(inputs)[0]!]: { dtype: "string", shape: [texts.length], bytes: bytesOfTexts(texts) },
  };
}

/** Each input's values from the features of its name. */
function named(request: ExamplesRequest, { inputs }: Signature): Record<string, Tensor> {
  const examples = merged(request);
  return Object.fromEntries(
    Object.entries(inputs).map(([name, info]) => {
      const buffer = new ValueBuffer(info.dtype, 16);
      for (const example of examples) addFeature(buffer, example.get(name), name, info);
      return [
        name,
        {
          dtype: info.dtype,
          shape: shapeOf(info, buffer.count, examples.length, name),
          bytes: buffer.bytes(),
        },
      ];
    }),
  );
}

function addFeature(
  buffer: ValueBuffer,
  feature: Feature | undefined,
  name: string,
  { dtype }: TensorInfo,
): void {
  if (!feature)
    throw invalid(
      `Name: <unknown>, Feature: ${name} (data type: ${dtype}) is required but could not be found.`,
    );
  const { kind } = typeInfo(dtype);
  const isRight =
    feature.kind === "bytes"
      ? kind === "string"
      : feature.kind === "float"
        ? kind === "float"
        : kind !== "string";
  if (!isRight)
    throw invalid(`Feature: ${name} has values of type ${feature.kind}, but the model takes ${dtype}.`);
  for (const value of feature.values)
    if (typeof value === "object") buffer.addText(value);
    else if (kind === "float") buffer.addFloat(Number(value));
    else buffer.addInteger(value);
}

function shapeOf({ shape }: TensorInfo, count: number, rows: number, name: string): number[] {
  const own = (shape ?? [-1, -1]).slice(1);
  const known = sizeOf(own.filter((size) => size >= 0));
  const free = own.filter((size) => size < 0).length;
  const width = count / rows;
  if (!Number.isInteger(width) || width % known !== 0 || (free === 0 && width !== known) || free > 1)
    throw invalid(
      `Feature: ${name} has ${count} values in ${rows} examples, which is not [${[-1, ...own].join()}], the shape of the input.`,
    );
  return [rows, ...own.map((size) => (size < 0 ? width / known : size))];
}

/** The numbers of the output of this name, or of the only one: one for each example. */
function numbersOf(outputs: Record<string, Tensor>, name: string, rows: number): number[] {
  const output = outputs[name] ?? onlyOf(outputs);
  if (output.dtype === "string" || sizeOf(output.shape) !== rows)
    throw new ServingError(
      "INVALID_ARGUMENT",
      `Expected Regression output of one number for each of ${rows} examples, not [${output.shape.join()}].`,
    );
  return Array.from(valuesOf(output.dtype, output.bytes) as Float32Array, Number);
}

function classesOf(
  outputs: Record<string, Tensor>,
  rows: number,
  names: readonly string[] | undefined,
): [string, number][][] {
  const scores = outputs["scores"] ?? onlyOf(outputs);
  const width = sizeOf(scores.shape) / rows;
  if (scores.dtype === "string" || scores.shape[0] !== rows || scores.shape.length !== 2)
    throw invalid(
      `Expected Classification scores of the shape [${rows},classes], not [${scores.shape.join()}].`,
    );
  const values = Array.from(valuesOf(scores.dtype, scores.bytes) as Float32Array, Number);
  const labels =
    outputs["classes"] && textsOf(outputs["classes"].bytes).map((text) => Buffer.from(text).toString());
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: width }, (_unused, i): [string, number] => {
      const label = labels ? labels[row * width + i] : names?.[i];
      return [label ?? String(i), values[row * width + i]!];
    }),
  );
}

function onlyOf(outputs: Record<string, Tensor>): Tensor {
  const all = Object.values(outputs);
  if (all.length !== 1)
    throw invalid(`Expected one output, not ${Object.keys(outputs).join(", ")}. Use :predict.`);
  return all[0]!;
}
