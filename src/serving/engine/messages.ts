import type { StatusCode } from "../status.js";
import type { DataType, Signature } from "../tensors.js";

/** Numbers that a picture's 0 to 255 become. */
export type PixelRange = "0..1" | "0..255" | "-1..1";

/** How a model takes pictures. */
export interface PictureInput {
  /** -1 where it takes any. */
  height: number;
  width: number;
  /** 1 (gray), 3 or 4. */
  channels: number;
  range: PixelRange;
}

/** What the process that runs a model has found out about it. */
export interface ModelInfo {
  platform: "tensorflow_savedmodel" | "keras";
  signatures: Record<string, Signature>;
  /** Where the model's only input takes pictures. */
  picture?: PictureInput;
  /** Why the model runs step by step, where it could not be made a graph. */
  slow?: string;
}

/** A tensor whose bytes follow the message. */
export interface TensorHead {
  dtype: DataType;
  shape: number[];
  size: number;
}

/** To the process that runs a model. */
export type Order =
  | { type: "load"; path: string; pixels?: PixelRange | undefined; mostPixels: number }
  | {
      type: "run";
      id: number;
      signature: string;
      /** In rows of at most so many at a time; 0 for all at once. */
      rows: number;
      inputs: (TensorHead & { name: string })[];
    }
  /** Encoded pictures, one after the other, for the model's only input. */
  | { type: "pictures"; id: number; signature: string; rows: number; sizes: number[] };

/** From it. */
export type Report =
  | { type: "loaded"; info: ModelInfo }
  | { type: "refused"; message: string }
  | { type: "done"; id: number; seconds: number; outputs: (TensorHead & { name: string })[] }
  | { type: "failed"; id: number; message: string; code: StatusCode };
