#include "client/context.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/core/context_state.h"
#include "client/core/device_name.h"
#include "client/core/tensor_state.h"
#include "client/core/throw.h"
#include "client/transport/grpc_stream.h"
#include "common/status_macros.h"

namespace eager {
namespace internal {

ContextState::ContextState(std::unique_ptr<Session> session, ConnectOptions options)
    : session_(std::move(session)), soft_placement_(options.soft_placement) {
  for (const auto& device : session_->server().devices()) {
    devices_.push_back(absl::StrCat(kWorkerPrefix, device.name()));
  }
}

absl::StatusOr<const std::string*> ContextState::FindDevice(const std::string& name) {
  if (name.empty()) return &devices_[0];
  MutexLock lock(&devices_mu_);
  const auto known = placements_.find(name);
  if (known != placements_.end()) return known->second;
  ASSIGN_OR_RETURN(const DeviceName wanted, DeviceName::Parse(name));
  const std::string* found = nullptr;
  for (const std::string& device : devices_) {
    const absl::StatusOr<DeviceName> candidate = DeviceName::Parse(device);
    if (found == nullptr && candidate.ok() && wanted.Matches(*candidate)) found = &device;
  }
  if (found == nullptr && (wanted.other_host || !soft_placement_)) {
    return absl::InvalidArgumentError(absl::StrCat("there is no device ", name, " at ", session_->address(),
                                                   "; available are: ", absl::StrJoin(devices_, ", ")));
  }
  if (found == nullptr) {
    found = &devices_[0];
    std::fprintf(stderr, "eager: there is no device %s at %s: its ops run on %s (soft placement)\n", name.c_str(),
                 session_->address().c_str(), found->c_str());
  }
  placements_.emplace(name, found);
  return found;
}

StateRef ContextState::MakeState(uint64_t handle, const HostTensor& value, const std::string& device,
                                 std::source_location where) {
  auto state = std::make_shared<TensorState>(shared_from_this(), handle, where);
  state->spec = value.spec();
  state->device = &device;
  if (value.num_bytes() <= kKeepHostBytes) state->KeepHost(value);
  return state;
}

absl::StatusOr<StateRef> ContextState::Put(const HostTensor& value, const std::string& device,
                                           std::source_location where) {
  ASSIGN_OR_RETURN(uint64_t handle, session_->PutConstant(value.spec(), value.bytes(), WireName(device)));
  return MakeState(handle, value, device, where);
}

absl::StatusOr<StateRef> ContextState::PutScalar(const HostTensor& value, const std::string& device,
                                                 std::source_location where) {
  constexpr size_t kMaxScalars = 1024;
  const std::string key = absl::StrCat(static_cast<int>(value.dtype()), ":", value.bytes(), device);
  MutexLock lock(&mu_);
  const auto it = scalars_.find(key);
  if (it == scalars_.end() && scalars_.size() >= kMaxScalars) return Put(value, device, where);
  uint64_t handle = it == scalars_.end() ? 0 : it->second;
  if (handle == 0) {
    ASSIGN_OR_RETURN(handle, session_->PutConstant(value.spec(), value.bytes(), WireName(device)));
    scalars_.emplace(key, handle);
  }
  StateRef state = MakeState(handle, value, device, where);
  state->owned = false;
  return state;
}

ContextState::Seeds ContextState::NextSeeds(std::optional<int64_t> op_seed) {
  constexpr int64_t kDefaultGlobalSeed = 87654321;  // tensorflow/python/framework/random_seed.py
  constexpr int64_t kMaxInt32 = (int64_t{1} << 31) - 1;
  // Python's seed % kMaxInt32.
  const auto truncate = [](int64_t seed) { return (seed % kMaxInt32 + kMaxInt32) % kMaxInt32; };
  MutexLock lock(&mu_);
  Seeds seeds;
  if (seed_.has_value()) {
    seeds = {truncate(*seed_), truncate(op_seed.has_value() ? *op_seed : random_.NextInt31())};
  } else if (op_seed.has_value()) {
    seeds = {kDefaultGlobalSeed, truncate(*op_seed)};
  } else {
    return seeds;
  }
  // (0, 0) would mean "a fresh random seed".
  if (seeds.seed == 0 && seeds.seed2 == 0) seeds.seed2 = kMaxInt32;
  return seeds;
}

void ContextState::SetSeed(int64_t seed) {
  MutexLock lock(&mu_);
  seed_ = seed;
  random_ = PythonRandom(seed);
  session_->ForgetStatefulSignatures();  // their generators start again
}

std::string& ThreadDevice() {
  thread_local std::string device;
  return device;
}

namespace {

struct DefaultContext {
  Mutex mu;
  std::unique_ptr<Context> context ABSL_GUARDED_BY(mu);
};

DefaultContext& TheDefault() {
  static DefaultContext* one = new DefaultContext;  // outlives every tensor of the program
  return *one;
}

}  // namespace

std::shared_ptr<ContextState> DefaultState(std::source_location where) { return Context::Default(where).state(); }

}  // namespace internal

Context Context::Connect(const std::string& address, ConnectOptions options, std::source_location where) {
  auto session = internal::Session::Connect(internal::MakeGrpcStream(address, options.timeout_seconds, options.shared_memory),
                                            options.reconnect_seconds);
  return Context(std::make_shared<internal::ContextState>(internal::ValueOrThrow(std::move(session), where), options));
}

Context Context::Default(std::source_location where) {
  internal::DefaultContext& one = internal::TheDefault();
  MutexLock lock(&one.mu);
  if (one.context == nullptr) {
    const char* address = std::getenv("EAGERD_ADDRESS");
    one.context = std::make_unique<Context>(Connect(address != nullptr && *address != '\0' ? address : "localhost:8470", {}, where));
  }
  return *one.context;
}

void Context::SetDefault(Context context) {
  internal::DefaultContext& one = internal::TheDefault();
  MutexLock lock(&one.mu);
  one.context = std::make_unique<Context>(std::move(context));
}

const std::string& Context::address() const { return state_->session().address(); }

void Context::Flush(std::source_location where) { internal::ThrowIfError(state_->session().Flush(), where); }
void Context::Sync(std::source_location where) { internal::ThrowIfError(state_->session().Sync(), where); }
void Context::Close() { state_->session().Close(); }

void Connect(const std::string& address, ConnectOptions options, std::source_location where) {
  Context::SetDefault(Context::Connect(address, options, where));
}

void Disconnect() {
  internal::DefaultContext& one = internal::TheDefault();
  MutexLock lock(&one.mu);
  if (one.context != nullptr) one.context->Close();
  one.context.reset();
}

}  // namespace eager
