#include "client/inprocess.h"

#include "client/core/context_state.h"
#include "client/core/throw.h"
#include "client/transport/inprocess_stream.h"

namespace eager {

void ConnectInProcess(InProcessOptions options, std::source_location where) {
  auto stream = internal::ValueOrThrow(internal::MakeInProcessServer(options.cpu_memory_limit), where);
  auto session = internal::ValueOrThrow(internal::Session::Connect(std::move(stream)), where);
  Context::SetDefault(Context(std::make_shared<internal::ContextState>(std::move(session), ConnectOptions())));
}

}  // namespace eager
