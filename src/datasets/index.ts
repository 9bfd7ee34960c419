export * as fashionMnist from "./fashion-mnist.js";
export * as mnist from "./mnist.js";
export type { ImageDataset } from "./image-dataset.js";
