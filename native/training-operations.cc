// Two operations for TensorFlow that training spends less time in than in those it has: dropout, and RMSprop's update of a
// weight. src/keras/layers/dropout.ts and src/graphs/optimizers.ts use them.

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/resource_mgr.h"
#include "tensorflow/core/framework/resource_var.h"
#include "tensorflow/core/framework/tensor_util.h"
#include "tensorflow/core/util/work_sharder.h"

// The loops are compiled for several kinds of processors, and the loader picks: a project folder may move to another machine.
#if defined(__x86_64__) && defined(__linux__) && (!defined(__clang__) || __clang_major__ >= 14)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define FOR_EACH_PROCESSOR
#endif

namespace manabi {

using tensorflow::OpKernel;
using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::Tensor;

// Chris Wellons's lowbias32: each bit of the input changes each bit of the output with a chance of half.
// https://nullprogram.com/blog/2018/07/31/
inline uint32_t Mix(uint32_t x) {
  x = (x ^ (x >> 16)) * 0x7feb352du;
  x = (x ^ (x >> 15)) * 0x846ca68bu;
  return x ^ (x >> 16);
}

struct DropoutRule {
  uint32_t offset, flip;  // of this seed
  uint32_t dropped;       // how many of the 2^32 random numbers drop an element
  float scale;            // of the elements that are kept
};

FOR_EACH_PROCESSOR
void DropOut(const float* x, float* y, int64_t begin, int64_t end, DropoutRule rule) {
  for (int64_t i = begin; i < end; i++) {
    const uint32_t random = Mix(Mix(static_cast<uint32_t>(i) + rule.offset) ^ rule.flip);
    y[i] = random < rule.dropped ? 0.0f : x[i] * rule.scale;
  }
}

struct RmspropRule {
  float learning_rate, rho, epsilon;
};

FOR_EACH_PROCESSOR
void ApplyRmsprop(float* weight, float* squares, const float* gradient, int64_t begin, int64_t end, RmspropRule rule) {
  const float rest = 1.0f - rule.rho;
  for (int64_t i = begin; i < end; i++) {
    const float square = rule.rho * squares[i] + rest * gradient[i] * gradient[i];
    squares[i] = square;
    weight[i] -= rule.learning_rate * gradient[i] / std::sqrt(square + rule.epsilon);
  }
}

// Splits a loop over TensorFlow's threads where it is long enough.
template <typename Loop>
void InParallel(OpKernelContext* context, int64_t size, int64_t cycles_per_element, const Loop& loop) {
  const auto& threads = *context->device()->tensorflow_cpu_worker_threads();
  tensorflow::Shard(threads.num_threads, threads.workers, size, cycles_per_element, loop);
}

// x with each element set to 0 at a chance of `rate`, the others scaled by 1 / (1 - rate). The same seed drops the same
// elements, whatever x is: so this is its own gradient.
class Dropout : public OpKernel {
 public:
  explicit Dropout(OpKernelConstruction* construction) : OpKernel(construction) {
    float rate;
    OP_REQUIRES_OK(construction, construction->GetAttr("rate", &rate));
    OP_REQUIRES(construction, rate > 0 && rate < 1, absl::InvalidArgumentError("rate must be between 0 and 1"));
    rule_.dropped = static_cast<uint32_t>(rate * 4294967296.0);
    rule_.scale = static_cast<float>(1.0 / (1.0 - rate));
  }

  void Compute(OpKernelContext* context) override {
    const Tensor& x = context->input(0);
    const Tensor& seed = context->input(1);
    OP_REQUIRES(context, seed.NumElements() == 2, absl::InvalidArgumentError("seed must be two numbers"));
    Tensor* y = nullptr;
    OP_REQUIRES_OK(context, context->forward_input_or_allocate_output({0}, 0, x.shape(), &y));
    DropoutRule rule = rule_;
    rule.offset = Mix(seed.flat<int32_t>()(0));
    rule.flip = Mix(seed.flat<int32_t>()(1) + Mix(rule.offset));
    const float* from = x.flat<float>().data();
    float* to = y->flat<float>().data();
    InParallel(context, x.NumElements(), 2,
               [=](int64_t begin, int64_t end) { DropOut(from, to, begin, end, rule); });
  }

 private:
  DropoutRule rule_;
};

// RMSprop without momentum. TensorFlow's own operation reads and writes a slot for momentum, even where that is 0.
class ResourceApplyRmsprop : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    tensorflow::core::RefCountPtr<tensorflow::Var> weight, squares;
    OP_REQUIRES_OK(context, LookupResource(context, tensorflow::HandleFromInput(context, 0), &weight));
    OP_REQUIRES_OK(context, LookupResource(context, tensorflow::HandleFromInput(context, 1), &squares));
    const Tensor& gradient = context->input(5);
    tensorflow::mutex_lock first(*weight->mu());
    tensorflow::mutex_lock second(*squares->mu());
    float* weights = Changeable(context, weight->tensor(), gradient);
    float* means = Changeable(context, squares->tensor(), gradient);
    if (!context->status().ok()) return;
    const auto number = [&](int input) { return context->input(input).scalar<float>()(); };
    const RmspropRule rule{number(2), number(3), number(4)};
    const float* gradients = gradient.flat<float>().data();
    InParallel(context, gradient.NumElements(), 4,
               [=](int64_t begin, int64_t end) { ApplyRmsprop(weights, means, gradients, begin, end, rule); });
  }

 private:
  // The values of a variable; a copy first if somebody still reads the old ones.
  static float* Changeable(OpKernelContext* context, Tensor* values, const Tensor& gradient) {
    if (values->shape() != gradient.shape()) {
      context->CtxFailure(absl::InvalidArgumentError("a variable and its gradient have different shapes"));
      return nullptr;
    }
    if (!values->RefCountIsOne()) *values = tensorflow::tensor::DeepCopy(*values);
    return values->flat<float>().data();
  }
};

REGISTER_OP("ManabiDropout")
    .Input("x: float")
    .Input("seed: int32")
    .Output("y: float")
    .Attr("rate: float")
    .SetShapeFn(tensorflow::shape_inference::UnchangedShape);
REGISTER_KERNEL_BUILDER(Name("ManabiDropout").Device(tensorflow::DEVICE_CPU), Dropout);

REGISTER_OP("ManabiResourceApplyRmsprop")
    .Input("weight: resource")
    .Input("squares: resource")
    .Input("learning_rate: float")
    .Input("rho: float")
    .Input("epsilon: float")
    .Input("gradient: T")
    .Attr("T: {float} = DT_FLOAT")
    .SetIsStateful()
    .SetShapeFn(tensorflow::shape_inference::NoOutputs);
REGISTER_KERNEL_BUILDER(Name("ManabiResourceApplyRmsprop").Device(tensorflow::DEVICE_CPU), ResourceApplyRmsprop);

}  // namespace manabi
