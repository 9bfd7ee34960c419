import { asArray, asObject, isObject, type Json, type JsonObject, textOf } from "./json.js";
import { isOperationEntry } from "./operations.js";

/** A tensor in a file: `[layer, call, tensor]` as JSON. */
type Key = string;

/** Layers whose masks Keras computes from their own inputs. */
const makesMasks = ({ class_name: name, config }: JsonObject): boolean =>
  name === "Masking" ||
  name === "Concatenate" ||
  (name === "Embedding" && isObject(config) && config.mask_zero === true);

/**
 * Keras 3 writes how the masks of a graph are computed as operations between its layers (`NotEqual`, `LogicalOr`), and hands
 * them to recurrent layers as `mask`. Here, as in Keras itself, layers pass masks on by themselves: both are left out.
 *
 * @param entries the layers of a functional model
 * @param outputs the configuration of its outputs
 */
export function withoutMaskOperations(entries: JsonObject[], outputs: Json | undefined): JsonObject[] {
  const byName = new Map(entries.map((entry) => [textOf(entry.name), entry]));
  const operationEntries = new Set(entries.filter(isOperationEntry));
  if (operationEntries.size === 0) return entries.map(withoutMask(() => false));
  const needed = new Set<string>();
  const need = (name: string): void => {
    if (needed.has(name)) return;
    needed.add(name);
    for (const key of inputsOf(byName.get(name) ?? {})) need(layerOf(key));
  };
  for (const entry of entries) if (!operationEntries.has(entry)) need(textOf(entry.name));
  for (const name of JSON.stringify(outputs).matchAll(/"((?:[^"\\]|\\.)*)",\d/g)) need(name[1]!);
  const masks = new Set(entries.filter((entry) => !needed.has(textOf(entry.name))));
  const masked = new Set(
    entries.filter((entry) => !operationEntries.has(entry) && makesMasks(entry)).flatMap(inputsOf),
  );
  // What is made of other tensors than those that layers mask is computed, and all that is made of it.
  for (let isKept = true; isKept;) {
    isKept = false;
    for (const mask of masks) {
      const isForeign = inputsOf(mask).some(
        (key) => !masks.has(byName.get(layerOf(key))!) && !masked.has(key),
      );
      if (!isForeign) continue;
      masks.delete(mask);
      isKept = true;
    }
    for (const entry of entries) {
      const wanted = masks.has(entry) || !operationEntries.has(entry) ? [] : inputsOf(entry);
      for (const key of wanted) isKept = masks.delete(byName.get(layerOf(key))!) || isKept;
    }
  }
  const isMask = (name: string): boolean => masks.has(byName.get(name)!);
  return entries.filter((entry) => !masks.has(entry)).map(withoutMask(isMask));
}

/** Takes from the calls of a layer a `mask` that is one of those left out. */
function withoutMask(isMask: (layer: string) => boolean): (entry: JsonObject) => JsonObject {
  return (entry) => {
    if (!Array.isArray(entry.inbound_nodes)) return entry;
    const calls = entry.inbound_nodes.map((call): Json => {
      if (!isObject(call) || !isObject(call.kwargs) || !isObject(call.kwargs.mask)) return call;
      const { mask, ...kwargs } = call.kwargs;
      return tensorsIn(mask).every((key) => isMask(layerOf(key))) ? { ...call, kwargs } : call;
    });
    return { ...entry, inbound_nodes: calls };
  };
}

/** The tensors that an entry is called with, besides `mask`. */
function inputsOf({ inbound_nodes: calls = [] }: JsonObject): Key[] {
  return asArray(calls, "The inbound_nodes of a layer").flatMap((call) => {
    if (!isObject(call)) return [];
    const { mask: _mask, ...kwargs } = isObject(call.kwargs) ? call.kwargs : {};
    return tensorsIn([call.args ?? [], kwargs]);
  });
}

function tensorsIn(value: Json): Key[] {
  if (Array.isArray(value)) return value.flatMap(tensorsIn);
  if (!isObject(value)) return [];
  if (value.class_name !== "__keras_tensor__") return Object.values(value).flatMap(tensorsIn);
  return [JSON.stringify(asObject(value.config, "A tensor").keras_history)];
}

const layerOf = (key: Key): string => textOf((JSON.parse(key) as Json[] | null)?.[0]);
