export interface GraphModelOptions {
  /** Which of a SavedModel's functions. Default: `"serving_default"`, or the only one that there is. */
  signature?: string;
  /** Which of a SavedModel's graphs. Default: `["serve"]`. */
  tags?: string[];
}
