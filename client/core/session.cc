#include "client/core/session.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/wire/wire.h"

namespace eager::internal {
namespace {

constexpr uint32_t kProtocolVersion = 1;

// A batch is written at this many items: enough that a write's cost does not show per op, few enough that the server
// starts early. Measured with `eager-bench dispatch`.
constexpr int kMaxItems = 256;
constexpr size_t kMaxBatchBytes = 1 << 20;
// A tensor of this many bytes is released among the items, not after them: the results of a batch would otherwise all
// live at once, gigabytes of them, and each would touch memory that is cold.
constexpr size_t kReleaseInPlace = 16 << 10;
// How long an item may lie in a batch that nobody flushes. Longer, up to the second figure, in a program that flushes
// its batches itself, by reads or by filling them: looking for what lies there takes a processor from it.
constexpr auto kFlushAfter = std::chrono::microseconds(50);
constexpr auto kFlushAtLast = std::chrono::microseconds(400);
// The flusher looks this often at an idle session before it sleeps until it is woken: a wake-up costs more than a look.
constexpr int kIdleLooks = 20;
// A session that rests looks this often whether its link is there.
constexpr auto kLookAtLink = std::chrono::seconds(5);
// Between two tries of a transfer whose link broke.
constexpr auto kTransferPause = std::chrono::milliseconds(20);
// What a close may take.
constexpr auto kCloseWait = std::chrono::seconds(5);
// As long as a server may record.
constexpr double kLongestProfile = 600;
// The server is told of its messages' arrival when so many, or so many bytes, have come and nothing else is to be said.
constexpr uint64_t kTellReceived = 64;
constexpr size_t kTellReceivedBytes = 1 << 20;

std::string RandomToken() {
  std::random_device random;
  std::string token;
  for (int i = 0; i < 8; ++i) absl::StrAppend(&token, absl::Hex(random(), absl::kZeroPad8));
  return token;
}

std::string ClientName() {
  char host[256] = "";
  gethostname(host, sizeof(host) - 1);
  return absl::StrCat(program_invocation_short_name, "@", host, ":", getpid());
}

}  // namespace

absl::StatusOr<std::unique_ptr<Session>> Session::Connect(std::unique_ptr<SessionStream> stream,
                                                           double reconnect_seconds, double wait_seconds) {
  v1::HelloRequest request;
  request.set_min_version(kProtocolVersion);
  request.set_max_version(kProtocolVersion);
  request.set_client(ClientName());
  request.set_op_table_revision(OpTable::Builtin().revision());
  ASSIGN_OR_RETURN(v1::HelloResponse hello, stream->Hello(request));
  if (hello.op_table_revision() != OpTable::Builtin().revision()) {
    return absl::FailedPreconditionError(
        absl::StrCat("eagerd at ", stream->address(), " (version ", hello.server_version(),
                     ") has other ops than this client: use a client and a server of one version"));
  }
  return std::unique_ptr<Session>(new Session(std::move(stream), std::move(hello), reconnect_seconds, wait_seconds));
}

Session::Session(std::unique_ptr<SessionStream> stream, v1::HelloResponse hello, double reconnect_seconds,
                 double wait_seconds)
    : stream_(std::move(stream)),
      hello_(std::move(hello)),
      token_(RandomToken()),
      reconnect_seconds_(reconnect_seconds < 0 ? hello_.session_grace_seconds() : reconnect_seconds),
      wait_seconds_(wait_seconds),
      resumable_(reconnect_seconds_ > 0 && hello_.session_grace_seconds() > 0),
      forks_before_(CountForks()),
      client_name_(ClientName()) {
  v1::OpenSession open;
  open.set_token(token_);
  open.set_client(client_name_);
  batch_->Open(open);
  flusher_ = std::thread([this] { FlushLater(); });
}

Session::~Session() {
  if (Forked()) {  // the thread is not here, and the stream is the parent's
    flusher_.detach();
    new std::unique_ptr<SessionStream>(std::move(stream_));
    return;
  }
  Close();
}

void Session::Close() {
  if (Forked()) return;
  {
    MutexLock lock(&mu_);
    closed_ = true;
    batch_started_.SignalAll();
  }
  if (!closing_.exchange(true)) {
    const Deadline last = Deadline::clock::now() + kCloseWait;
    // Not longer than that for a thread that writes, to a server that is busy or gone.
    if (LockWriting(WaitLimit{.deadline = last})) {
      {
        MutexLock lock(&mu_);
        batch_->End();
      }
      const bool written = FlushLocked(WaitLimit{.deadline = last}).ok();
      write_mu_.Unlock();
      if (written) stream_->AwaitEnd(last);
    }
  }
  stream_->Close();
  std::call_once(flusher_joined_, [this] { flusher_.join(); });
}

Session::Signature& Session::FindSignature(const Attrs& attrs, absl::string_view device) {
  const auto it = signatures_.find(SignatureView(attrs, device));
  if (it != signatures_.end()) return *it->second;
  SignatureKey key{attrs, std::string(device)};
  auto signature = std::make_unique<Signature>();
  signature->id = next_signature_++;
  signature->attrs = attrs;
  v1::Item item;
  v1::DefineSignature* define = item.mutable_define();
  define->set_id(signature->id);
  define->set_op(std::string(attrs.op()->name));
  define->set_device(key.device);
  for (int i = 0; i < attrs.size(); ++i) {
    if (attrs[i].index() == 0) continue;
    v1::NamedAttr* named = define->add_attrs();
    named->set_name(std::string(attrs.op()->attrs[i].name));
    ToWire(attrs[i], named->mutable_value());
  }
  AddItem(item);
  return *signatures_.emplace(std::move(key), std::move(signature)).first->second;
}

void Session::AddItem(const v1::Item& item) {
  WakeFlusher();
  batch_->Add(item);
}

bool Session::Full() const {
  return batch_->items() >= full_items_ || batch_->releases() >= 8 * kMaxItems || batch_bytes_ >= kMaxBatchBytes;
}

void Session::Release(uint64_t handle, size_t bytes) {
  if (Forked()) return;
  bool full;
  {
    MutexLock lock(&mu_);
    if (bytes >= kReleaseInPlace) {
      v1::Item item;
      item.mutable_release()->add_handles(handle);
      AddItem(item);
    } else {
      WakeFlusher();
      batch_->Release(handle);
    }
    full = Full();
  }
  if (full) Flush().IgnoreError();  // the next call that waits says it
}

absl::Status Session::Flush() {
  if (Forked()) return ChildOfAFork();
  RETURN_IF_ERROR(AwaitRoom());
  const WaitLimit limit = Limit();
  if (!LockWriting(limit)) return limit.Check();
  absl::Status status = FlushLocked(limit);
  write_mu_.Unlock();
  return status;
}

absl::Status Session::FlushLocked(const WaitLimit& limit) {
  RETURN_IF_ERROR(write_error_);
  while (!stream_->AwaitWritable(limit.Slice())) RETURN_IF_ERROR(limit.Check());
  {
    MutexLock lock(&mu_);
    if (Empty()) return absl::OkStatus();
    if (batch_->items() >= full_items_) full_items_ = std::min(2 * full_items_, kMaxItems);
    spare_.swap(batch_);
    batch_bytes_ = 0;
    ++batches_;
  }
  const uint64_t received = received_.load(std::memory_order_relaxed);
  const absl::string_view message = spare_->Finish(++seq_, received);
  if (resumable_) window_.Push(seq_, message);
  absl::Status status = stream_->Write(message);
  told_received_.store(received, std::memory_order_relaxed);
  spare_->Clear();
  if (absl::IsUnavailable(status) && resumable_) return ResumeLocked(link_, limit);
  return write_error_ = std::move(status);
}

void Session::FlushLater() {
  int idle_looks = 0;
  uint64_t seen = 0;  // the batch that lay there at the last look
  std::chrono::microseconds pause = kFlushAfter;
  while (true) {
    bool old, look_at_link = false;
    {
      MutexLock lock(&mu_);
      while (!closed_ && Empty() && idle_looks >= kIdleLooks && !look_at_link) {
        flusher_sleeps_ = true;
        look_at_link = !batch_started_.WaitFor(&mu_, kLookAtLink);
        flusher_sleeps_ = false;
      }
      if (closed_) return;
      const bool same = seen == batches_;
      idle_looks = Empty() && same ? idle_looks + 1 : 0;
      old = !Empty() && same;
      seen = batches_;
      pause = Empty() && !same ? std::min(2 * pause, kFlushAtLast) : kFlushAfter;
    }
    if (old) Flush().IgnoreError();  // the next call that waits says it
    // Nobody reads in a session that rests, so nobody else finds out while the server still waits for it.
    if (look_at_link && resumable_ && open_ && stream_->Broken()) Resume(link_).IgnoreError();
    std::this_thread::sleep_for(pause);
  }
}

template <class Fill>
uint64_t Session::Ask(Fill fill) {
  const uint64_t id = next_transfer_.fetch_add(1, std::memory_order_relaxed);
  Add([&](v1::Item* item) {
    item->mutable_fetch()->set_id(id);
    fill(item->mutable_fetch());
  });
  Flush().IgnoreError();  // a broken stream tells its reader why
  MutexLock lock(&mu_);
  full_items_ = kFirstItems;
  return id;
}

absl::StatusOr<HostTensor> Session::Fetch(uint64_t handle, uint64_t bytes) {
  const bool download = bytes > hello_.limits().max_inline_bytes();
  RETURN_IF_ERROR(EnsureUsable(download));
  const uint64_t id = Ask([&](v1::Fetch* fetch) {
    fetch->set_handle(handle);
    fetch->set_download(download);
  });
  if (download) {
    std::optional<absl::Status> answer;  // it comes once, however often the values have to be asked for
    return Download(id, bytes, [&] { return answer.has_value() ? *answer : answer.emplace(Wait(id).status()); });
  }
  ASSIGN_OR_RETURN(v1::Fetched fetched, Wait(id));
  ASSIGN_OR_RETURN(TensorSpec spec, FromWire(fetched.value().spec()));
  const bool elsewhere =
      fetched.value().data().empty() && (spec.dtype == DType::kString || spec.shape.num_elements() > 0);
  if (elsewhere) return Download(id, 0, [] { return absl::OkStatus(); });  // larger than anybody here knew
  return HostTensor::FromBytes(std::move(spec), fetched.value().data());
}

namespace {

const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <class T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

}  // namespace

absl::Status Session::Over(absl::string_view why) const {
  return absl::UnavailableError(absl::StrCat("the session on eagerd at ", address(), " is over: ", why));
}

template <class Transfer, class Why>
auto Session::Persist(Transfer transfer, Why why) -> decltype(transfer()) {
  const Deadline last = DeadlineAfter(reconnect_seconds_);
  while (true) {
    auto result = transfer();
    const bool again =
        resumable_ && !closing_ && absl::IsUnavailable(StatusOf(result)) && Deadline::clock::now() < last;
    if (absl::IsAborted(StatusOf(result))) return Over(StatusOf(result).message());
    if (!again || !why().ok()) return result;
    RETURN_IF_ERROR(RoundTrip());  // the session's own stream finds another way, if there is one
    std::this_thread::sleep_for(kTransferPause);
  }
}

absl::StatusOr<HostTensor> Session::Download(uint64_t fetch, size_t bytes,
                                             const std::function<absl::Status()>& meanwhile) {
  v1::DownloadRequest request;
  request.set_session(token_);
  request.set_id(fetch);
  request.set_keep(resumable_);
  absl::Status answer;
  absl::StatusOr<HostTensor> values = Persist(
      [&] {
        return stream_->Download(request, bytes, Limit(), [&] { return answer = meanwhile(); });
      },
      [&] { return answer; });
  if (resumable_) {
    MutexLock lock(&mu_);
    WakeFlusher();
    batch_->Downloaded(fetch);
  }
  return values;
}

absl::StatusOr<TensorSpec> Session::FetchSpec(uint64_t handle) {
  RETURN_IF_ERROR(EnsureUsable(/*open=*/false));
  const uint64_t id = Ask([&](v1::Fetch* fetch) {
    fetch->set_handle(handle);
    fetch->set_spec_only(true);
  });
  ASSIGN_OR_RETURN(v1::Fetched fetched, Wait(id));
  return FromWire(fetched.value().spec());
}

absl::Status Session::EnsureUsable(bool open) {
  if (Forked()) return ChildOfAFork();
  if (!open) return absl::OkStatus();
  return open_.load(std::memory_order_acquire) ? absl::OkStatus() : RoundTrip();
}

absl::Status Session::Sync() {
  RETURN_IF_ERROR(EnsureUsable(/*open=*/false));
  RETURN_IF_ERROR(RoundTrip());
  MutexLock lock(&read_mu_);
  return std::exchange(failure_, absl::OkStatus());
}

absl::StatusOr<v1::ListVariablesResponse> Session::ListVariables(const v1::ListVariablesRequest& request) {
  RETURN_IF_ERROR(EnsureUsable(/*open=*/false));
  RETURN_IF_ERROR(RoundTrip());
  return Persist([&] { return stream_->ListVariables(request, Limit()); }, [] { return absl::OkStatus(); });
}

absl::Status Session::DeleteVariable(const v1::DeleteVariableRequest& request) {
  RETURN_IF_ERROR(EnsureUsable(/*open=*/false));
  RETURN_IF_ERROR(RoundTrip());
  bool again = false;
  return Persist(
      [&] {
        absl::Status status = stream_->DeleteVariable(request, Limit());
        return std::exchange(again, true) && absl::IsNotFound(status) ? absl::OkStatus() : status;  // as of an upload
      },
      [] { return absl::OkStatus(); });
}

absl::Status Session::StartProfile() {
  RETURN_IF_ERROR(EnsureUsable(/*open=*/false));
  RETURN_IF_ERROR(RoundTrip());
  v1::ProfileRequest request;
  request.set_session(token_);
  request.set_seconds(kLongestProfile);
  return stream_->StartProfile(request);
}

absl::Status Session::StopProfile(const std::function<bool(absl::string_view)>& write) {
  RETURN_IF_ERROR(EnsureUsable(/*open=*/false));
  RoundTrip().IgnoreError();  // of a session that is lost there may still be a trace
  return stream_->StopProfile(write);
}

void Session::ForgetStatefulSignatures() {
  if (Forked()) return;
  MutexLock lock(&mu_);
  plain_.clear();
  absl::erase_if(signatures_, [](const auto& entry) {
    return entry.second->attrs.op()->def->effect == Effect::kStateful &&
           entry.second->attrs.op()->AttrIndex("seed") >= 0;
  });
}

absl::Status Session::RoundTrip() {
  // Of handle 0, which is none: any answer will do.
  return WaitFor(Ask([](v1::Fetch* fetch) { fetch->set_spec_only(true); })).status();
}

absl::StatusOr<v1::Fetched> Session::Wait(uint64_t fetch) {
  ASSIGN_OR_RETURN(v1::Fetched fetched, WaitFor(fetch));
  {
    MutexLock lock(&read_mu_);
    if (!failure_.ok()) return std::exchange(failure_, absl::OkStatus());
  }
  RETURN_IF_ERROR(FromWire(fetched.status()));
  return fetched;
}

absl::StatusOr<v1::Fetched> Session::WaitFor(uint64_t fetch) {
  MutexLock lock(&read_mu_);
  if (absl::Status status = ReadUntil([&] { return answers_.contains(fetch); }); !status.ok()) {
    unwanted_.insert(fetch);
    return status;
  }
  return std::move(answers_.extract(fetch).mapped());
}

absl::StatusOr<v1::WalkEvent> Session::NextEvent(uint64_t walk) {
  RETURN_IF_ERROR(EnsureUsable(/*open=*/false));
  Flush().IgnoreError();  // a broken stream tells its reader why
  MutexLock lock(&read_mu_);
  RETURN_IF_ERROR(ReadUntil([&] { return events_.contains(walk); }));
  v1::WalkEvent event = std::move(events_.extract(walk).mapped());
  RETURN_IF_ERROR(FromWire(event.status()));
  return event;
}

template <class Found>
absl::Status Session::ReadUntil(Found found) {
  const WaitLimit limit = Limit();
  while (!found()) {
    RETURN_IF_ERROR(read_error_);
    RETURN_IF_ERROR(limit.Check());
    if (!reading_) {
      ReadOne(limit.Slice());
    } else if (const Deadline until = limit.Slice(); until == Deadline::max()) {
      read_done_.Wait(&read_mu_);
    } else {
      read_done_.WaitFor(&read_mu_, until - Deadline::clock::now());
    }
  }
  return absl::OkStatus();
}

absl::Status Session::AwaitRoom() {
  if (!resumable_ || window_.HasRoom()) return absl::OkStatus();
  MutexLock lock(&read_mu_);
  return ReadUntil([&] { return window_.HasRoom(); });
}

void Session::ReadOne(Deadline deadline) {
  reading_ = true;
  read_mu_.Unlock();
  v1::ServerMessage message;
  const uint64_t link = link_;
  absl::Status status = stream_->Read(&message, deadline);
  const bool came = status.ok();
  if (absl::IsUnavailable(status) && resumable_) status = Resume(link);
  read_mu_.Lock();
  reading_ = false;
  if (came) {
    Take(message);
  } else if (!absl::IsDeadlineExceeded(status) && !absl::IsCancelled(status)) {  // which are this thread's own
    read_error_ = std::move(status);
  }
  read_done_.SignalAll();
  const bool tell = received_ - told_received_ >= kTellReceived || untold_bytes_ >= kTellReceivedBytes;
  if (!resumable_ || !tell) return;
  untold_bytes_ = 0;
  read_mu_.Unlock();
  SendReceived();
  read_mu_.Lock();
}

void Session::Take(v1::ServerMessage& message) {
  open_.store(true, std::memory_order_release);
  if (message.has_ended()) {
    closing_ = true;  // there is nothing to resume
    read_error_ = Over(message.ended().message());
    return stream_->Close();
  }
  if (resumable_) {
    window_.Acknowledge(message.done_seq());
    if (message.seq() != 0) {
      if (message.seq() <= received_) return;  // came by the last stream as well
      received_ = message.seq();
      untold_bytes_ += message.ByteSizeLong();
    }
  }
  if (message.failures_size() > 0 && failure_.ok()) failure_ = FromWire(message.failures(0).status());
  for (v1::Fetched& fetched : *message.mutable_fetched()) {
    const uint64_t id = fetched.id();
    if (unwanted_.erase(id) == 0) answers_[id] = std::move(fetched);
  }
  for (v1::WalkEvent& event : *message.mutable_events()) {
    const uint64_t walk = event.walk();
    events_[walk] = std::move(event);
  }
}

absl::StatusOr<uint64_t> Session::PutConstant(const TensorSpec& spec, absl::string_view bytes,
                                              const std::string& device) {
  RETURN_IF_ERROR(CheckBytes(spec, bytes.data(), bytes.size()));
  const uint64_t handle = NewHandles(1);
  uint64_t upload = 0;
  if (bytes.size() > hello_.limits().max_inline_bytes()) {
    upload = next_transfer_.fetch_add(1, std::memory_order_relaxed);
    v1::UploadHeader header;
    header.set_session(token_);
    header.set_id(upload);
    ToWire(spec, header.mutable_spec());
    header.set_device(device);
    header.set_num_bytes(bytes.size());
    RETURN_IF_ERROR(EnsureUsable(/*open=*/true));
    bool again = false;
    RETURN_IF_ERROR(Persist(
        [&] {
          absl::Status status = stream_->Upload(header, bytes, Limit());
          // The last try may have got through, and only its answer not.
          if (std::exchange(again, true) && absl::IsAlreadyExists(status)) return absl::OkStatus();
          return status;
        },
        [] { return absl::OkStatus(); }));
  }
  Add([&](v1::Item* item) {
    v1::Constant* constant = item->mutable_constant();
    constant->set_handle(handle);
    constant->set_device(device);
    if (upload != 0) {
      constant->set_upload(upload);
      return;
    }
    ToWire(spec, constant->mutable_value()->mutable_spec());
    constant->mutable_value()->set_data(bytes.data(), bytes.size());
    batch_bytes_ += bytes.size();
  });
  return handle;
}

}  // namespace eager::internal
