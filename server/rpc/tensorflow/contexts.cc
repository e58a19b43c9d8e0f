#include <openssl/rand.h>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/log/log.h"
#include "server/rpc/tensorflow/door.h"

namespace eager::server::tf {
namespace {

// How a registry that ends a session reaches its context.
class ServedContext final : public ServingStream {
 public:
  void Serve(std::weak_ptr<Context> context) {
    MutexLock lock(&mu_);
    context_ = std::move(context);
  }
  void SayEnded(const absl::Status& why) override {
    std::shared_ptr<Context> context;
    {
      MutexLock lock(&mu_);
      context = context_.lock();
    }
    if (context != nullptr) context->Close(why);
  }
  void Cut() override {}  // its next item hears of it

 private:
  Mutex mu_;
  std::weak_ptr<Context> context_ ABSL_GUARDED_BY(mu_);
};

absl::StatusOr<std::string> NewToken() {
  std::string token(32, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(token.data()), static_cast<int>(token.size())) != 1) {
    return absl::InternalError("no random bytes can be had");
  }
  return token;
}

absl::Status NoContext(uint64_t id) {
  return absl::AbortedError(absl::StrCat("Unable to find a context_id matching the specified one (", id,
                                         "). Perhaps the worker was restarted, or the context was GC'd?"));
}

}  // namespace

Contexts::Contexts(SessionRegistry& sessions)
    : sessions_(sessions), sweeper_(std::make_unique<Periodic>(absl::Seconds(1), [this] { Sweep(); })) {}

Contexts::~Contexts() {
  sweeper_.reset();
  MutexLock lock(&mu_);
  contexts_.clear();
}

absl::Status Contexts::Create(const Request& request) {
  const Key key{request.caller.tenant, request.options.id};
  Entry before;
  {
    MutexLock lock(&mu_);
    if (const auto it = contexts_.find(key); it != contexts_.end()) {
      if (request.options.view < it->second.context->view()) {
        return absl::InvalidArgumentError(
            absl::StrCat("EagerService:CreateContext failed. Context id: <", request.options.id, "> already exists."));
      }
      before = std::move(it->second);
      contexts_.erase(it);
    }
  }
  if (before.context != nullptr) End(std::move(before), absl::AbortedError("the client has replaced its context"));
  Entry made;
  ASSIGN_OR_RETURN(made.token, NewToken());
  const auto served = std::make_shared<ServedContext>();
  ASSIGN_OR_RETURN(std::shared_ptr<Session> session,
                   sessions_.Open(made.token, request.caller, absl::StrCat("tensorflow:", absl::Hex(request.options.id)), request.peer, served));
  Log(LogLevel::kInfo, "context_open",
      {{"session", session->id()}, {"tenant", request.caller.tenant}, {"client", session->client()}, {"peer", request.peer}});
  made.context = std::make_shared<Context>(request.options, std::move(session), RendezvousOf(request.caller), request.cluster);
  served->Serve(made.context);
  Entry other;  // two calls at once: the last one has it
  {
    MutexLock lock(&mu_);
    Entry& place = contexts_[key];
    other = std::exchange(place, std::move(made));
  }
  if (other.context != nullptr) End(std::move(other), absl::AbortedError("the client has replaced its context"));
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<Context>> Contexts::Find(const Caller& caller, uint64_t id) const {
  MutexLock lock(&mu_);
  const auto it = contexts_.find({caller.tenant, id});
  if (it == contexts_.end()) return NoContext(id);
  return it->second.context;
}

void Contexts::Close(const Caller& caller, uint64_t id, uint64_t view) {
  Entry entry;
  {
    MutexLock lock(&mu_);
    const auto it = contexts_.find({caller.tenant, id});
    if (it == contexts_.end() || view < it->second.context->view()) return;  // meant for the one before
    entry = std::move(it->second);
    contexts_.erase(it);
  }
  End(std::move(entry), absl::CancelledError("the client has closed its context"));
}

std::shared_ptr<Rendezvous> Contexts::RendezvousOf(const Caller& caller) {
  MutexLock lock(&mu_);
  std::shared_ptr<Rendezvous>& rendezvous = rendezvous_[caller.tenant];
  if (rendezvous == nullptr) rendezvous = std::make_shared<Rendezvous>();
  return rendezvous;
}

void Contexts::End(Entry entry, const absl::Status& why) {
  Session& session = entry.context->session();
  Log(LogLevel::kInfo, "context_end",
      {{"session", session.id()}, {"tenant", session.tenant().name()}, {"client", session.client()},
       {"handles", session.stats().handles.load()}, {"bytes", session.queues().bytes()}, {"reason", why.message()}});
  entry.context->Close(why);
  sessions_.Close(entry.token, why);
}

void Contexts::Sweep() {
  const auto now = std::chrono::steady_clock::now();
  const auto grace = absl::ToChronoNanoseconds(std::min(sessions_.grace(), absl::Hours(24)));
  std::vector<Entry> ended;
  {
    MutexLock lock(&mu_);
    for (auto it = contexts_.begin(); it != contexts_.end();) {
      const bool killed = !it->second.context->session().closed().ok();
      if (!killed && !it->second.context->Expired(now, grace)) {
        ++it;
        continue;
      }
      ended.push_back(std::move(it->second));
      it = contexts_.erase(it);
    }
  }
  for (Entry& entry : ended) End(std::move(entry), absl::AbortedError("the context's client was silent for too long"));
}

absl::StatusOr<Caller> Door::CallerOf(const grpc::ServerContextBase& context) {
  absl::StatusOr<Caller> caller = front.CallerOf(context);
  if (caller.ok()) return caller;
  return absl::Status(caller.status().code(), absl::StrCat(caller.status().message(),
                      "; TensorFlow's protocol has no place for a token: connect over loopback, a unix socket or a proxy with mTLS"));
}

}  // namespace eager::server::tf
