import { JsonCursor } from "../json/cursor.js";
import { TensorReader } from "../json/tensor-reader.js";
import { TensorWriter } from "../json/tensor-writer.js";
import { invalid } from "../status.js";
import { sizeOf, textsOf, typeInfo, types, type DataType, type Signature, type Tensor } from "../tensors.js";

/** One of the answer's outputs that a request asks for. */
interface WantedOutput {
  name: string;
  binary: boolean;
}

export interface InferRequest {
  id: string | undefined;
  inputs: Record<string, Tensor>;
  /** Undefined: all. */
  outputs: WantedOutput[] | undefined;
  /** How outputs come that do not say it. */
  binary: boolean;
}

const byProtocol = new Map(
  (Object.keys(types) as DataType[]).map((dtype) => [typeInfo(dtype).protocol, dtype]),
);

/**
 * Reads the body of `/infer`: JSON, or with the binary extension JSON of `headerSize` bytes and tensors after it.
 *
 * @param pictures whether the only input also takes BYTES, which are pictures then
 * @throws ServingError that says what is wrong
 */
export function readInfer(
  body: Buffer,
  headerSize: number | undefined,
  { inputs: expected }: Pick<Signature, "inputs">,
  pictures: boolean,
): InferRequest {
  if (headerSize !== undefined && headerSize > body.length)
    throw invalid(`Inference-Header-Content-Length is ${headerSize}, but the body has ${body.length} bytes.`);
  const cursor = new JsonCursor(body, headerSize);
  const request: InferRequest = { id: undefined, inputs: {}, outputs: undefined, binary: false };
  const binary = new BinaryPart(body, headerSize ?? body.length);
  let hasInputs = false;
  if (cursor.type() !== "Object")
    throw invalid('The request is no JSON object. Expected as in: {"inputs": [...]}');
  for (let more = cursor.open(); more; more = cursor.next(false)) {
    const key = cursor.key();
    const type = cursor.type();
    if (key === "id") request.id = String(small(cursor, "id"));
    else if (key === "parameters")
      request.binary = flag(small(cursor, "parameters"), "binary_data_output") ?? false;
    else if (key === "outputs") request.outputs = wanted(small(cursor, "outputs"));
    else if (key !== "inputs") cursor.skip();
    else {
      if (type !== "Array") throw invalid('"inputs" must be a list of tensors.');
      hasInputs = true;
      for (let another = cursor.open(); another; another = cursor.next(true)) {
        const { name, tensor } = readInput(cursor, binary, expected, pictures);
        if (Object.hasOwn(request.inputs, name)) throw invalid(`The input ${name} came twice.`);
        request.inputs[name] = tensor;
      }
    }
  }
  if (!hasInputs)
    throw invalid('"inputs" is missing. Expected as in: {"inputs": [{"name", "shape", "datatype", "data"}]}');
  const missing = Object.keys(expected).filter((name) => !Object.hasOwn(request.inputs, name));
  if (missing.length > 0) throw invalid(`The input ${missing.join(", ")} is missing.`);
  if (!binary.isAtEnd)
    throw invalid(
      `${binary.left} bytes follow the tensors. Expected as many as binary_data_size of all inputs says.`,
    );
  return request;
}

/** The tensors after the JSON, in the order of their inputs. */
class BinaryPart {
  constructor(
    private readonly body: Buffer,
    private at: number,
  ) {}

  get left(): number {
    return this.body.length - this.at;
  }

  get isAtEnd(): boolean {
    return this.left === 0;
  }

  take(size: number, name: string): Buffer {
    if (!Number.isSafeInteger(size) || size < 0 || size > this.left)
      throw invalid(`The input ${name} has a binary_data_size of ${size}, but ${this.left} bytes are left.`);
    return this.body.subarray(this.at, (this.at += size));
  }
}

function readInput(
  cursor: JsonCursor,
  binary: BinaryPart,
  expected: Signature["inputs"],
  pictures: boolean,
): { name: string; tensor: Tensor } {
  if (cursor.type() !== "Object")
    throw invalid('Each of "inputs" must be an object with name, shape, datatype and data.');
  const members: Record<string, unknown> = {};
  let data: number | undefined;
  for (let more = cursor.open(); more; more = cursor.next(false)) {
    const key = cursor.key();
    cursor.type();
    if (key === "data") {
      data = cursor.at;
      cursor.skip();
    } else members[key] = small(cursor, key);
  }
  const after = cursor.at;
  const { name, shape, datatype, parameters } = members;
  if (typeof name !== "string") throw invalid('An input has no "name".');
  if (!Object.hasOwn(expected, name))
    throw invalid(`There is no input ${name}. Expected: ${Object.keys(expected).join(", ")}`);
  if (!isShape(shape)) throw invalid(`The "shape" of the input ${name} must be a list of whole numbers.`);
  const info = expected[name]!;
  const dtype = byProtocol.get(String(datatype));
  const isPictures = pictures && dtype === "string";
  if (dtype === undefined || (dtype !== info.dtype && !isPictures))
    throw invalid(
      `The input ${name} has the datatype ${String(datatype)}, but the model takes ${typeInfo(info.dtype).protocol}.`,
    );
  const size = (parameters as Record<string, unknown> | undefined)?.["binary_data_size"];
  const tensor =
    size === undefined
      ? fromJson(cursor, data, dtype, shape, name)
      : { dtype, shape, bytes: checkedBytes(binary.take(Number(size), name), dtype, shape, name) };
  cursor.at = after;
  return { name, tensor };
}

function fromJson(
  cursor: JsonCursor,
  data: number | undefined,
  dtype: DataType,
  shape: number[],
  name: string,
): Tensor {
  if (data === undefined) throw invalid(`The input ${name} has neither "data" nor a binary_data_size.`);
  cursor.at = data;
  const reader = new TensorReader(cursor, dtype, shape);
  reader.read();
  if (reader.count !== sizeOf(shape))
    throw invalid(
      `The input ${name} has ${reader.count} values, but its shape [${shape.join()}] has ${sizeOf(shape)}.`,
    );
  return reader.tensor(shape);
}

function checkedBytes(bytes: Buffer, dtype: DataType, shape: number[], name: string): Buffer {
  const count = sizeOf(shape);
  const { size } = typeInfo(dtype);
  if (size > 0 && bytes.length !== count * size)
    throw invalid(
      `The input ${name} has ${bytes.length} bytes, but its shape [${shape.join()}] needs ${count * size}.`,
    );
  if (size > 0) return bytes;
  try {
    const texts = textsOf(bytes);
    if (texts.length === count) return bytes;
    throw invalid(
      `The input ${name} has ${texts.length} texts, but its shape [${shape.join()}] has ${count}.`,
    );
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalid(
      `The bytes of the input ${name} are cut short. Expected each text as its length (uint32), then its bytes.`,
    );
  }
}

const isShape = (shape: unknown): shape is number[] =>
  Array.isArray(shape) &&
  shape.length <= 32 &&
  shape.every((size) => Number.isSafeInteger(size) && size >= 0);

/** More than a member without tensors needs. */
const mostBytes = 2 ** 20;

/** Reads a value that has no tensors in it. */
function small(cursor: JsonCursor, what: string): unknown {
  const start = cursor.at;
  cursor.skip();
  if (cursor.at - start > mostBytes) throw invalid(`"${what}" is longer than ${mostBytes} bytes.`);
  try {
    return JSON.parse(cursor.bytes.toString("utf8", start, cursor.at));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw invalid(`"${what}" cannot be read: ${error.message}`);
  }
}

const flag = (parameters: unknown, name: string): boolean | undefined => {
  const value = (parameters as Record<string, unknown> | null)?.[name];
  return typeof value === "boolean" ? value : undefined;
};

function wanted(outputs: unknown): WantedOutput[] {
  if (!Array.isArray(outputs)) throw invalid('"outputs" must be a list.');
  return outputs.map((output: { name?: unknown; parameters?: unknown } | null) => {
    if (typeof output?.name !== "string") throw invalid('Each of "outputs" must have a "name".');
    const own = flag(output.parameters, "binary_data");
    return { name: output.name, binary: own as boolean };
  });
}

/** The answer: JSON, and the tensors that follow it. */
export interface InferAnswer {
  text: string;
  parts: Uint8Array[];
}

export function writeInfer(
  { id, outputs: asked, binary }: InferRequest,
  model: { name: string; version: string },
  outputs: Record<string, Tensor>,
): InferAnswer {
  const list = asked ?? Object.keys(outputs).map((name) => ({ name, binary: undefined }));
  const parts: Uint8Array[] = [];
  const texts = list.map((one) => {
    const tensor = Object.hasOwn(outputs, one.name) ? outputs[one.name] : undefined;
    if (!tensor)
      throw invalid(`There is no output ${one.name}. There is: ${Object.keys(outputs).join(", ")}`);
    const head = `"name": ${JSON.stringify(one.name)}, "datatype": "${typeInfo(tensor.dtype).protocol}", "shape": [${tensor.shape.join()}]`;
    if (one.binary ?? binary) {
      parts.push(tensor.bytes);
      return `{${head}, "parameters": {"binary_data_size": ${tensor.bytes.length}}}`;
    }
    return `{${head}, "data": ${new TensorWriter({ ...tensor, shape: [sizeOf(tensor.shape)] }).all()}}`;
  });
  const own = `"model_name": ${JSON.stringify(model.name)}, "model_version": ${JSON.stringify(model.version)}`;
  const idText = id === undefined ? "" : `"id": ${JSON.stringify(id)}, `;
  return { text: `{${own}, ${idText}"outputs": [${texts.join(", ")}]}`, parts };
}
