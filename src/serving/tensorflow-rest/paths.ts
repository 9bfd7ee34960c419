import { invalid } from "../status.js";

/** Which version of a model a path asks for; the newest if it says nothing. */
export interface ModelPath {
  name: string;
  version?: string;
  label?: string;
}

export type RestRequest = ModelPath & { verb: "predict" | "classify" | "regress" | "status" | "metadata" };

// The beginning in any case, verbs in lower case only, as TensorFlow Serving's expressions have it.
const begin = String.raw`^/[vV]1/[mM][oO][dD][eE][lL][sS]`;
const version = String.raw`(?:/[vV][eE][rR][sS][iI][oO][nN][sS]/(\d+)|/[lL][aA][bB][eE][lL][sS]/([^/:]+))?`;
const postPath = new RegExp(String.raw`${begin}/([^:/]+)${version}:(predict|classify|regress)$`);
const getPath = new RegExp(String.raw`${begin}(?:/([^/:]+))?${version}(?:/(metadata))?$`);

/** Whether paths like this are TensorFlow's. */
export const isRestPath = (path: string): boolean => /^\/v1(?:\/|$)/i.test(path);

/**
 * What a path of TensorFlow's REST interface asks for.
 *
 * @throws ServingError in TensorFlow Serving's words
 */
export function readPath(method: string, path: string): RestRequest {
  const match = method === "POST" ? postPath.exec(path) : method === "GET" ? getPath.exec(path) : null;
  if (!match) throw invalid(`Malformed request: ${method} ${path}`);
  const [, name, number, label, verb] = match;
  if (name === undefined) throw invalid("Missing model name in request.");
  if (number !== undefined && BigInt(number) >= 2n ** 63n)
    throw invalid(`Failed to convert version: ${number} to numeric.`);
  return {
    name: decoded(name, "model name"),
    ...(number === undefined ? {} : { version: String(BigInt(number)) }),
    ...(label === undefined ? {} : { label: decoded(label, "model version label") }),
    verb: (verb as RestRequest["verb"] | undefined) ?? "status",
  };
}

export function decoded(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw invalid(`Failed to decode ${what}:${text}`);
  }
}
