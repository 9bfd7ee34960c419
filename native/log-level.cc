// Linked into tfjs-node's binding, which is loaded with -z initfirst: this runs before TensorFlow's own initializers. They
// log (a line about oneDNN) before TensorFlow reads TF_CPP_MIN_LOG_LEVEL, so that variable alone cannot silence them.

#include <cstdlib>

#include "absl/log/globals.h"

__attribute__((constructor)) static void ApplyLogLevel() {
  if (const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL")) {
    absl::SetMinLogLevel(static_cast<absl::LogSeverityAtLeast>(std::atoi(level)));
  }
}
