export { loadImage, type LoadImageOptions } from "./load-image.js";
export { type ColorMode } from "./pixels.js";
