#include "server/session/session.h"

#include <limits>
#include <random>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/exec/recent_errors.h"
#include "server/kernels/variable.h"
#include "server/session/open_walk.h"

namespace eager::server {
namespace {

// Of one item; more is garbage, not a program.
constexpr uint64_t kMaxOutputs = 1 << 20;
constexpr size_t kMaxInputs = 1 << 20;

// RESOURCE_EXHAUSTED where one more is too many.
absl::Status CheckCount(size_t has, int64_t Limits::*field, const Limits& limits, absl::string_view what) {
  const int64_t limit = limits.*field;
  if (limit == 0 || has < static_cast<size_t>(limit)) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("this session has ", has, " ", what, ", and one more is beyond the limit '",
                                                   NameOf(field), "' of ", limit, "; have the limit raised"));
}

// An error that is not an earlier op's, counted.
absl::Status Counted(absl::Status status, absl::string_view op = "") {
  RecentErrors::Get().Add(status, op);
  return status;
}

std::string RandomId() {
  std::random_device random;
  return absl::StrCat(absl::Hex(random(), absl::kZeroPad8), absl::Hex(random() & 0xffff, absl::kZeroPad4));
}

}  // namespace

Session::Session(const DeviceSet& devices, std::shared_ptr<Tenant> tenant, std::string client, std::string peer)
    : tenant_(std::move(tenant)),
      id_(RandomId()),
      limits_(tenant_->quota().limits()),
      queues_(devices, tenant_->quota().MemoryTermsOfSession()),
      client_(std::move(client)),
      peer_(std::move(peer)),
      handle_quota_(std::string(NameOf(&Limits::session_handles)), limits_.session_handles, tenant_->quota().handles()),
      compute_party_(tenant_->quota().compute()) {}

Session::~Session() {
  Close(absl::CancelledError("the session has ended"));
  if (shares_variables_) tenant_->variables().Forget(this);
}

absl::Status Session::Define(uint32_t id, absl::string_view op, const NamedAttrs& named, absl::string_view device) {
  if (signatures_.contains(id)) return absl::AlreadyExistsError(absl::StrCat("signature ", id, " is defined already"));
  RETURN_IF_ERROR(Refused(CheckCount(signatures_.size(), &Limits::session_signatures, limits_, "signatures"), &Limits::session_signatures));
  ASSIGN_OR_RETURN(SignatureRef signature, MakeSignature(op, named, device));
  signatures_.emplace(id, std::move(signature));
  stats_.signatures.fetch_add(1, std::memory_order_relaxed);
  return absl::OkStatus();
}

absl::StatusOr<SignatureRef> Session::MakeSignature(absl::string_view op, const NamedAttrs& named, absl::string_view device) {
  ASSIGN_OR_RETURN(const OpSpec* spec, OpTable::Builtin().Get(op));
  ASSIGN_OR_RETURN(Attrs attrs, Attrs::Make(*spec, named));
  ASSIGN_OR_RETURN(const Place place, Place::Find(queues_, device));
  auto signature = MakeRef<Signature>(*spec, std::move(attrs), place);
  if (spec->name == "VarHandleOp") {
    signature->state() = SharedVariablesOf(tenant_->variables(), queues_.devices(), this);
    shares_variables_ = true;
  }
  return signature;
}

absl::Status Session::KeepBeside(int64_t handles) {
  if (handles > beside_ && !handle_quota_.Covers(handles_.tensors() + handles)) {
    return handle_quota_.Exceeded(handles_.tensors() + beside_, handles - beside_);
  }
  beside_ = handles;
  CountHandles();
  return absl::OkStatus();
}

absl::Status Session::Run(const RunRequest& request) {
  CountOp();
  if (request.num_outputs != 0) RETURN_IF_ERROR(CheckFree(request.first_output, request.num_outputs));
  Tensors outputs;
  absl::Status status = Execute(request, outputs);
  if (status.ok() && outputs.size() != request.num_outputs) {
    status = absl::InvalidArgumentError(
        absl::StrCat("the op has ", outputs.size(), " outputs, but ", request.num_outputs, " handles were set aside"));
  }
  if (!status.ok()) {
    if (request.num_outputs == 0) return status;
    return PutAll(request.first_output, request.num_outputs, status);
  }
  for (size_t i = 0; i < outputs.size(); ++i) Put(request.first_output + i, std::move(outputs[i]));
  return absl::OkStatus();
}

absl::Status Session::Execute(const RunRequest& request, Tensors& outputs) {
  const auto it = signatures_.find(request.signature);
  if (it == signatures_.end()) {
    return Counted(absl::InvalidArgumentError(absl::StrCat("signature ", request.signature, " is not defined")));
  }
  const absl::string_view op = it->second->op().name;
  if (absl::Status list = CheckList("inputs", request.inputs.size()); !list.ok()) return Counted(list, op);
  Tensors inputs;
  for (uint64_t handle : request.inputs) {
    const TensorRef* input = handles_.Find(handle);
    if (input == nullptr) {
      absl::Status missing = handles_.Get(handle).status();
      return handles_.Contains(handle) ? missing : Counted(missing, op);  // an earlier op's error was counted there
    }
    inputs.push_back(*input);
  }
  absl::StatusOr<Tapes> tapes = FindTapes(request.tapes);
  if (!tapes.ok()) return Counted(tapes.status(), op);
  if (!HasRoom(request.num_outputs) || (!tapes->empty() && !CheckTapes().ok())) {
    absl::Status room = CheckRoom(request.num_outputs);
    if (room.ok()) room = Refused(CheckTapes(), &Limits::session_tape_records);
    return Counted(absl::Status(room.code(), absl::StrCat(op, ": ", room.message())), op);
  }
  RETURN_IF_ERROR(RunOp(*it->second, inputs, outputs));
  if (tapes->empty()) return absl::OkStatus();
  for (const Tape* tape : *tapes) tape_records_ -= tape->size();
  RecordOp(*it->second, inputs, outputs, *tapes);
  for (const Tape* tape : *tapes) tape_records_ += tape->size();
  return absl::OkStatus();
}

absl::Status Session::PutConstant(uint64_t handle, const TensorSpec& spec, absl::string_view bytes,
                                  absl::string_view device) {
  RETURN_IF_ERROR(CheckFree(handle, 1));
  absl::StatusOr<Place> place = Place::Find(queues_, device);
  if (!place.ok()) return PutAll(handle, 1, Counted(place.status()));
  if (absl::Status room = CheckRoom(1); !room.ok()) return PutAll(handle, 1, Counted(room));
  absl::StatusOr<TensorRef> tensor = MakeTensor(spec, bytes, *place);
  if (!tensor.ok()) return PutAll(handle, 1, Counted(tensor.status()));
  Put(handle, *std::move(tensor));
  return absl::OkStatus();
}

absl::Status Session::PutUpload(uint64_t handle, uint64_t upload) {
  RETURN_IF_ERROR(CheckFree(handle, 1));
  absl::StatusOr<TensorRef> tensor = uploads_.Take(upload);
  if (absl::Status room = CheckRoom(1); tensor.ok() && !room.ok()) tensor = room;
  if (!tensor.ok()) return PutAll(handle, 1, Counted(tensor.status()));
  Put(handle, *std::move(tensor));
  return absl::OkStatus();
}

absl::Status Session::BeginTape(uint32_t tape, bool persistent) {
  RETURN_IF_ERROR(Refused(CheckCount(tapes_.size(), &Limits::session_tapes, limits_, "tapes"), &Limits::session_tapes));
  if (!tapes_.try_emplace(tape, std::make_shared<Tape>(persistent)).second) {
    return absl::AlreadyExistsError(absl::StrCat("tape ", tape, " has begun already"));
  }
  stats_.tapes.store(static_cast<int64_t>(tapes_.size()), std::memory_order_relaxed);
  return absl::OkStatus();
}

absl::Status Session::EndTape(uint32_t tape) {
  if (tapes_.erase(tape) == 0) return absl::InvalidArgumentError(absl::StrCat("there is no tape ", tape));
  watches_.erase(tape);
  CountRecords();
  stats_.tapes.store(static_cast<int64_t>(tapes_.size()), std::memory_order_relaxed);
  return absl::OkStatus();
}

absl::Status Session::Watch(uint32_t tape, uint64_t handle) {
  ASSIGN_OR_RETURN(Tape * found, FindTape(tape));
  absl::StatusOr<TensorRef> tensor = handles_.Get(handle);
  // A failed tensor needs no watching: whatever is computed from it carries its error.
  if (tensor.ok()) {
    RETURN_IF_ERROR(CheckTapes());
    found->Watch(ForTape(*tensor).id);
    ++watches_[tape];
    ++tape_records_;
  }
  return tensor.ok() || handles_.Contains(handle) ? absl::OkStatus() : tensor.status();
}

absl::StatusOr<TensorRef> Session::Read(uint64_t handle) const {
  ASSIGN_OR_RETURN(TensorRef tensor, handles_.Get(handle));
  if (!tensor->is_variable()) return tensor;
  TensorRef value = tensor->variable().Read();
  if (value) return value;
  if (tensor->variable().deleted()) return tensor->variable().NoValue();
  return absl::FailedPreconditionError(
      absl::StrCat("variable '", tensor->variable().name(), "' is read before a value was assigned"));
}

void Session::Release(absl::Span<const uint64_t> handles) {
  for (uint64_t handle : handles) handles_.Release(handle);
  CountHandles();
}

void Session::Close(const absl::Status& why) {
  {
    MutexLock lock(&closed_mu_);
    if (closed_.ok()) closed_ = why;
  }
  is_closed_.store(true, std::memory_order_release);
  uploads_.Close(why);
  downloads_.Close(why);
}

absl::Status Session::closed() const {
  if (!is_closed_.load(std::memory_order_acquire)) return absl::OkStatus();
  MutexLock lock(&closed_mu_);
  return closed_;
}

absl::Status Session::StartRecording(std::shared_ptr<Recorder> recorder) {
  MutexLock lock(&recorder_mu_);
  if (recorder_ != nullptr) return absl::FailedPreconditionError("the session is being recorded already");
  recorder_ = std::move(recorder);
  is_recorded_.store(true, std::memory_order_relaxed);
  return absl::OkStatus();
}

void Session::StopRecording() {
  MutexLock lock(&recorder_mu_);
  is_recorded_.store(false, std::memory_order_relaxed);
  recorder_.reset();
}

std::shared_ptr<Recorder> Session::recorder() const {
  if (!is_recorded_.load(std::memory_order_relaxed)) return nullptr;
  MutexLock lock(&recorder_mu_);
  return recorder_;
}

absl::Status Session::CheckFree(uint64_t first, uint64_t n) const {
  if (n > kMaxOutputs || first == 0 || first > std::numeric_limits<uint64_t>::max() - n) {
    return absl::InvalidArgumentError(absl::StrCat("handles ", first, " to ", first, " + ", n, " cannot be set aside"));
  }
  for (uint64_t i = 0; i < n; ++i) {
    if (handles_.Contains(first + i)) return absl::AlreadyExistsError(absl::StrCat("handle ", first + i, " is in use"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Tape*> Session::FindTape(uint32_t tape) const {
  const auto it = tapes_.find(tape);
  if (it == tapes_.end()) return absl::InvalidArgumentError(absl::StrCat("there is no tape ", tape));
  return it->second.get();
}

absl::Status Session::CheckList(absl::string_view what, size_t n) {
  if (n <= kMaxInputs) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("an item has ", n, " ", what, ", more than the ", kMaxInputs, " that it can have"));
}

absl::StatusOr<Session::Tapes> Session::FindTapes(absl::Span<const uint32_t> tapes) const {
  Tapes found;
  for (uint32_t id : tapes) {
    ASSIGN_OR_RETURN(Tape * tape, FindTape(id));
    if (found.size() == tapes_.size()) return absl::InvalidArgumentError(absl::StrCat("an item names tape ", id, " twice"));
    found.push_back(tape);
  }
  return found;
}

absl::Status Session::CheckTapes() const {
  return CheckCount(static_cast<size_t>(tape_records_), &Limits::session_tape_records, limits_, "ops and tensors on its tapes");
}

void Session::CountRecords() {
  tape_records_ = 0;
  for (const auto& [id, tape] : tapes_) tape_records_ += tape->size();
  for (const auto& [id, watches] : watches_) tape_records_ += watches;
}

absl::Status Session::PutAll(uint64_t first, uint64_t n, const absl::Status& status) {
  bool kept = true;
  for (uint64_t i = 0; i < n; ++i) kept = handles_.Put(first + i, status) && kept;
  CountHandles();
  return kept ? absl::OkStatus() : status;
}

void Session::Put(uint64_t handle, absl::StatusOr<TensorRef> tensor) {
  handles_.Put(handle, std::move(tensor));
  CountHandles();
}

}  // namespace eager::server
