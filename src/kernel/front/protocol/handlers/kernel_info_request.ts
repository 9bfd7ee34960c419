import type { Handler } from "../handler.js";
import { protocolVersion } from "../../wire/message.js";

/** What notebook files say of their language. */
export const languageInfo = (typescript: string) => ({
  name: "typescript",
  version: typescript,
  mimetype: "text/typescript",
  file_extension: ".ts",
  pygments_lexer: "typescript",
  codemirror_mode: "typescript",
  nbconvert_exporter: "script",
});

/** https://jupyter-client.readthedocs.io/en/stable/messaging.html#kernel-info */
export const kernel_info_request: Handler = ({ versions }) => ({
  protocol_version: protocolVersion,
  implementation: "manabi",
  implementation_version: versions.kernel,
  language_info: languageInfo(versions.typescript),
  banner: `Manabi ${versions.kernel}: TypeScript ${versions.typescript} on Node.js ${process.version}`,
  debugger: false,
  supported_features: ["kernel subshells"],
  help_links: [
    { text: "TypeScript", url: "https://www.typescriptlang.org/docs/" },
    { text: "TensorFlow.js", url: "https://js.tensorflow.org/api/latest/" },
    { text: "Node.js", url: `https://nodejs.org/docs/${process.version}/api/` },
  ],
});
