import type { Attribute } from "../tfjs/backend.js";
import { nativeBinding } from "./binding.js";
import type { AttributeValue } from "./graph.js";
import { typeAttributesOf } from "./op-types.js";

/**
 * The attributes of an operation's node in a graph.
 *
 * @param attributes what tfjs-node gives the operation
 * @param inputTypes TensorFlow's DataType numbers
 */
export function nodeAttributes(
  op: string,
  attributes: Attribute[],
  inputTypes: number[],
): Record<string, AttributeValue> {
  const values = Object.fromEntries(attributes.map((one) => [one.name, attributeValue(one)]));
  for (const [name, input] of typeAttributesOf(op)) values[name] = { type: inputTypes[input]! };
  return values;
}

function attributeValue({ name, type, value }: Attribute): AttributeValue {
  const binding = nativeBinding();
  const many = Array.isArray(value);
  switch (type) {
    case binding.TF_ATTR_STRING:
      return { s: value as string };
    case binding.TF_ATTR_INT:
      return many ? { list: { i: value as number[] } } : { i: value as number };
    case binding.TF_ATTR_FLOAT:
      return many ? { list: { f: value as number[] } } : { f: value as number };
    case binding.TF_ATTR_BOOL:
      return many ? { list: { b: value as boolean[] } } : { b: Boolean(value) };
    case binding.TF_ATTR_TYPE:
      return many ? { list: { type: value as number[] } } : { type: value as number };
    case binding.TF_ATTR_SHAPE:
      return { shape: value as number[] };
    default:
      throw new Error(`Attribute ${name} has the unknown type ${type}.`);
  }
}
