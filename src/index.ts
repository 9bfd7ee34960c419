export { displaySymbol, type Displayable, type JupyterHost, type MimeBundle } from "./display/host.js";
export { backendInfo, setRandomSeed, tf, type BackendInfo } from "./tensorflow/load.js";
