export * from "./constructors.js";
export { Loss } from "./loss.js";
