import type { LayerVariable, Tensor, Tensor3D, Tensor4D, Tensor5D, layers } from "@tensorflow/tfjs-node";
import { prototypeOf } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";
import { axesOf, channelsLast, type DataFormat, only, onlyShape } from "./base.js";
import { addArguments } from "./extra-arguments.js";

interface Convolution extends layers.Layer {
  groups?: number;
  rank: 1 | 2 | 3;
  filters: number;
  dataFormat: DataFormat;
  kernel: LayerVariable;
  bias: LayerVariable | null;
  strides: number[];
  padding: "same" | "valid";
  dilationRate: number | number[];
  activation: { apply(x: Tensor): Tensor };
}

const reason = { name: "grouped convolution", why: "convolutions have no groups" };

/** Gives Conv1D, Conv2D and Conv3D Keras's `groups`: each group of filters sees a part of the channels. */
export function addGroupedConvolution(): void {
  for (const rank of [1, 2, 3]) addArguments(`Conv${rank}D`, [`conv${rank}d`], { groups: 1 });
  const layer = Object.getPrototypeOf(prototypeOf("Conv1D")) as Convolution;
  patch(layer, "build", {
    ...reason,
    wrap: (build) =>
      function (shapes) {
        const { groups = 1, filters, rank, dataFormat } = this;
        const shape = onlyShape(shapes);
        const { channels: axis } = axesOf(rank, dataFormat);
        const channels = shape[axis];
        if (groups === 1 || channels == null) return build.call(this, shapes);
        if (channels % groups !== 0 || filters % groups !== 0) {
          throw new Error(
            `Layer ${JSON.stringify(this.name)} has ${groups} groups for ${channels} channels and ${filters} filters. Expected ` +
              "numbers that the groups divide. Change `groups` or `filters`.",
          );
        }
        build.call(
          this,
          shape.map((size, i) => (i === axis ? channels / groups : size)),
        );
        this.inputSpec = [{ ndim: rank + 2, axes: { [axis]: channels } }];
      },
  });
  patch(layer, "call", {
    ...reason,
    wrap: (call) =>
      function (inputs, kwargs) {
        const { groups = 1 } = this;
        if (groups === 1) return call.call(this, inputs, kwargs);
        return tf.tidy(() =>
          channelsLast(only(inputs), this.dataFormat, (input) => {
            const filters = tf.split(this.kernel.read(), groups, -1);
            const parts = tf.split(input, groups, -1).map((part, i) => convolve(this, part, filters[i]!));
            const output = tf.concat(parts, -1);
            return this.activation.apply(this.bias ? tf.add(output, this.bias.read()) : output);
          }),
        );
      },
  });
}

function convolve({ rank, strides, padding, dilationRate }: Convolution, x: Tensor, filter: Tensor): Tensor {
  const rates = [dilationRate].flat();
  if (rank === 1) return tf.conv1d(x as Tensor3D, filter as Tensor3D, strides[0]!, padding, "NWC", rates[0]);
  if (rank === 2)
    return tf.conv2d(x as Tensor4D, filter as Tensor4D, pair(strides), padding, "NHWC", pair(rates));
  const three = (all: number[]): [number, number, number] => all as [number, number, number];
  return tf.conv3d(x as Tensor5D, filter as Tensor5D, three(strides), padding, "NDHWC", three(rates));
}

const pair = (all: number[]): [number, number] => all as [number, number];
