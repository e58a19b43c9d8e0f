#include "server/rpc/dispatcher.h"

#include <algorithm>
#include <new>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/wire/wire.h"
#include "server/device/cpu/compute.h"
#include "server/device/cpu/compute_gate.h"
#include "server/exec/chain.h"
#include "server/exec/counting_scope.h"
#include "server/exec/recent_errors.h"
#include "server/exec/recorder.h"
#include "server/rpc/hello.h"

namespace eager::server {

namespace {

constexpr size_t kKeepInputs = 4096;  // an item with more does not leave its memory to the next

template <class Field>
auto Span(const Field& field) {
  return absl::MakeConstSpan(field.data(), static_cast<size_t>(field.size()));
}

// For recordings.
const char* NameOf(v1::Item::KindCase kind) {
  switch (kind) {
    case v1::Item::kRun:
      return "run";
    case v1::Item::kDefine:
      return "define";
    case v1::Item::kConstant:
      return "constant";
    case v1::Item::kFetch:
      return "fetch";
    case v1::Item::kBeginTape:
      return "begin tape";
    case v1::Item::kEndTape:
      return "end tape";
    case v1::Item::kWatch:
      return "watch";
    case v1::Item::kBackward:
      return "backward";
    case v1::Item::kRecordCustomGradient:
      return "record custom gradient";
    case v1::Item::kAnswerCustomGradient:
      return "answer custom gradient";
    case v1::Item::kRelease:
      return "release";
    case v1::Item::KIND_NOT_SET:
      break;
  }
  return "unknown";
}

// A walk with an id is waited for, so it is told of its failure as well.
absl::Status Tell(uint64_t walk, const absl::StatusOr<std::optional<Session::WalkEvent>>& event, v1::ServerMessage* reply) {
  if (walk == 0 || (event.ok() && !event->has_value())) return event.status();
  v1::WalkEvent* told = reply->add_events();
  told->set_walk(walk);
  if (!event.ok()) {
    ToWire(event.status(), told->mutable_status());
    return absl::OkStatus();
  }
  told->set_closure((*event)->closure);
  told->set_first_upstream((*event)->first_upstream);
  return absl::OkStatus();
}

}  // namespace

Dispatcher::~Dispatcher() {
  if (session_ != nullptr) sessions_.Close(token_, absl::CancelledError("the session's stream has ended"));
  GiveUpOwnTeam();
}

void Dispatcher::Leave() {
  if (session_ == nullptr) return;
  session_.reset();  // before another stream's thread takes it on
  sessions_.Detach(token_, stream_.get());
}

absl::StatusOr<bool> Dispatcher::Handle(absl::string_view message, v1::ServerMessage* reply) {
  MessageCounts& counts = MessageCounts::Mine();
  counts.Received(Path::kStream, message.size());
  arrived_ = MessageCounts::Clock::now();
  {
    const TimeSlice decode("phase", "decode", message.size());
    RETURN_IF_ERROR(message_.Read(message));
  }
  if (session_ == nullptr) RETURN_IF_ERROR(Open(reply));
  RETURN_IF_ERROR(session_->closed());
  Delivery& delivery = session_->delivery();
  delivery.Received(message_.received);
  for (uint64_t id : message_.downloaded) session_->downloads().Drop(id);
  ended_ = message_.end;
  const bool executed_before = message_.seq == 0 ? message_.items.empty() : delivery.IsDone(message_.seq);
  if (executed_before) {
    reply->set_done_seq(delivery.done_seq());
    return reply->opened();
  }
  if (!delivery.IsNext(message_.seq)) {
    return absl::InvalidArgumentError(
        absl::StrCat("message ", delivery.done_seq() + 1, " was expected, but message ", message_.seq, " came"));
  }
  if (!message_.items.empty()) HandleItems(reply);
  session_->Release(message_.releases);
  constexpr size_t kMostKept = 1 << 16;  // of a rare large message nothing should stay
  if (message_.items.capacity() > kMostKept) std::vector<absl::string_view>().swap(message_.items);
  delivery.Done(message_.seq, message.size());
  reply->set_done_seq(message_.seq);
  return reply->fetched_size() > 0 || reply->failures_size() > 0 || reply->events_size() > 0;
}

void Dispatcher::HandleItems(v1::ServerMessage* reply) {
  const auto decoded = MessageCounts::Clock::now();
  const auto queued_before = ComputeGate::ThreadWaited();
  waited_ = MessageCounts::Clock::duration::zero();
  TimeSlice execute("phase", "execute");
  execute.set_items(message_.items.size());
  const ComputeScope scope(session_->compute_party());
  const CountingScope counting(session_->tenant().name());
  const absl::StatusOr<Held> in_flight =
      session_->tenant().quota().Execute(static_cast<int64_t>(message_.items.size()));
  session_->Refuse(in_flight.status());
  inline_bytes_ = 0;
  // What is worth a chain is large, and large tensors are released among the items.
  const bool chains = FusionEnabled() && std::any_of(message_.items.begin(), message_.items.end(), &IsRelease);
  for (size_t i = 0; i < message_.items.size(); ++i) {
    if (chains) {
      if (const size_t n = RunChain(i)) {
        i += n - 1;
        continue;
      }
    }
    if (absl::Status status = HandleItem(message_.items[i], reply); !status.ok()) {
      v1::Failure* failure = reply->add_failures();
      failure->set_seq(message_.seq);
      failure->set_item(static_cast<uint32_t>(i));
      ToWire(status, failure->mutable_status());
    }
  }
  const auto queued = ComputeGate::ThreadWaited() - queued_before;
  MessageCounts& counts = MessageCounts::Mine();
  counts.Executed(message_.items.size());
  counts.Took(Phase::kDecode, decoded - arrived_);
  counts.Took(Phase::kExecute, MessageCounts::Clock::now() - decoded - queued - waited_);
  if (queued.count() != 0) counts.Took(Phase::kQueue, queued);
  if (waited_.count() != 0) counts.Took(Phase::kWait, waited_);
}

absl::Status Dispatcher::Open(v1::ServerMessage* reply) {
  v1::OpenSession open;
  if (!message_.has_open || !open.ParseFromString(message_.open)) {
    return absl::InvalidArgumentError("the first message of a stream must open a session");
  }
  token_ = open.token();
  if (!open.resume()) {
    ASSIGN_OR_RETURN(session_, sessions_.Open(token_, caller_, open.client(), peer_, stream_));
    return absl::OkStatus();
  }
  if (open.incarnation() != Incarnation()) {
    return absl::AbortedError("this daemon was started after the session began: the session is lost");
  }
  absl::StatusOr<std::shared_ptr<Session>> session = sessions_.Resume(token_, caller_, stream_);
  if (open.unheard() && absl::IsNotFound(session.status())) {
    session = sessions_.Open(token_, caller_, open.client(), peer_, stream_);
    // The first stream's own message, which this one has overtaken, may have come in between.
    if (absl::IsAlreadyExists(session.status())) session = sessions_.Resume(token_, caller_, stream_);
  }
  RETURN_IF_ERROR(session.status());
  session_ = *std::move(session);
  RETURN_IF_ERROR(session_->delivery().CheckResume(message_.received));
  reply->set_opened(true);
  return absl::OkStatus();
}

size_t Dispatcher::RunChain(size_t first) {
  const auto request = [](const RunItem& run) {
    return Session::RunRequest{run.signature, run.inputs, run.first_output, run.num_outputs, run.tapes};
  };
  if (!ReadRun(message_.items[first], run_) || !session_->MayStartChain(request(run_))) return 0;
  chain_.clear();
  absl::InlinedVector<size_t, Chain::kMaxOps> positions;
  absl::InlinedVector<Session::Released, Chain::kMaxOps> released;
  std::vector<uint64_t> handles;
  for (size_t i = first; i < message_.items.size() && chain_.size() <= Chain::kMaxOps; ++i) {
    handles.clear();
    if (ReadRun(message_.items[i], run_)) {
      chain_.push_back(run_);
      positions.push_back(i);
    } else if (ReadRelease(message_.items[i], handles)) {
      for (uint64_t handle : handles) released.push_back({handle, chain_.size()});
    } else {
      break;
    }
  }
  absl::InlinedVector<Session::RunRequest, Chain::kMaxOps> requests;
  for (const RunItem& run : chain_) requests.push_back(request(run));
  const size_t ops = session_->RunChain(requests, released);
  if (ops == 0) return 0;
  for (const Session::Released& r : released) {
    if (r.before < ops) session_->Release({&r.handle, 1});
  }
  return positions[ops - 1] - first + 1;
}

absl::Status Dispatcher::HandleItem(absl::string_view bytes, v1::ServerMessage* reply) try {
  if (ReadRun(bytes, run_)) {
    absl::Status status = session_->Run({run_.signature, run_.inputs, run_.first_output, run_.num_outputs, run_.tapes});
    if (run_.inputs.size() > kKeepInputs || run_.tapes.size() > kKeepInputs) run_ = RunItem();
    return status;
  }
  item_.Reset();
  if (!item_->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::InvalidArgumentError("an item cannot be read");
  }
  absl::Status status = HandleItem(*item_, reply);
  if (!item_->has_run()) RecentErrors::Get().Add(status, "");  // those of ops are counted where they are run
  return status;
} catch (const std::bad_alloc&) {
  return absl::ResourceExhaustedError("the host has no memory left for this item");
}

absl::Status Dispatcher::HandleItem(const v1::Item& item, v1::ServerMessage* reply) {
  const TimeSlice slice("item", NameOf(item.kind_case()));
  switch (item.kind_case()) {
    case v1::Item::kRun:
      return Run(item.run());
    case v1::Item::kDefine:
      return Define(item.define());
    case v1::Item::kConstant:
      return Put(item.constant());
    case v1::Item::kFetch:
      return Fetch(item.fetch(), reply);
    case v1::Item::kBeginTape:
      return session_->BeginTape(item.begin_tape().tape(), item.begin_tape().persistent());
    case v1::Item::kEndTape:
      return session_->EndTape(item.end_tape().tape());
    case v1::Item::kWatch:
      return session_->Watch(item.watch().tape(), item.watch().handle());
    case v1::Item::kBackward:
      return Backward(item.backward(), reply);
    case v1::Item::kRecordCustomGradient: {
      const v1::RecordCustomGradient& record = item.record_custom_gradient();
      return session_->RecordCustomGradient(record.closure(), Span(record.inputs()), Span(record.outputs()),
                                            Span(record.tapes()));
    }
    case v1::Item::kAnswerCustomGradient:
      return Answer(item.answer_custom_gradient(), reply);
    case v1::Item::kRelease:
      session_->Release(Span(item.release().handles()));
      return absl::OkStatus();
    case v1::Item::KIND_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("an item is of no kind that this server knows");
}

absl::Status Dispatcher::Run(const v1::RunOp& run) {
  absl::InlinedVector<uint64_t, 4> inputs;
  for (uint64_t back : run.inputs()) inputs.push_back(run.first_output() - back);
  return session_->Run({run.signature(), inputs, run.first_output(), run.num_outputs(), Span(run.tapes())});
}

absl::Status Dispatcher::Define(const v1::DefineSignature& define) {
  NamedAttrs attrs;
  for (const v1::NamedAttr& attr : define.attrs()) {
    ASSIGN_OR_RETURN(AttrValue value, FromWire(attr.value()));
    attrs.push_back({attr.name(), std::move(value)});
  }
  return session_->Define(define.id(), define.op(), attrs, define.device());
}

absl::Status Dispatcher::Put(const v1::Constant& constant) {
  if (constant.source_case() == v1::Constant::kUpload) {
    return session_->PutUpload(constant.handle(), constant.upload());
  }
  ASSIGN_OR_RETURN(TensorSpec spec, FromWire(constant.value().spec()));
  return session_->PutConstant(constant.handle(), spec, constant.value().data(), constant.device());
}

absl::Status Dispatcher::Backward(const v1::Backward& b, v1::ServerMessage* reply) {
  return Tell(b.walk(),
              session_->Backward({b.tape(), Span(b.targets()), Span(b.output_gradients()), Span(b.sources()),
                                  b.first_result(), b.unconnected_zero(), Span(b.tapes()), b.walk(), b.first_upstream()}),
              reply);
}

absl::Status Dispatcher::Answer(const v1::AnswerCustomGradient& answer, v1::ServerMessage* reply) {
  if (answer.abandon()) return session_->AbandonWalk(answer.walk());
  return Tell(answer.walk(), session_->AnswerCustomGradient(answer.walk(), Span(answer.gradients())), reply);
}

absl::Status Dispatcher::Fetch(const v1::Fetch& fetch, v1::ServerMessage* reply) {
  v1::Fetched* fetched = reply->add_fetched();
  fetched->set_id(fetch.id());
  absl::StatusOr<TensorRef> tensor = session_->Read(fetch.handle());
  if (tensor.ok()) {
    ToWire((*tensor)->spec(), fetched->mutable_value()->mutable_spec());
    const size_t bytes = (*tensor)->num_bytes();
    if (fetch.spec_only()) return absl::OkStatus();
    if (!fetch.download() && bytes <= kMaxInlineBytes && inline_bytes_ + bytes <= kMaxReplyBytes) {
      inline_bytes_ += bytes;
      std::string* data = fetched->mutable_value()->mutable_data();
      data->resize(bytes);
      const Tensor& t = **tensor;
      const auto start = MessageCounts::Clock::now();
      ToWire(t.buffer()->device()->CopyToHost(*t.buffer(), t.offset(), bytes, data->data()), fetched->mutable_status());
      waited_ += MessageCounts::Clock::now() - start;
      return absl::OkStatus();
    }
  } else {
    ToWire(tensor.status(), fetched->mutable_status());
  }
  // A Download may wait for this id already, so it hears of errors too.
  if (fetch.download() || tensor.ok()) return session_->downloads().Put(fetch.id(), std::move(tensor));
  return absl::OkStatus();
}

}  // namespace eager::server
