/**
 * Which inputs of TensorFlow's operations set their type attributes: `T:0 Tidx:1` means that T is the type of the first
 * input, Tidx that of the second. Run eagerly, TensorFlow finds these by itself, and TensorFlow.js leaves some out and has
 * others wrong; a graph must have them right. Read off TensorFlow 2.21's registry (`op_def_registry.get(op).input_arg`) for
 * every operation that tfjs-node names.
 */
const operationsByTypes: Record<string, string> = {
  "T:0":
    "Abs Acos Acosh Add AddN Asin Asinh Atan Atan2 Atanh AvgPool AvgPool3D BatchMatMul BatchMatMulV2 BroadcastArgs Ceil ClipByValue Complex ComplexAbs ConcatV2 Conv2D Conv2DBackpropFilter Conv3D Conv3DBackpropFilterV2 Cos Cosh CropAndResize DepthToSpace DepthwiseConv2dNative DepthwiseConv2dNativeBackpropFilter Diag Dilation2D Dilation2DBackpropFilter Dilation2DBackpropInput Div DivNoNan Einsum Elu EluGrad EncodePng Equal Erf Exp Expm1 Floor FloorDiv FloorMod FusedBatchNorm Greater GreaterEqual Identity Imag IsFinite IsInf IsNan LRN LRNGrad LeakyRelu Less LessEqual Log Log1p MaxPool MaxPool3D MaxPoolGrad Maximum Minimum Mod Mul Multinomial Neg NonMaxSuppressionV5 NotEqual OnesLike Pack Pow Real RealDiv Reciprocal Relu Relu6 ResizeBilinear ResizeNearestNeighbor ResizeNearestNeighborGrad Reverse Round Rsqrt Selu Sigmoid Sign Sin Sinh Softmax Softplus Sqrt Square SquaredDifference Sub Tan Tanh TopK Unique Unpack Where ZerosLike _FusedMatMul",
  "T:0 Tidx:1": "ArgMax ArgMin Cumprod Cumsum Max Mean Min Prod ReverseV2 Sum",
  "T:1":
    "AvgPool3DGrad AvgPoolGrad Conv2DBackpropInput DepthwiseConv2dNativeBackpropInput ResizeBilinearGrad Select",
  "T:0 Tseed:1": "StatelessRandomNormal StatelessRandomUniform StatelessTruncatedNormal",
  "Tidx:1": "All Any",
  "T:2": "Bincount WriteSummary",
  "Tcomplex:0": "FFT IFFT",
  "T:0 Tpaddings:1": "MirrorPad PadV2",
  "T:0 T_threshold:3": "NonMaxSuppressionV3 NonMaxSuppressionV4",
  "T:0 Index:1": "Slice StridedSlice",
  "T:0 Tblock_shape:1 Tcrops:2": "BatchToSpaceND",
  "SrcT:0": "Cast",
  "Tshape:0 T:1": "Conv3DBackpropInputV2",
  "T:0 Tdim:1": "ExpandDims",
  "index_type:0 T:1": "Fill",
  "Tparams:0 Tindices:1": "GatherNd",
  "Tparams:0 Tindices:1 Taxis:2": "GatherV2",
  "T:0 Tidx:2": "LinSpace",
  "TInput:0 T:2": "MaxPool3DGrad",
  "TI:0 T:2": "OneHot",
  "Tidx:0": "Range",
  "T:0 Tshape:1": "Reshape",
  "Tindices:0 T:1": "ScatterNd",
  "T:0 Tblock_shape:1 Tpaddings:2": "SpaceToBatchND",
  "Tindices:0 T:2": "SparseToDense",
  "T:0 Tlen:1": "SplitV",
  "T:0 Tindices:1": "TensorScatterUpdate",
  "T:0 Tmultiples:1": "Tile",
  "T:0 Tk:1": "TopKV2",
  "T:0 Tperm:1": "Transpose",
  "T:0 Taxis:1": "UniqueV2",
  "T:0 Tindices:1 Tnumsegments:2": "UnsortedSegmentSum",
  "T:3": "WriteScalarSummary",
};

const typesByOperation = new Map<string, [attribute: string, input: number][]>();
for (const [types, operations] of Object.entries(operationsByTypes)) {
  const pairs = types.split(" ").map((pair): [string, number] => {
    const [attribute, input] = pair.split(":");
    return [attribute!, Number(input)];
  });
  for (const operation of operations.split(" ")) typesByOperation.set(operation, pairs);
}

/** The type attributes of an operation, each with the index of the input that sets it. */
export function typeAttributesOf(op: string): [attribute: string, input: number][] {
  return typesByOperation.get(op) ?? [];
}
