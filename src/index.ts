export { displaySymbol, type Displayable, type JupyterHost, type MimeBundle } from "./display/host.js";
