#include "client/train/saver.h"

#include <deque>
#include <future>

#include "absl/strings/str_cat.h"
#include "bundle/object_graph.pb.h"
#include "client/core/tape_state.h"
#include "client/core/throw.h"
#include "common/bundle/naming.h"
#include "common/bundle/writer.h"

namespace eager::train::internal {
namespace {

namespace pb = bundle::pb;
using eager::internal::ThrowIfError;
using eager::internal::ValueOrThrow;

// Reads of values that are under way while one is written: they hide the way to the server, and hold this much memory.
constexpr size_t kReadsAhead = 8;
constexpr uint64_t kBytesAhead = 64 << 20;

struct Value {
  std::string key;
  Tensor tensor;
};

uint64_t BytesOf(const Tensor& t, std::source_location where) {
  return static_cast<uint64_t>(t.shape(where).num_elements()) * SizeOf(t.dtype());
}

// Has each value read by a thread of its own, a few at a time, and writes them in order.
void WriteValues(std::deque<Value> values, bundle::BundleWriter& writer, std::source_location where) {
  struct Read {
    std::string key;
    uint64_t bytes;
    std::future<HostTensor> value;
  };
  std::deque<Read> reads;
  uint64_t ahead = 0;
  while (!values.empty() || !reads.empty()) {
    while (!values.empty() && reads.size() < kReadsAhead) {
      const uint64_t bytes = BytesOf(values.front().tensor, where);
      if (!reads.empty() && ahead + bytes > kBytesAhead) break;
      ahead += bytes;
      auto read = [tensor = std::move(values.front().tensor), where] { return tensor.numpy(where); };
      reads.push_back({std::move(values.front().key), bytes, std::async(std::launch::async, std::move(read))});
      values.pop_front();
    }
    ThrowIfError(writer.Add(reads.front().key, reads.front().value.get()), where);
    ahead -= reads.front().bytes;
    reads.pop_front();
  }
}

pb::ObjectGraph ToGraph(const std::vector<ObjectNode>& nodes) {
  pb::ObjectGraph graph;
  for (const ObjectNode& node : nodes) {
    pb::Node* out = graph.add_nodes();
    for (const auto& [name, id] : node.children) {
      pb::Edge* edge = out->add_children();
      edge->set_node_id(id);
      edge->set_local_name(name);
    }
    if (!node.variable.has_value()) continue;
    pb::Attribute* attribute = out->add_attributes();
    attribute->set_name(kVariableValue);
    attribute->set_full_name(FullName(*node.variable));
    attribute->set_checkpoint_key(CheckpointKey(node.path));
  }
  // A node has values if it or one below it has: from those that have one, back along the edges.
  std::vector<std::vector<size_t>> parents(nodes.size());
  std::vector<size_t> found;
  std::vector<bool> has(nodes.size(), false);
  for (size_t i = 0; i < nodes.size(); ++i) {
    for (const auto& [name, id] : nodes[i].children) parents[static_cast<size_t>(id)].push_back(i);
    if (nodes[i].variable.has_value()) {
      has[i] = true;
      found.push_back(i);
    }
  }
  while (!found.empty()) {
    const size_t node = found.back();
    found.pop_back();
    for (const size_t parent : parents[node]) {
      if (has[parent]) continue;
      has[parent] = true;
      found.push_back(parent);
    }
  }
  for (size_t i = 0; i < nodes.size(); ++i) {
    graph.mutable_nodes(static_cast<int>(i))->mutable_has_checkpoint_values()->set_value(has[i]);
  }
  return graph;
}

}  // namespace

void Save(Root root, const std::string& prefix, const SaveOptions& options, std::source_location where) {
  const std::vector<ObjectNode> nodes = ListObjects(std::move(root), where);
  std::deque<Value> values;
  {
    const eager::internal::NoTapes quiet;
    for (const ObjectNode& node : nodes) {
      if (node.variable.has_value()) values.push_back({CheckpointKey(node.path), node.variable->read_value(where)});
    }
  }
  auto writer = ValueOrThrow(bundle::BundleWriter::Open(prefix, {.max_shard_bytes = options.max_shard_bytes}), where);
  WriteValues(std::move(values), *writer, where);
  const HostTensor graph = HostTensor::Strings(Shape(), {ToGraph(nodes).SerializeAsString()});
  ThrowIfError(writer->Add(std::string(bundle::kObjectGraphKey), graph), where);
  ThrowIfError(writer->Finish(), where);
}

}  // namespace eager::train::internal
