#include "server/rpc/session_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/wire/wire.h"
#include "server/log/log.h"
#include "server/rpc/dispatcher.h"
#include "server/rpc/hello.h"

namespace eager::server {
namespace {

// The stream as others see it while it is served.
class Served final : public ServingStream {
 public:
  Served(grpc::ServerContext& context, SessionStream& stream) : stream_(&stream), context_(&context) {}

  // False once the stream is broken.
  bool Write(const std::string& message) {
    const grpc::Slice slice(message);
    MessageCounts::Mine().Sent(Path::kStream, message.size());
    MutexLock lock(&write_mu_);
    return stream_->Write(grpc::ByteBuffer(&slice, 1));
  }
  // Nothing may touch the call any more.
  void Gone() {
    MutexLock writing(&write_mu_);
    MutexLock lock(&mu_);
    stream_ = nullptr;
    context_ = nullptr;
  }

  void SayEnded(const absl::Status& why) override {
    MutexLock lock(&write_mu_);
    if (std::exchange(said_ended_, true) || stream_ == nullptr) return;
    v1::ServerMessage message;
    ToWire(why, message.mutable_ended());
    const grpc::Slice slice(message.SerializeAsString());
    stream_->Write(grpc::ByteBuffer(&slice, 1));
  }
  void Cut() override {
    MutexLock lock(&mu_);
    if (context_ != nullptr) context_->TryCancel();
  }

 private:
  // gRPC takes one message at a time; held while one waits for the client to read, at most until Cut.
  Mutex write_mu_;
  SessionStream* stream_ ABSL_GUARDED_BY(write_mu_);
  bool said_ended_ ABSL_GUARDED_BY(write_mu_) = false;
  Mutex mu_;
  grpc::ServerContext* context_ ABSL_GUARDED_BY(mu_);
};

// Says a reply, numbered and kept until it is received if there is something in it.
bool Say(v1::ServerMessage& reply, bool keep, Delivery& delivery, Served& served) {
  TimeSlice slice("phase", "encode");
  delivery.Told();
  if (!keep) return served.Write(reply.SerializeAsString());
  reply.set_seq(delivery.NextReply());
  std::string bytes = reply.SerializeAsString();
  slice.set_bytes(bytes.size());
  const bool written = served.Write(bytes);
  delivery.Keep(std::move(bytes));
  return written;
}

// Whether the client still listens.
bool TellDone(Session& session, Served& served) {
  v1::ServerMessage done;
  done.set_done_seq(session.delivery().done_seq());
  return Say(done, /*keep=*/false, session.delivery(), served);
}

// Who a stream serves, in its lines of the log.
struct Names {
  std::string session, tenant, client, peer;
};

void LogOpen(const Names& names, const Session& session) {
  Log(LogLevel::kInfo, "stream_open",
      {{"session", names.session}, {"tenant", names.tenant}, {"client", names.client}, {"peer", names.peer},
       {"handles", session.stats().handles.load()}});
}

// A stream that opened no session is of interest for its error alone.
void LogEnd(const Names& names, const absl::StatusOr<bool>& ended, bool broke) {
  const LogLevel level = names.session.empty() && ended.ok() ? LogLevel::kDebug : LogLevel::kInfo;
  const std::string code = broke ? "broken" : absl::StatusCodeToString(ended.status().code());
  Log(level, "stream_end",
      {{"session", names.session}, {"tenant", names.tenant}, {"client", names.client}, {"peer", names.peer}, {"code", code},
       {"reason", ended.status().message()}});
}

// True if the client has ended the session, false if the stream broke.
absl::StatusOr<bool> Serve(Dispatcher& dispatcher, Activity& activity, Served& served, SessionStream& stream, Names& names) {
  grpc::ByteBuffer message;
  v1::ServerMessage reply;
  while (stream.Read(&message)) {
    reply.Clear();
    if (message.Length() > kMaxMessageBytes) {  // gRPC lets larger ones in, for TensorFlow's clients
      return absl::ResourceExhaustedError(
          absl::StrCat("Received message larger than max (", message.Length(), " vs. ", kMaxMessageBytes, ")"));
    }
    grpc::Slice bytes;
    if (!message.TrySingleSlice(&bytes).ok()) message.DumpToSingleSlice(&bytes);
    const Activity::Scope work(activity);
    const RecordingScope recording(dispatcher.session() == nullptr ? nullptr : dispatcher.session()->recorder());
    const TimeSlice whole("message", "message", bytes.size());
    const absl::StatusOr<bool> send =
        dispatcher.Handle(absl::string_view(reinterpret_cast<const char*>(bytes.begin()), bytes.size()), &reply);
    if (const Session* session = dispatcher.session(); names.session.empty() && session != nullptr) {
      names.session = session->id();
      names.client = session->client();
      LogOpen(names, *session);
    }
    bool written = true;
    if (send.ok()) {
      const bool reads = reply.fetched_size() > 0;
      const auto executed = *send ? MessageCounts::Clock::now() : MessageCounts::Clock::time_point();
      Delivery& delivery = dispatcher.session()->delivery();
      if (*send || delivery.MustTell()) written = Say(reply, *send && !reply.opened(), delivery, served);
      if (reply.opened()) {  // what the last stream lost
        for (const std::string& kept : delivery.kept()) written = written && served.Write(kept);
      }
      if (*send) {
        const auto now = MessageCounts::Clock::now();
        MessageCounts::Mine().Took(Phase::kEncode, now - executed);
        if (reads) MessageCounts::Mine().Answered(now - dispatcher.arrived());
      }
    }
    if (!send.ok()) return send.status();
    if (dispatcher.ended()) return true;
    if (!written) return false;
  }
  return false;
}

}  // namespace

absl::Status ServeSessionStream(SessionRegistry& sessions, Activity& activity, std::atomic<int64_t>& open, const Caller& caller,
                                grpc::ServerContext& context, SessionStream& stream) {
  ++open;
  const auto served = std::make_shared<Served>(context, stream);
  Dispatcher dispatcher(sessions, caller, context.peer(), served);
  Names names{.tenant = caller.tenant, .peer = context.peer()};
  absl::StatusOr<bool> ended = Serve(dispatcher, activity, *served, stream, names);
  // A client that closes its side in good order is done as well, and still listens. (IsCancelled may know of a broken
  // link only later.)
  const bool broke =
      ended.ok() && !*ended && dispatcher.session() != nullptr && !TellDone(*dispatcher.session(), *served);
  // By a status alone, a client could not tell the end of its session from that of the link.
  if (!ended.ok() && dispatcher.session() != nullptr && !dispatcher.session()->closed().ok()) {
    served->SayEnded(dispatcher.session()->closed());
  }
  served->Gone();
  if (broke) dispatcher.Leave();
  LogEnd(names, ended, broke);
  --open;
  return ended.status();
}

}  // namespace eager::server
