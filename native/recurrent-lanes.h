// The arithmetic of recurrent.cc, written for vectors of LANES floats. Included once for each kind of processor, inside a
// namespace and with that processor's instructions switched on: no include guard, and no headers of its own.

typedef float Floats __attribute__((vector_size(LANES * sizeof(float))));
typedef int32_t Ints __attribute__((vector_size(LANES * sizeof(int32_t))));

// The first `count` of a vector's numbers; the others are 0.
static inline Floats Load(const float* from, int64_t count) {
  Floats all, some = {};
  if (count >= LANES) {
    std::memcpy(&all, from, sizeof(all));
    return all;
  }
  std::memcpy(&some, from, count * sizeof(float));
  return some;
}

static inline void Store(float* to, Floats values, int64_t count) {
  if (count >= LANES) {
    std::memcpy(to, &values, sizeof(values));
  } else {
    const Floats some = values;
    std::memcpy(to, &some, count * sizeof(float));
  }
}

// e^x within two units of the last place; NaN stays NaN.
static inline Floats Exp(Floats x) {
  x = x > 88.0f ? Floats{} + 88.0f : x;
  x = x < -87.0f ? Floats{} - 87.0f : x;
  const Floats shift = Floats{} + 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer.
  const Floats shifted = x * 1.44269504f + shift;
  const Floats n = shifted - shift;
  const Floats r = x - n * 0.693359375f + n * 2.12194440e-4f;  // Cody and Waite: ln 2 in two parts
  Floats p = r * 1.9875691500e-4f + 1.3981999507e-3f;         // the polynomial of Cephes' expf
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  const Ints power = ((Ints)shifted + (127 - 0x4B400000)) << 23;
  return p * (Floats)power;
}

static inline Floats Activate(Activation kind, Floats x) {
  switch (kind) {
    case Activation::kTanh:
      return 1.0f - 2.0f / (Exp(x * 2.0f) + 1.0f);
    case Activation::kSigmoid:
      return 1.0f / (1.0f + Exp(-x));
    case Activation::kRelu:
      return x < 0.0f ? Floats{} : x;
    default:
      return x;
  }
}

// The derivative, from the activation's value.
static inline Floats Slope(Activation kind, Floats y) {
  switch (kind) {
    case Activation::kTanh:
      return 1.0f - y * y;
    case Activation::kSigmoid:
      return y * (1.0f - y);
    case Activation::kRelu:
      return y > 0.0f ? Floats{} + 1.0f : Floats{};
    default:
      return Floats{} + 1.0f;
  }
}

constexpr int64_t kPanel = 2 * LANES;

// A matrix in panels of kPanel columns, in which a product reads it from the first number to the last.
struct Packed {
  int64_t rows, columns;
  std::vector<float> values;

  // Element (row, column) of the matrix is from[row * row_step + column * column_step].
  Packed(const float* from, int64_t row_step, int64_t column_step, int64_t rows, int64_t columns)
      : rows(rows), columns(columns), values((columns + kPanel - 1) / kPanel * kPanel * rows) {
    for (int64_t panel = 0; panel < columns; panel += kPanel) {
      float* to = &values[panel * rows];
      const int64_t count = std::min(kPanel, columns - panel);
      for (int64_t row = 0; row < rows; row++, to += kPanel)
        for (int64_t i = 0; i < count; i++) to[i] = from[row * row_step + (panel + i) * column_step];
    }
  }
};

template <int ROWS>
static void AddTile(const float* a, int64_t a_step, const float* panel, int64_t depth, float* c, int64_t c_step,
                    int64_t columns) {
  Floats low[ROWS], high[ROWS];
  const int64_t rest = columns > LANES ? columns - LANES : 0;
#pragma GCC unroll 4
  for (int row = 0; row < ROWS; row++) {
    low[row] = Load(c + row * c_step, columns);
    high[row] = Load(c + row * c_step + LANES, rest);
  }
  for (int64_t k = 0; k < depth; k++, panel += kPanel) {
    const Floats left = Load(panel, LANES), right = Load(panel + LANES, LANES);
#pragma GCC unroll 4
    for (int row = 0; row < ROWS; row++) {
      low[row] += a[row * a_step + k] * left;
      high[row] += a[row * a_step + k] * right;
    }
  }
#pragma GCC unroll 4
  for (int row = 0; row < ROWS; row++) {
    Store(c + row * c_step, low[row], columns);
    Store(c + row * c_step + LANES, high[row], rest);
  }
}

// c += a * b, where a is [rows, b.rows] and c [rows, b.columns]; the steps are from one row to the next.
static void AddProduct(const float* a, int64_t a_step, const Packed& b, float* c, int64_t c_step, int64_t rows) {
  for (int64_t column = 0; column < b.columns; column += kPanel) {
    const float* panel = &b.values[column * b.rows];
    const int64_t columns = std::min(kPanel, b.columns - column);
    int64_t row = 0;
    for (; row + 4 <= rows; row += 4)
      AddTile<4>(a + row * a_step, a_step, panel, b.rows, c + row * c_step + column, c_step, columns);
    for (; row < rows; row++)
      AddTile<1>(a + row * a_step, a_step, panel, b.rows, c + row * c_step + column, c_step, columns);
  }
}

// The recurrent kernel as the steps multiply with it. A GRU's candidate comes after its gates if it needs the reset gate.
struct Kernel {
  Packed gates, candidate;

  explicit Kernel(const Layer& layer, bool transposed)
      : gates(Pack(layer, transposed, 0, layer.early())), candidate(Pack(layer, transposed, layer.early(), layer.width())) {}

  static Packed Pack(const Layer& layer, bool transposed, int64_t from, int64_t to) {
    const float* start = layer.kernel + from;
    return transposed ? Packed(start, 1, layer.width(), to - from, layer.units)
                      : Packed(start, layer.width(), 1, layer.units, to - from);
  }
};

// What a dropout between the steps leaves of the state of sequence b, from unit j on.
static inline Floats Kept(const Layer& layer, int64_t b, int64_t j, Floats h) {
  return layer.keep ? h * Load(layer.keep + b * layer.units + j, layer.units - j) : h;
}

// All time steps of the sequences [from, to).
static void Forward(const Layer& layer, const Kernel& kernel, int64_t from, int64_t to) {
  const int64_t units = layer.units, time = layer.time, width = layer.width(), rows = to - from;
  const Activation outer = layer.recurrent_activation, inner = layer.activation;
  std::vector<float> sums(rows * width), reset(layer.cell == Cell::kGru ? rows * units : 0);
  for (int64_t b = from; b < to; b++)
    for (int64_t j = 0; j < units; j += LANES)
      Store(layer.previous + b * time * units + j, Kept(layer, b, j, Load(layer.h0 + b * units + j, units - j)), units - j);
  for (int64_t t = 0; t < time; t++) {
    const float* h = layer.previous + (from * time + t) * units;
    for (int64_t row = 0; row < rows; row++) {
      const float* start = layer.cell == Cell::kGruResetAfter ? layer.bias : layer.x + ((from + row) * time + t) * width;
      std::memcpy(&sums[row * width], start, width * sizeof(float));
    }
    AddProduct(h, time * units, kernel.gates, sums.data(), width, rows);
    if (layer.cell == Cell::kGru) {
      for (int64_t row = 0; row < rows; row++)
        for (int64_t j = 0; j < units; j += LANES) {
          const Floats r = Activate(outer, Load(&sums[row * width + units + j], units - j));
          Store(&reset[row * units + j], r * Load(h + row * time * units + j, units - j), units - j);
        }
      AddProduct(reset.data(), units, kernel.candidate, &sums[2 * units], width, rows);
    }
    for (int64_t row = 0; row < rows; row++) {
      const int64_t b = from + row, at = b * time + t;
      const float *sum = &sums[row * width], *x = layer.x + at * width, *before = layer.previous + at * units;
      const float* c_before = t > 0 ? layer.c + (at - 1) * units : layer.c0 + b * units;
      const float* h_all = t > 0 ? layer.sequence + (at - 1) * units : layer.h0 + b * units;
      float *saved = layer.saved + at * layer.saved_width(), *after = layer.sequence + at * units;
      for (int64_t j = 0; j < units; j += LANES) {
        const int64_t n = units - j;
        const Floats h_before = Load(before + j, n);
        Floats h_after;
        if (layer.mask && layer.mask[at] == 0) {
          h_after = Load(h_all + j, n);
          for (int64_t gate = 0; gate < layer.saved_width(); gate += units) Store(saved + gate + j, Floats{}, n);
          if (layer.cell == Cell::kLstm) Store(layer.c + at * units + j, Load(c_before + j, n), n);
        } else if (layer.cell == Cell::kSimple) {
          h_after = Activate(inner, Load(sum + j, n));
          Store(saved + j, h_after, n);
        } else if (layer.cell == Cell::kLstm) {
          const Floats i = Activate(outer, Load(sum + j, n)), f = Activate(outer, Load(sum + units + j, n));
          const Floats a = Activate(inner, Load(sum + 2 * units + j, n)), o = Activate(outer, Load(sum + 3 * units + j, n));
          const Floats c = f * Load(c_before + j, n) + i * a;
          h_after = o * Activate(inner, c);
          Store(saved + j, i, n);
          Store(saved + units + j, f, n);
          Store(saved + 2 * units + j, a, n);
          Store(saved + 3 * units + j, o, n);
          Store(layer.c + at * units + j, c, n);
        } else {
          Floats z = Load(sum + j, n), r = Load(sum + units + j, n), a = Load(sum + 2 * units + j, n);
          if (layer.cell == Cell::kGruResetAfter) {
            Store(saved + 3 * units + j, a, n);
            z += Load(x + j, n);
            r = Activate(outer, r + Load(x + units + j, n));
            a = Load(x + 2 * units + j, n) + r * a;
          } else {
            r = Activate(outer, r);
          }
          z = Activate(outer, z);
          a = Activate(inner, a);
          h_after = z * h_before + (1.0f - z) * a;
          Store(saved + j, z, n);
          Store(saved + units + j, r, n);
          Store(saved + 2 * units + j, a, n);
        }
        Store(after + j, h_after, n);
        if (t + 1 < time) Store(layer.previous + (at + 1) * units + j, Kept(layer, b, j, h_after), n);
        else Store(layer.h + b * units + j, h_after, n);
      }
    }
  }
  if (layer.cell == Cell::kLstm)
    for (int64_t b = from; b < to; b++)
      std::memcpy(layer.last_c + b * units, layer.c + ((b + 1) * time - 1) * units, units * sizeof(float));
}

// The gradients of the sums in all time steps of the sequences [from, to), the last step first.
static void Backward(const Layer& layer, const Kernel& transposed, const Gradients& d, int64_t from, int64_t to) {
  const int64_t units = layer.units, time = layer.time, width = layer.width(), rows = to - from;
  const Activation outer = layer.recurrent_activation, inner = layer.activation;
  // The gradient of what an LSTM and a GRU multiply with the kernel is that of their sums, or has a place of its own.
  float* products = layer.cell == Cell::kGruResetAfter ? d.product : d.x;
  std::vector<float> reset(layer.cell == Cell::kGru ? rows * units : 0);
  for (int64_t b = from; b < to; b++) {
    const size_t bytes = units * sizeof(float);
    d.h ? std::memcpy(d.h0 + b * units, d.h + b * units, bytes) : std::memset(d.h0 + b * units, 0, bytes);
    if (layer.cell == Cell::kLstm)
      d.c ? std::memcpy(d.c0 + b * units, d.c + b * units, bytes) : std::memset(d.c0 + b * units, 0, bytes);
  }
  for (int64_t t = time - 1; t >= 0; t--) {
    for (int64_t row = 0; row < rows; row++) {
      const int64_t b = from + row, at = b * time + t;
      const float* saved = layer.saved + at * layer.saved_width();
      const float* c_before = t > 0 ? layer.c + (at - 1) * units : layer.c0 + b * units;
      float *dh = d.h0 + b * units, *dc = d.c0 + b * units, *dx = d.x + at * width, *product = products + at * width;
      const bool hidden = layer.mask && layer.mask[at] == 0;
      if (hidden) {
        std::memset(dx, 0, width * sizeof(float));
        std::memset(product, 0, width * sizeof(float));
      }
      for (int64_t j = 0; j < units; j += LANES) {
        const int64_t n = units - j;
        Floats dh_all = Load(dh + j, n), rest = {};
        if (d.sequence) dh_all += Load(d.sequence + at * units + j, n);
        if (hidden) {
          rest = dh_all;
        } else if (layer.cell == Cell::kSimple) {
          Store(dx + j, dh_all * Slope(inner, Load(saved + j, n)), n);
        } else if (layer.cell == Cell::kLstm) {
          const Floats i = Load(saved + j, n), f = Load(saved + units + j, n);
          const Floats a = Load(saved + 2 * units + j, n), o = Load(saved + 3 * units + j, n);
          const Floats out = Activate(inner, Load(layer.c + at * units + j, n));
          const Floats dc_all = Load(dc + j, n) + dh_all * o * Slope(inner, out);
          Store(dx + j, dc_all * a * Slope(outer, i), n);
          Store(dx + units + j, dc_all * Load(c_before + j, n) * Slope(outer, f), n);
          Store(dx + 2 * units + j, dc_all * i * Slope(inner, a), n);
          Store(dx + 3 * units + j, dh_all * out * Slope(outer, o), n);
          Store(dc + j, dc_all * f, n);
        } else {
          const Floats z = Load(saved + j, n), a = Load(saved + 2 * units + j, n);
          const Floats dz = dh_all * (Load(layer.previous + at * units + j, n) - a) * Slope(outer, z);
          const Floats da = dh_all * (1.0f - z) * Slope(inner, a);
          rest = dh_all * z;
          Store(dx + j, dz, n);
          Store(dx + 2 * units + j, da, n);
          if (layer.cell == Cell::kGruResetAfter) {
            const Floats r = Load(saved + units + j, n);
            const Floats dr = da * Load(saved + 3 * units + j, n) * Slope(outer, r);
            Store(dx + units + j, dr, n);
            Store(product + j, dz, n);
            Store(product + units + j, dr, n);
            Store(product + 2 * units + j, da * r, n);
          }
        }
        Store(dh + j, rest, n);
      }
    }
    float* product = products + (from * time + t) * width;
    if (layer.cell == Cell::kGru) {
      std::fill(reset.begin(), reset.end(), 0.0f);
      AddProduct(product + 2 * units, time * width, transposed.candidate, reset.data(), units, rows);
      for (int64_t row = 0; row < rows; row++) {
        const int64_t at = (from + row) * time + t;
        if (layer.mask && layer.mask[at] == 0) continue;
        for (int64_t j = 0; j < units; j += LANES) {
          const int64_t n = units - j;
          const Floats r = Load(layer.saved + at * layer.saved_width() + units + j, n);
          const Floats d_reset = Load(&reset[row * units + j], n);
          Store(d.x + at * width + units + j, d_reset * Load(layer.previous + at * units + j, n) * Slope(outer, r), n);
          float* dh = d.h0 + (from + row) * units + j;
          Store(dh, Load(dh, n) + d_reset * r, n);
        }
      }
    }
    AddProduct(product, time * width, transposed.gates, d.h0 + from * units, units, rows);
    for (int64_t b = from; layer.keep && b < to; b++) {
      if (layer.mask && layer.mask[b * time + t] == 0) continue;
      for (int64_t j = 0; j < units; j += LANES) {
        float* dh = d.h0 + b * units + j;
        Store(dh, Kept(layer, b, j, Load(dh, units - j)), units - j);
      }
    }
  }
}

// Gives TensorFlow's threads ranges of the batch, which four rows of are multiplied at a time.
template <typename Part>
static void InParallel(const Layer& layer, OpKernelContext* context, const Part& part) {
  const auto& workers = *context->device()->tensorflow_cpu_worker_threads();
  const int64_t work = layer.batch * layer.time * layer.units * layer.width();
  const int64_t parts = std::clamp<int64_t>(work / 100000, 1, workers.num_threads);
  const int64_t size = ((layer.batch + parts - 1) / parts + 3) / 4 * 4;
  using Threads = tensorflow::thread::ThreadPool;
  workers.workers->ParallelFor(
      layer.batch, Threads::SchedulingParams(Threads::SchedulingStrategy::kFixedBlockSize, std::nullopt, size), part);
}

static void ForwardAll(const Layer& layer, OpKernelContext* context) {
  const Kernel kernel(layer, false);
  InParallel(layer, context, [&](int64_t from, int64_t to) { Forward(layer, kernel, from, to); });
}

static void BackwardAll(const Layer& layer, const Gradients& gradients, OpKernelContext* context) {
  const Kernel kernel(layer, true);
  InParallel(layer, context, [&](int64_t from, int64_t to) { Backward(layer, kernel, gradients, from, to); });
}
