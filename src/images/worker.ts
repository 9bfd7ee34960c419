/** A thread that makes pictures. It knows nothing of TensorFlow. */
import { parentPort } from "node:worker_threads";
import { finishPicture, readPicture, type PictureJob, type PictureSettings } from "./make-picture.js";

/** Pictures to make, which are neighbours in a batch. */
export interface Order {
  id: number;
  jobs: PictureJob[];
  settings: PictureSettings;
  /** Where they go, one after the other: 32-bit floats. */
  output: SharedArrayBuffer;
  /** The byte of it where the first one goes. */
  offset: number;
  /** A byte that becomes 1 when nobody waits for them any more. */
  cancelled: SharedArrayBuffer;
}

/** Says that an order is done. */
export interface Delivery {
  id: number;
  /** What could not be made, by its place in the order. */
  broken: { index: number; message: string }[];
}

const port = parentPort!;
const orders: Order[] = [];
let isBusy = false;

port.on("message", (order: Order) => {
  orders.push(order);
  if (!isBusy) void work();
});

async function work(): Promise<void> {
  isBusy = true;
  for (let order = orders.shift(); order; order = orders.shift()) port.postMessage(await done(order));
  isBusy = false;
}

/** While one picture is turned, the next is decoded by another thread of sharp's. */
async function done({ id, jobs, settings, output, offset, cancelled }: Order): Promise<Delivery> {
  const broken: Delivery["broken"] = [];
  const flag = new Uint8Array(cancelled);
  const length = settings.size[0] * settings.size[1] * settings.channels;
  const read = (index: number) => {
    const picture = readPicture(jobs[index]!.source, settings);
    // It may fail before anybody waits for it.
    picture.catch(() => undefined);
    return picture;
  };
  let next = jobs.length > 0 ? read(0) : undefined;
  for (let index = 0; index < jobs.length && flag[0] === 0; index++) {
    const coming = next!;
    next = index + 1 < jobs.length ? read(index + 1) : undefined;
    try {
      const target = new Float32Array(output, offset + index * length * 4, length);
      finishPicture(await coming, jobs[index]!.parameters, settings, target);
    } catch (error) {
      broken.push({ index, message: (error as Error).message });
    }
  }
  return { id, broken };
}
