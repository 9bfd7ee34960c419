import { dataType } from "../tfjs/backend.js";

/** Inputs of integers that are data. Others say what shape a result has, or along which axis. */
const integerData = new Set(
  (
    "OneHot:0 GatherV2:0 GatherV2:1 GatherNd:0 GatherNd:1 ScatterNd:0 ScatterNd:1 Reshape:0 ExpandDims:0 Transpose:0 " +
    "TensorScatterUpdate:0 TensorScatterUpdate:1 TensorScatterUpdate:2 UnsortedSegmentSum:0 UnsortedSegmentSum:1 " +
    "StatelessRandomUniform:1 StatelessRandomNormal:1 StatelessTruncatedNormal:1 ManabiDropout:1"
  ).split(" "),
);
const elementwise =
  /^(Cast|Add|AddV2|AddN|Sub|Mul|Div|RealDiv|FloorDiv|FloorMod|Mod|Pow|Maximum|Minimum|Equal|NotEqual|Greater|GreaterEqual|Less|LessEqual|Logical(And|Or|Not)|Select|SelectV2|Neg|Abs|Square)$/;

/** Whether the shapes of a result stay the same when the values of this input change. */
export function isData(op: string, input: number, dtype: number): boolean {
  if (dtype === dataType.float) return op !== "Range" && op !== "LinSpace";
  return dtype !== dataType.int64 && (elementwise.test(op) || integerData.has(`${op}:${input}`));
}
