import { engine } from "../../tfjs/internals.js";
import { nativeBackend, type Binding, type TensorInfo, dataType } from "../../tfjs/backend.js";
import type { Tensor } from "@tensorflow/tfjs-node";
import { nativeBinding, noValue } from "../binding.js";
import { type TensorSpec } from "../graph.js";

/** A tensor of a step under way. */
export class DeferredValue implements TensorSpec {
  /** The tensor of the trace that it is. */
  tensor: string | undefined = undefined;
  /** What the backend keeps for it, and by which key. */
  info: TensorInfo | undefined = undefined;
  dataId: object | undefined = undefined;
  /** The native tensor, where the backend does not keep it. */
  handle: number | undefined = undefined;

  /**
   * @param id what TensorFlow.js has for its native tensor
   * @param origin whether an operation of the step makes it, JavaScript does, or it was there before the step
   * @param values what JavaScript made it of, if that is not native yet
   */
  constructor(
    readonly id: number,
    readonly origin: "operation" | "JavaScript" | "outside",
    readonly shape: readonly number[],
    readonly dtype: number,
    public values?: ArrayBufferView,
  ) {}

  get isResult(): boolean {
    return this.origin === "operation";
  }
}

/** All tensors that a step under way has met, and the native tensors that they get. */
export class DeferredValues {
  readonly #backend = nativeBackend();
  readonly #native = nativeBinding();
  readonly #all: DeferredValue[] = [];
  readonly #byDataId = new Map<object, DeferredValue>();
  /** What must not be freed before the end. */
  readonly #held: object[] = [];
  readonly #temporary: number[] = [];

  /**
   * @param firstTensor tensors with a lower number were there before the step
   * @param createTensor makes a native tensor
   */
  constructor(
    private readonly firstTensor: number,
    private readonly createTensor: Binding["createTensor"],
  ) {}

  [Symbol.iterator](): Iterator<DeferredValue> {
    return this.#all.values();
  }

  add(
    origin: DeferredValue["origin"],
    { shape, dtype }: TensorSpec,
    values?: ArrayBufferView,
  ): DeferredValue {
    const value = new DeferredValue(noValue - this.#all.length, origin, shape, dtype, values);
    this.#all.push(value);
    return value;
  }

  /** The value that TensorFlow.js knows by this in place of a native tensor. */
  withId(id: number): DeferredValue {
    return this.#all[noValue - id]!;
  }

  withDataId(dataId: object): DeferredValue | undefined {
    return this.#byDataId.get(dataId);
  }

  /** Takes note of what the backend keeps for a value. */
  keep(value: DeferredValue, dataId: object, info: TensorInfo): void {
    value.info = info;
    value.dataId = dataId;
    this.#byDataId.set(dataId, value);
  }

  /** The value of a tensor, which may be new. */
  of({ dataId, id }: Tensor): DeferredValue {
    const known = this.#byDataId.get(dataId);
    if (known) return known;
    const info = this.#backend.tensorMap.get(dataId);
    const values = (info.values ?? undefined) as ArrayBufferView | undefined;
    const value = this.add(id < this.firstTensor ? "outside" : "JavaScript", info, values);
    this.keep(value, dataId, info);
    if (!values) this.#hold(value);
    return value;
  }

  /** As `of`, for all that tfjs-node gives to an operation. */
  ofInput(tensor: Tensor): DeferredValue {
    // tfjs-node's Int64Scalar, which is no tensor.
    const { valueArray } = tensor as Tensor & { valueArray?: Int32Array };
    if (!valueArray) return this.of(tensor);
    return this.add("JavaScript", { shape: [], dtype: dataType.int64 }, valueArray);
  }

  /** The native tensor of a value that has one, or that JavaScript made. */
  handleOf(value: DeferredValue): number {
    if (value.values) this.write(value);
    return value.handle ?? value.info!.id;
  }

  /** Makes a native tensor of what JavaScript made. */
  write(value: DeferredValue): void {
    const { info, shape, dtype, values } = value;
    const id = this.createTensor(shape as number[], dtype, values as Uint8Array);
    value.values = undefined;
    if (info && info.refCount > 0) {
      info.id = id;
      info.values = null;
      this.#hold(value);
    } else {
      value.handle = id;
      this.#temporary.push(id);
    }
  }

  #hold({ info, dataId }: DeferredValue): void {
    info!.refCount++;
    this.#held.push(dataId!);
  }

  /** Gives what lives on its native tensor, and frees the rest. May be ended anywhere and called again. */
  settle(): void {
    for (const value of this.#all) {
      const { isResult, info, handle } = value;
      const lives = info && info.refCount > 0;
      if (isResult) {
        if (handle === undefined) continue;
        value.handle = undefined;
        if (lives) info.id = handle;
        else this.#native.deleteTensor(handle);
      } else if (lives && value.values) this.write(value);
    }
    for (let dataId = this.#held.pop(); dataId; dataId = this.#held.pop()) {
      if (this.#backend.disposeData(dataId)) engine().removeDataId(dataId, this.#backend);
    }
  }

  /** Frees the native tensors that were made for the step alone. */
  free(): void {
    for (const id of this.#temporary.splice(0)) this.#native.deleteTensor(id);
  }
}
