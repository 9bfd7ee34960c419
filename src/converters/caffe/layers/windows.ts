import type { CaffeLayer } from "../caffe-layer.js";
import type { Message } from "../message.js";

/** Of height and width. */
export type Pair = [number, number];

/** Windows that slide over a picture. */
export interface Windows {
  kernel: Pair;
  stride: Pair;
  pad: Pair;
  dilation: Pair;
}

/** Reads `kernel_size`, `stride`, `pad` and `dilation`, or the forms of them for height and width. */
export function windowsOf(layer: CaffeLayer, settings: Message): Windows {
  const pair = (name: string, otherwise: number, least: number, stem = name): Pair => {
    const both = settings.numbers(name, least);
    const [height, width] = [`${stem}_h`, `${stem}_w`].map((one) => settings.whole(one, -1, least)) as Pair;
    if (both.length > 2) layer.refuse(`has ${both.length} sizes in ${name}`, "one or two: height and width");
    if (height < 0 && width < 0) return [both[0] ?? otherwise, both[1] ?? both[0] ?? otherwise];
    if (both.length > 0) layer.refuse(`has ${name} and ${stem}_h or ${stem}_w`, "one of them");
    return [height < 0 ? otherwise : height, width < 0 ? otherwise : width];
  };
  const windows: Windows = {
    kernel: pair("kernel_size", 0, 1, "kernel"),
    stride: pair("stride", 1, 1),
    pad: pair("pad", 0, 0),
    dilation: pair("dilation", 1, 1),
  };
  return windows;
}

/** Refuses windows without a size. */
export function withKernel(layer: CaffeLayer, windows: Windows): Windows {
  if (windows.kernel.includes(0))
    layer.refuse("has no kernel_size", "one: kernel_size, or kernel_h and kernel_w");
  return windows;
}

/** How far a kernel reaches that is dilated. */
export const reach = ({ kernel, dilation }: Windows): Pair =>
  [0, 1].map((axis) => (kernel[axis]! - 1) * dilation[axis]! + 1) as Pair;

/** Whether `outputs` windows are exactly those of TensorFlow's padding "same". */
export function isSame(size: number, kernel: number, stride: number, pad: number, outputs: number): boolean {
  const padded = Math.max((outputs - 1) * stride + kernel - size, 0);
  return outputs === Math.ceil(size / stride) && Math.floor(padded / 2) === pad;
}
