#include "client/context.h"

#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "client/core/context_state.h"
#include "client/core/tensor_state.h"
#include "client/core/throw.h"
#include "client/transport/grpc_stream.h"
#include "common/status_macros.h"

namespace eager {
namespace internal {
namespace {

// "/job:worker/task:1/device:CPU:0", "/cpu:0", "cpu" -> "CPU:0"; empty if it is no device's name.
std::string DeviceKey(const std::string& name) {
  std::string upper = absl::AsciiStrToUpper(name);
  absl::string_view rest = upper;
  if (const size_t slash = rest.rfind('/'); slash != absl::string_view::npos) rest.remove_prefix(slash + 1);
  absl::ConsumePrefix(&rest, "DEVICE:");
  const size_t colon = rest.find(':');
  const absl::string_view type = rest.substr(0, colon);
  const absl::string_view index = colon == absl::string_view::npos ? "0" : rest.substr(colon + 1);
  const bool digits = !index.empty() && index.size() < 6 && index.find_first_not_of("0123456789") == absl::string_view::npos;
  if ((type != "CPU" && type != "GPU") || !digits) return "";
  return absl::StrCat(type, ":", index);
}

}  // namespace

ContextState::ContextState(std::unique_ptr<Session> session, ConnectOptions options)
    : session_(std::move(session)), soft_placement_(options.soft_placement) {
  for (const auto& device : session_->server().devices()) devices_.push_back(device.name());
}

absl::StatusOr<const std::string*> ContextState::FindDevice(const std::string& name) const {
  if (name.empty()) return &devices_[0];
  const std::string key = DeviceKey(name);
  if (key.empty()) return absl::InvalidArgumentError(absl::StrCat("'", name, "' names no device; \"/cpu:0\" would"));
  for (const std::string& device : devices_) {
    if (DeviceKey(device) == key) return &device;
  }
  if (soft_placement_) return &devices_[0];
  return absl::InvalidArgumentError(
      absl::StrCat("there is no device ", name, " at ", session_->address(), ", which has ", absl::StrJoin(devices_, ", ")));
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
  ASSIGN_OR_RETURN(uint64_t handle, session_->PutConstant(value.spec(), value.bytes(), device));
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
    ASSIGN_OR_RETURN(handle, session_->PutConstant(value.spec(), value.bytes(), device));
    scalars_.emplace(key, handle);
  }
  StateRef state = MakeState(handle, value, device, where);
  state->owned = false;
  return state;
}

ContextState::Seeds ContextState::NextSeeds(std::optional<int64_t> op_seed) {
  constexpr int64_t kDefaultGlobalSeed = 87654321;  // tensorflow/python/framework/random_seed.py
  constexpr int64_t kMaxInt32 = (int64_t{1} << 31) - 1;
  const auto truncate = [](int64_t seed) { return (seed % kMaxInt32 + kMaxInt32) % kMaxInt32; };  // Python's seed % kMaxInt32
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
  auto session = internal::Session::Connect(internal::MakeGrpcStream(address, options.timeout_seconds));
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

std::vector<DeviceInfo> Context::devices() const {
  std::vector<DeviceInfo> devices;
  for (const auto& d : state_->session().server().devices()) {
    devices.push_back({d.name(), d.type(), d.memory_limit(), d.incarnation(), d.physical_desc()});
  }
  return devices;
}

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

std::vector<DeviceInfo> list_devices(std::source_location where) { return Context::Default(where).devices(); }

bool is_gpu_available(std::source_location where) {
  for (const DeviceInfo& d : list_devices(where)) {
    if (d.type == "GPU") return true;
  }
  return false;
}

std::string ToString(const DeviceInfo& d) {
  return absl::StrCat("name: \"", d.name, "\"\ndevice_type: \"", d.type, "\"\nmemory_limit: ", d.memory_limit,
                      "\nlocality {\n}\nincarnation: ", d.incarnation, "\nphysical_device_desc: \"", d.physical_desc, "\"\n");
}

device::device(const std::string& name, std::source_location where) : outer_(internal::ThreadDevice()) {
  internal::ValueOrThrow(internal::DefaultState(where)->FindDevice(name), where);
  internal::ThreadDevice() = name;
}

device::~device() { internal::ThreadDevice() = outer_; }

}  // namespace eager
