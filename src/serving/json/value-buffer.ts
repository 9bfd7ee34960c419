import { bytesOfTexts, typeInfo, type DataType } from "../tensors.js";

const arrays = {
  float: Float32Array,
  double: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  int16: Int16Array,
  int8: Int8Array,
  bool: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
} as const;

type Values = InstanceType<(typeof arrays)[keyof typeof arrays]>;
type Numbers = Exclude<Values, BigInt64Array | BigUint64Array>;

/** The typed array of a tensor's values; not of texts. */
export function valuesOf(dtype: Exclude<DataType, "string">, bytes: Uint8Array): Values {
  const { size } = typeInfo(dtype);
  const { buffer, byteOffset } = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return new arrays[dtype](buffer as ArrayBuffer, byteOffset, bytes.length / size);
}

/** Values of one type, as many as come. */
export class ValueBuffer {
  #values: Values;
  readonly #texts: Uint8Array[] = [];
  #count = 0;

  constructor(
    readonly dtype: DataType,
    likely: number,
  ) {
    this.#values =
      dtype === "string" ? new Uint8Array(0) : new arrays[dtype](Math.min(Math.max(likely, 4), 2 ** 20));
  }

  get count(): number {
    return this.#count;
  }

  addFloat(value: number): void {
    if (this.#count === this.#values.length) this.#grow();
    (this.#values as Numbers)[this.#count++] = value;
  }

  addInteger(value: number | bigint): void {
    if (this.#count === this.#values.length) this.#grow();
    if (this.dtype === "int64" || this.dtype === "uint64")
      (this.#values as BigInt64Array)[this.#count++] = BigInt(value);
    else (this.#values as Numbers)[this.#count++] = Number(value);
  }

  addText(text: Uint8Array): void {
    this.#texts.push(text);
    this.#count++;
  }

  #grow(): void {
    const larger = new (this.#values.constructor as new (length: number) => Values)(this.#values.length * 2);
    (larger as Numbers).set(this.#values as Numbers);
    this.#values = larger;
  }

  bytes(): Uint8Array {
    if (this.dtype === "string") return bytesOfTexts(this.#texts);
    const { buffer } = this.#values;
    return new Uint8Array(buffer, 0, this.#count * typeInfo(this.dtype).size);
  }
}
