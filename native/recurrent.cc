// Two operations for TensorFlow: a recurrent layer over all its time steps, and its gradient. TensorFlow has such a one for
// LSTMs alone (BlockLSTMV2), without masks and on one thread. src/keras/recurrent/recurrent.ts uses them.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"

namespace {

using tensorflow::OpKernel;
using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::Tensor;
using tensorflow::TensorShape;

enum class Cell { kSimple, kLstm, kGru, kGruResetAfter };
enum class Activation { kLinear, kTanh, kSigmoid, kRelu };

struct Layer {
  Cell cell;
  Activation activation, recurrent_activation;
  int64_t batch, time, units;
  // Inputs: the sums of a step without the state's part, the first states, the recurrent kernel, the bias of a GRU's product
  // with it, the mask, or null, and what a step multiplies the state before it with, [batch, units], or null.
  const float *x, *h0, *c0, *kernel, *bias, *mask, *keep;
  // Outputs: h after each step, what a step took of h, c after each step, the gates' values, and the last h and c.
  float *sequence, *previous, *c, *saved, *h, *last_c;

  int64_t width() const { return (cell == Cell::kSimple ? 1 : cell == Cell::kLstm ? 4 : 3) * units; }
  int64_t saved_width() const { return cell == Cell::kGruResetAfter ? 4 * units : width(); }
  // How many columns of the kernel multiply the plain state.
  int64_t early() const { return cell == Cell::kGru ? 2 * units : width(); }
};

struct Gradients {
  // Null where nobody looked at that output.
  const float *sequence, *h, *c;
  // Of the sums, of a GRU's product, and of the first states.
  float *x, *product, *h0, *c0;
};

#define LANES 4
namespace baseline {
#include "recurrent-lanes.h"
}
#undef LANES

// The same for better processors, of which the program picks when it runs: a project folder may move to another machine.
#if defined(__x86_64__) && !defined(__clang__)
#define HAS_X86_VECTORS
#pragma GCC diagnostic ignored "-Wpsabi"
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#define LANES 8
namespace avx2 {
#include "recurrent-lanes.h"
}
#undef LANES
#pragma GCC target("avx512f")
#define LANES 16
namespace avx512 {
#include "recurrent-lanes.h"
}
#undef LANES
#pragma GCC pop_options
#endif

struct Processor {
  void (*forward)(const Layer&, OpKernelContext*);
  void (*backward)(const Layer&, const Gradients&, OpKernelContext*);
};

const Processor& ThisProcessor() {
  static const Processor processor = [] {
#ifdef HAS_X86_VECTORS
    if (__builtin_cpu_supports("avx512f")) return Processor{avx512::ForwardAll, avx512::BackwardAll};
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
      return Processor{avx2::ForwardAll, avx2::BackwardAll};
#endif
    return Processor{baseline::ForwardAll, baseline::BackwardAll};
  }();
  return processor;
}

class RecurrentBase : public OpKernel {
 public:
  explicit RecurrentBase(OpKernelConstruction* construction) : OpKernel(construction) {
    const std::vector<std::string> activations = {"linear", "tanh", "sigmoid", "relu"};
    Read(construction, "cell", {"simple", "lstm", "gru", "gruResetAfter"}, &layer_.cell);
    Read(construction, "activation", activations, &layer_.activation);
    Read(construction, "recurrent_activation", activations, &layer_.recurrent_activation);
  }

 protected:
  // The layer with the shape of `sequences`, [batch, time, units * times].
  Layer Shaped(OpKernelContext* context, const Tensor& sequences, int64_t times) const {
    Layer layer = layer_;
    if (sequences.dims() != 3 || sequences.dim_size(1) == 0 || sequences.dim_size(2) % times != 0) {
      context->CtxFailure(absl::InvalidArgumentError("sequences must be [batch, time, numbers], time being 1 or more"));
      return layer;
    }
    layer.batch = sequences.dim_size(0);
    layer.time = sequences.dim_size(1);
    layer.units = sequences.dim_size(2) / times;
    return layer;
  }

  // The numbers of an input that must have `count` of them; null if it is empty and may be.
  static const float* Input(OpKernelContext* context, int index, int64_t count, bool optional = false) {
    const Tensor& input = context->input(index);
    if (input.NumElements() == count) return input.flat<float>().data();
    if (!optional || input.NumElements() != 0)
      context->CtxFailure(absl::InvalidArgumentError("input " + std::to_string(index) + " must have " +
                                                     std::to_string(count) + " numbers, not " +
                                                     std::to_string(input.NumElements())));
    return nullptr;
  }

  static float* Output(OpKernelContext* context, int index, const TensorShape& shape) {
    Tensor* output = nullptr;
    const absl::Status status = context->allocate_output(index, shape, &output);
    if (!status.ok()) context->CtxFailure(status);
    return status.ok() ? output->flat<float>().data() : nullptr;
  }

  // Without activations and sizes.
  Layer layer_ = {};

 private:
  template <typename Value>
  static void Read(OpKernelConstruction* construction, const char* name, const std::vector<std::string>& names,
                   Value* value) {
    std::string text;
    OP_REQUIRES_OK(construction, construction->GetAttr(name, &text));
    const auto found = std::find(names.begin(), names.end(), text);
    OP_REQUIRES(construction, found != names.end(), absl::InvalidArgumentError(text + " is no " + name));
    *value = static_cast<Value>(found - names.begin());
  }
};

class Recurrent : public RecurrentBase {
 public:
  using RecurrentBase::RecurrentBase;

  void Compute(OpKernelContext* context) override {
    Layer one = layer_;
    one.units = 1;
    Layer layer = Shaped(context, context->input(0), one.width());
    if (!context->status().ok()) return;
    const bool lstm = layer.cell == Cell::kLstm;
    const int64_t batch = layer.batch, time = layer.time, units = layer.units;
    layer.x = Input(context, 0, batch * time * layer.width());
    layer.h0 = Input(context, 1, batch * units);
    layer.c0 = Input(context, 2, batch * units, !lstm);
    layer.kernel = Input(context, 3, units * layer.width());
    layer.bias = Input(context, 4, layer.width(), layer.cell != Cell::kGruResetAfter);
    layer.mask = Input(context, 5, batch * time, true);
    layer.keep = Input(context, 6, batch * units, true);
    layer.sequence = Output(context, 0, {batch, time, units});
    layer.h = Output(context, 1, {batch, units});
    layer.last_c = Output(context, 2, {lstm ? batch : 0, units});
    layer.previous = Output(context, 3, {batch, time, units});
    layer.c = Output(context, 4, {lstm ? batch : 0, time, units});
    layer.saved = Output(context, 5, {batch, time, layer.saved_width()});
    if (context->status().ok() && batch > 0) ThisProcessor().forward(layer, context);
  }
};

class RecurrentGrad : public RecurrentBase {
 public:
  using RecurrentBase::RecurrentBase;

  void Compute(OpKernelContext* context) override {
    Layer layer = Shaped(context, context->input(0), 1);
    if (!context->status().ok()) return;
    const bool lstm = layer.cell == Cell::kLstm, gru = layer.cell == Cell::kGruResetAfter;
    const int64_t batch = layer.batch, time = layer.time, units = layer.units;
    // What the forward run wrote is only read here.
    layer.previous = const_cast<float*>(Input(context, 0, batch * time * units));
    layer.c = const_cast<float*>(Input(context, 1, batch * time * units, !lstm));
    layer.saved = const_cast<float*>(Input(context, 2, batch * time * layer.saved_width()));
    layer.c0 = Input(context, 3, batch * units, !lstm);
    layer.kernel = Input(context, 4, units * layer.width());
    layer.mask = Input(context, 5, batch * time, true);
    layer.keep = Input(context, 6, batch * units, true);
    Gradients d = {};
    d.sequence = Input(context, 7, batch * time * units, true);
    d.h = Input(context, 8, batch * units, true);
    d.c = Input(context, 9, batch * units, true);
    d.x = Output(context, 0, {batch, time, layer.width()});
    d.product = Output(context, 1, {gru ? batch : 0, time, layer.width()});
    d.h0 = Output(context, 2, {batch, units});
    d.c0 = Output(context, 3, {lstm ? batch : 0, units});
    if (context->status().ok() && batch > 0) ThisProcessor().backward(layer, d, context);
  }
};

absl::Status UnknownShapes(tensorflow::shape_inference::InferenceContext* context) {
  for (int i = 0; i < context->num_outputs(); i++) context->set_output(i, context->UnknownShape());
  return absl::OkStatus();
}

REGISTER_OP("ManabiRecurrent")
    .Attr("cell: string")
    .Attr("activation: string")
    .Attr("recurrent_activation: string")
    .Input("x: float")
    .Input("h0: float")
    .Input("c0: float")
    .Input("kernel: float")
    .Input("bias: float")
    .Input("mask: float")
    .Input("keep: float")
    .Output("sequence: float")
    .Output("h: float")
    .Output("last_c: float")
    .Output("previous: float")
    .Output("c: float")
    .Output("saved: float")
    .SetShapeFn(UnknownShapes);
REGISTER_KERNEL_BUILDER(Name("ManabiRecurrent").Device(tensorflow::DEVICE_CPU), Recurrent);

REGISTER_OP("ManabiRecurrentGrad")
    .Attr("cell: string")
    .Attr("activation: string")
    .Attr("recurrent_activation: string")
    .Input("previous: float")
    .Input("c: float")
    .Input("saved: float")
    .Input("c0: float")
    .Input("kernel: float")
    .Input("mask: float")
    .Input("keep: float")
    .Input("d_sequence: float")
    .Input("d_h: float")
    .Input("d_last_c: float")
    .Output("dx: float")
    .Output("d_product: float")
    .Output("d_h0: float")
    .Output("d_c0: float")
    .SetShapeFn(UnknownShapes);
REGISTER_KERNEL_BUILDER(Name("ManabiRecurrentGrad").Device(tensorflow::DEVICE_CPU), RecurrentGrad);

}  // namespace
