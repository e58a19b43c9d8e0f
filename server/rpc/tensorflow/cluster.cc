#include "server/rpc/tensorflow/cluster.h"

#include <grpcpp/grpcpp.h>

#include <random>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/rpc/tensorflow/tensor_proto.h"

namespace eager::server::tf {
namespace {

constexpr std::chrono::minutes kLongest{10};  // that a tensor is waited for

std::string TaskName(absl::string_view job, int task) { return absl::StrCat("/job:", job, "/replica:0/task:", task); }

// "ipv4:10.0.0.7:5123" to "10.0.0.7", "ipv6:%5B::1%5D:5123" to "[::1]"; empty for others.
std::string HostOf(const std::string& peer) {
  const bool v6 = absl::StartsWith(peer, "ipv6:");
  if (!v6 && !absl::StartsWith(peer, "ipv4:")) return "";
  std::string host = peer.substr(5, peer.rfind(':') - 5);
  if (v6) host = absl::StrCat("[", absl::StrReplaceAll(host, {{"%5B", ""}, {"%5D", ""}, {"[", ""}, {"]", ""}}), "]");
  return host;
}

}  // namespace

Cluster::Cluster(const ::tensorflow::ServerDef& def, const std::string& peer) {
  if (!def.job_name().empty()) own_task_ = TaskName(def.job_name(), def.task_index());
  for (const auto& job : def.cluster().job()) {
    for (const auto& [task, address] : job.tasks()) {
      std::string where = address;
      const std::string client = HostOf(peer);
      if (absl::StartsWith(where, "localhost:") && job.name() == "localhost" && !client.empty()) {
        where = absl::StrCat(client, where.substr(where.rfind(':')));
      }
      addresses_.emplace(TaskName(job.name(), task), std::move(where));
    }
  }
}

std::string Cluster::AddressOf(absl::string_view task) const {
  const auto it = addresses_.find(task);
  return it == addresses_.end() ? "" : it->second;
}

// Calls go on when the context is gone; this stays with them.
struct TaskPeers::Calls {
  Mutex mu;
  std::set<grpc::ClientContext*> open ABSL_GUARDED_BY(mu);
  bool cancelled ABSL_GUARDED_BY(mu) = false;
};

struct TaskPeers::Fetching {
  grpc::ClientContext context;
  ::tensorflow::RecvTensorRequest request;
  ::tensorflow::RecvTensorResponse response;
  std::shared_ptr<::tensorflow::WorkerService::Stub> stub;
  std::shared_ptr<Session> session;
  std::shared_ptr<Calls> calls;
  Rendezvous::Taker taker;
  std::string address;

  void Done(const grpc::Status& status) {
    {
      MutexLock lock(&calls->mu);
      calls->open.erase(&context);
    }
    absl::StatusOr<TensorRef> tensor;
    if (status.ok()) {
      Device& host = session->queues().host();
      tensor = TensorFromProto(response.tensor(), Place(host));
    } else {
      tensor = absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                            absl::StrCat("a tensor cannot be fetched from ", address, ": ", status.error_message()));
    }
    taker(std::move(tensor));
  }
};

TaskPeers::TaskPeers(std::shared_ptr<Session> session, std::shared_ptr<Rendezvous> rendezvous, Cluster cluster)
    : session_(std::move(session)),
      rendezvous_(std::move(rendezvous)),
      calls_(std::make_shared<Calls>()),
      cluster_(std::move(cluster)) {}

TaskPeers::~TaskPeers() { Cancel(); }

void TaskPeers::SetCluster(Cluster cluster) {
  MutexLock lock(&mu_);
  cluster_ = std::move(cluster);
}

void TaskPeers::Cancel() {
  MutexLock lock(&calls_->mu);
  calls_->cancelled = true;
  for (grpc::ClientContext* context : calls_->open) context->TryCancel();
}

void TaskPeers::Fetch(int64_t step, const std::string& key, Rendezvous::Taker taker) {
  const absl::string_view sender = absl::string_view(key).substr(0, key.find(';'));
  const std::string task(sender.substr(0, sender.rfind("/device:")));
  auto fetching = std::make_shared<Fetching>();
  {
    MutexLock lock(&mu_);
    if (task == cluster_.own_task()) {
      fetching.reset();
    } else if (fetching->address = cluster_.AddressOf(task); !fetching->address.empty()) {
      auto& stub = stubs_[fetching->address];
      if (stub == nullptr) {
        grpc::ChannelArguments arguments;
        arguments.SetMaxReceiveMessageSize(-1);
        stub = ::tensorflow::WorkerService::NewStub(
            grpc::CreateCustomChannel(fetching->address, grpc::InsecureChannelCredentials(), arguments));
      }
      fetching->stub = stub;
    }
  }
  if (fetching == nullptr) {
    rendezvous_->Receive(step, key, std::move(taker));
    return;
  }
  if (fetching->stub == nullptr) {
    taker(absl::InvalidArgumentError(absl::StrCat("a tensor is to come from ", task, ", which is no task of the client's cluster")));
    return;
  }
  fetching->session = session_;
  fetching->calls = calls_;
  fetching->taker = std::move(taker);
  fetching->request.set_step_id(step);
  fetching->request.set_rendezvous_key(key);
  fetching->request.set_request_id(static_cast<int64_t>(std::random_device()()) << 31 | std::random_device()());
  fetching->context.set_deadline(std::chrono::system_clock::now() + kLongest);
  {
    MutexLock lock(&calls_->mu);
    if (calls_->cancelled) fetching->context.TryCancel();
    calls_->open.insert(&fetching->context);
  }
  Fetching& call = *fetching;
  call.stub->async()->RecvTensor(&call.context, &call.request, &call.response,
                                 [fetching](const grpc::Status& status) { fetching->Done(status); });
}

}  // namespace eager::server::tf
