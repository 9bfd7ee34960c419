import { quoted, refuse } from "../errors.js";
import type { Message } from "./message.js";
import { layerTypes } from "./old-types.js";

/** A layer of a net, in the order in which Caffe runs them. */
export interface NetLayer {
  name: string;
  type: string;
  bottoms: string[];
  tops: string[];
  message: Message;
  /** Names of its parameters, which layers with equal names share; "" for those without. */
  paramNames: string[];
}

/** A net for inference: what is for training only is left out. */
export interface Net {
  name: string;
  inputs: { name: string; shape: number[] }[];
  layers: NetLayer[];
}

/** What gives data or compares with labels. None of it belongs to a net that is used. */
const trainingOnly =
  /^(Data|ImageData|HDF5Data|HDF5Output|WindowData|MemoryData|DummyData|AnnotatedData|Accuracy|Silence|\w*Loss)$/;

/** The parts of `deploy.prototxt` that inference needs; all forms that inputs and layers have had. */
export function readNet(message: Message, file: string): Net {
  const [old, newer] = [message.messages("layers"), message.messages("layer")];
  if (old.length > 0 && newer.length > 0) {
    refuse(
      `${file} has \`layers\` and \`layer\``,
      "one of the two",
      "They are different formats: write one of them.",
    );
  }
  const layers = [...old, ...newer].filter(isForInference).map((one) => netLayer(one, old.length > 0));
  const inputs = message.texts("input");
  const shapes = message.has("input_shape")
    ? message.messages("input_shape").map(dimensions)
    : inGroupsOf4(message.numbers("input_dim", 1));
  if (inputs.length !== shapes.length) {
    refuse(
      `${file} has ${inputs.length} inputs and ${shapes.length} shapes of inputs`,
      "input_shape, or four input_dim, for each input",
      "Add what is missing.",
    );
  }
  const found: Net = { name: message.text("name"), inputs: [], layers: [] };
  inputs.forEach((name, i) => found.inputs.push({ name, shape: shapes[i]! }));
  for (const layer of layers) {
    if (layer.type === "Input") addInputs(found, layer);
    else if (!trainingOnly.test(layer.type)) found.layers.push(layer);
  }
  const withoutInput = `${file} has no input${layers.some(({ type }) => type.endsWith("Data")) ? ", only layers that read data for training" : ""}`;
  if (found.inputs.length === 0) {
    refuse(
      withoutInput,
      "the net's deploy.prototxt",
      'Take that, or begin with layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 224 dim: 224 } } }.',
    );
  }
  if (found.layers.length === 0) refuse(`${file} has no layers`, "a net", "Is it the right file?");
  return found;
}

function netLayer(message: Message, isOld: boolean): NetLayer {
  if (message.has("layer")) {
    refuse(
      `${message.place()}: a layer within a layer, Caffe's first format, of 2013`,
      "the second or third one",
      "Convert it with Caffe's own tool: upgrade_net_proto_text.",
    );
  }
  const name = message.text("name");
  const written = message.text("type");
  const type = isOld ? (layerTypes[written] ?? written) : written;
  const place = `layer ${quoted(name)} (${type})`;
  if (type === "") refuse(`${message.place()}: a layer without type`, "a type", "Add it.");
  // `param` was a text in the second format, and is a message in the third one.
  const paramNames = isOld
    ? message.texts("param")
    : message.messages("param").map((param) => param.text("name"));
  return {
    name,
    type,
    bottoms: message.texts("bottom"),
    tops: message.texts("top"),
    message: message.placed(() => `${message.place()}: ${place}`),
    paramNames,
  };
}

/** https://caffe.berkeleyvision.org: phase TEST, level 0, no stages. */
function isForInference(message: Message): boolean {
  const matches = (rule: Message): boolean =>
    rule.text("phase", "TEST").replace(/^1$/, "TEST") === "TEST" &&
    rule.whole("min_level", 0, Number.NEGATIVE_INFINITY) <= 0 &&
    rule.whole("max_level", 0, Number.NEGATIVE_INFINITY) >= 0 &&
    rule.texts("stage").length === 0;
  const include = message.messages("include");
  if (include.length > 0) return include.some(matches);
  return !message.messages("exclude").some(matches);
}

function addInputs(net: Net, { tops, message }: NetLayer): void {
  const shapes = message.message("input_param").messages("shape").map(dimensions);
  if (shapes.length !== 1 && shapes.length !== tops.length) {
    refuse(
      `${message.place()} has ${shapes.length} shapes for ${tops.length} tops`,
      "one for each, or one",
      "Correct it.",
    );
  }
  tops.forEach((name, i) => net.inputs.push({ name, shape: shapes[i] ?? shapes[0]! }));
}

const dimensions = (shape: Message): number[] => shape.numbers("dim", 1);

const inGroupsOf4 = (all: number[]): number[][] =>
  Array.from({ length: Math.ceil(all.length / 4) }, (_, i) => all.slice(4 * i, 4 * i + 4));
