export type { PixelRange } from "./engine/messages.js";
export type { Route } from "./http/exchange.js";
export type { ServeHandle } from "./handle.js";
export { serve } from "./serve.js";
export type { ModelOptions, ServeOptions } from "./settings.js";
