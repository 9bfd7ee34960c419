// TensorFlow.js's binding opens every SavedModel with TensorFlow's default options. Set-up compiles it with
// TF_LoadSessionFromSavedModel renamed, so that it calls this instead: a folder may bring its own options, a ConfigProto
// in the file session_options.pb. src/graphs/session-options.ts writes it.

#undef TF_LoadSessionFromSavedModel

#include <fstream>
#include <iterator>
#include <string>

#include "tensorflow/c/c_api.h"

extern "C" TF_Session* ManabiLoadSessionFromSavedModel(const TF_SessionOptions* defaults, const TF_Buffer* run_options,
                                                       const char* export_dir, const char* const* tags, int tags_len,
                                                       TF_Graph* graph, TF_Buffer* meta_graph, TF_Status* status) {
  std::ifstream file(std::string(export_dir) + "/session_options.pb", std::ios::binary);
  if (!file) {
    return TF_LoadSessionFromSavedModel(defaults, run_options, export_dir, tags, tags_len, graph, meta_graph, status);
  }
  const std::string config{std::istreambuf_iterator<char>(file), {}};
  TF_SessionOptions* options = TF_NewSessionOptions();
  TF_Session* session = nullptr;
  TF_SetConfig(options, config.data(), config.size(), status);
  if (TF_GetCode(status) == TF_OK) {
    session = TF_LoadSessionFromSavedModel(options, run_options, export_dir, tags, tags_len, graph, meta_graph, status);
  }
  TF_DeleteSessionOptions(options);
  return session;
}
