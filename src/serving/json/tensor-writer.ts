import { sizeOf, textsOf, typeInfo, type Tensor } from "../tensors.js";
import { valuesOf } from "./value-buffer.js";

/**
 * A float as TensorFlow Serving writes it: six digits where they are enough for the same number, else as many as tell it from
 * all others, and `.0` for whole ones. What JSON has no numbers for is `NaN`, `Infinity` and `-Infinity`.
 */
export function decimal(value: number, single: boolean): string {
  if (!Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return "-0.0";
  let short = Number(value.toPrecision(6));
  const isSame = single ? Math.fround(short) === value : short === value;
  if (!isSame) short = Number(value.toPrecision(single ? 9 : 17));
  const text = String(short);
  return Number.isInteger(short) && !text.includes("e") ? `${text}.0` : text;
}

/** Writes the values of a tensor as JSON, row by row. */
export class TensorWriter {
  readonly #write: (index: number) => string;
  readonly shape: readonly number[];

  /** @param asBytes whether texts are bytes, which become `{"b64": ...}` */
  constructor({ dtype, shape, bytes }: Tensor, asBytes = false) {
    this.shape = shape;
    if (dtype === "string") {
      const texts = textsOf(bytes);
      this.#write = (i) => {
        const text = Buffer.from(texts[i]!);
        return asBytes ? `{"b64": "${text.toString("base64")}"}` : JSON.stringify(text.toString("utf8"));
      };
      return;
    }
    const values = valuesOf(dtype, bytes);
    const { kind } = typeInfo(dtype);
    if (kind === "float") this.#write = (i) => decimal(values[i] as number, dtype === "float");
    else if (kind === "bool") this.#write = (i) => (values[i] === 0 ? "false" : "true");
    else this.#write = (i) => String(values[i]);
  }

  all(): string {
    return this.#level(0, 0);
  }

  /** Row `index`, that is one without the first dimension. */
  row(index: number): string {
    return this.#level(1, index * sizeOf(this.shape.slice(1)));
  }

  #level(dimension: number, offset: number): string {
    if (dimension === this.shape.length) return this.#write(offset);
    const length = this.shape[dimension]!;
    let text = "[";
    const isLast = dimension === this.shape.length - 1;
    const stride = isLast ? 1 : sizeOf(this.shape.slice(dimension + 1));
    for (let i = 0; i < length; i++) {
      if (i > 0) text += ", ";
      text += isLast ? this.#write(offset + i) : this.#level(dimension + 1, offset + i * stride);
    }
    return `${text}]`;
  }
}
