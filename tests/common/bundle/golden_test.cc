// Every checkpoint that TensorFlow wrote: each tensor right, the graph as told, and the same bytes when written again.

#include "tests/golden/golden.h"

#include <gtest/gtest.h>

#include <cmath>

#include "absl/strings/match.h"
#include "bundle/object_graph.pb.h"
#include "common/bundle/checkpoint_state.h"
#include "common/bundle/naming.h"
#include "common/bundle/reader.h"
#include "common/bundle/writer.h"
#include "common/crc32c.h"
#include "tests/support/temp_folder.h"

namespace eager::bundle {
namespace {

using testing::TempFolder;
using testing::ReadFile;

using golden::Json;

class GoldenCheckpoint : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const auto golden = golden::FindFolder();
    ASSERT_TRUE(golden.ok()) << golden.status();
    const std::string name = std::string("checkpoints/") + GetParam();
    ASSERT_TRUE(golden::CopyFolder(*golden, name, folder_.path()).ok());
    auto expected = golden::ReadJson(*golden, name + "/expected.json");
    ASSERT_TRUE(expected.ok()) << expected.status();
    expected_ = *std::move(expected);
  }

  TempFolder folder_;
  Json expected_;
};

void ExpectLarge(const HostTensor& got, const Json& want) {
  EXPECT_EQ(Name(got.dtype()), want.at("dtype").get<std::string>());
  EXPECT_EQ(got.shape(), *Shape::Make(want.at("shape").get<std::vector<int64_t>>()));
  EXPECT_EQ(Crc32c(got.bytes()), want.at("crc32c").get<uint32_t>());
  ASSERT_EQ(got.dtype(), DType::kFloat32);
  double sum = 0;
  for (const float v : got.values<float>()) sum += v;
  EXPECT_NEAR(sum, want.at("sum").get<double>(), 1e-6 * std::abs(sum));
}

TEST_P(GoldenCheckpoint, Tensors) {
  for (const auto& [prefix, checkpoint] : expected_.at("checkpoints").items()) {
    const auto reader = BundleReader::Open(folder_ / prefix);
    ASSERT_TRUE(reader.ok()) << reader.status();
    const size_t graphs = (*reader)->Has(std::string(kObjectGraphKey)) ? 1 : 0;
    EXPECT_EQ((*reader)->entries().size(), checkpoint.at("tensors").size() + graphs);
    for (const auto& [key, want] : checkpoint.at("tensors").items()) {
      const auto got = (*reader)->Read(key);
      ASSERT_TRUE(got.ok()) << got.status();
      if (want.contains("crc32c")) {
        ExpectLarge(*got, want);
        continue;
      }
      std::string why;
      EXPECT_TRUE(golden::Close(*got, *golden::ParseTensor(want), 0, 0, &why)) << key << ": " << why;
    }
  }
}

TEST_P(GoldenCheckpoint, Graph) {
  for (const auto& [prefix, checkpoint] : expected_.at("checkpoints").items()) {
    if (!checkpoint.contains("object_graph")) continue;
    const auto bytes = (*BundleReader::Open(folder_ / prefix))->Read(std::string(kObjectGraphKey));
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    pb::ObjectGraph graph;
    ASSERT_TRUE(graph.ParseFromString(std::string(bytes->string_at(0))));
    Json nodes = Json::array();
    for (const pb::Node& node : graph.nodes()) {
      Json json = {{"children", Json::object()}};
      for (const pb::Edge& edge : node.children()) json["children"][edge.local_name()] = edge.node_id();
      for (const pb::Attribute& a : node.attributes()) {
        json["attributes"].push_back(
            {{"name", a.name()}, {"full_name", a.full_name()}, {"checkpoint_key", a.checkpoint_key()}});
      }
      for (const pb::Slot& s : node.slots()) {
        json["slot_variables"].push_back({{"original_variable_node_id", s.original_variable_node_id()},
                                          {"slot_name", s.slot_name()},
                                          {"slot_variable_node_id", s.slot_variable_node_id()}});
      }
      nodes.push_back(json);
    }
    EXPECT_EQ(nodes, checkpoint.at("object_graph"));
  }
}

TEST_P(GoldenCheckpoint, Latest) {
  const auto latest = LatestCheckpoint(folder_.path().string());
  ASSERT_TRUE(latest.ok()) << latest.status();
  const Json& want = expected_.at("latest");
  ASSERT_EQ(latest->has_value(), !want.is_null());
  if (latest->has_value()) {
    EXPECT_EQ(**latest, folder_ / want.get<std::string>());
    // And the file itself comes out the same.
    const std::string before = ReadFile(folder_ / "checkpoint");
    ASSERT_TRUE(WriteState(folder_.path().string(), **ReadState(folder_.path().string())).ok());
    EXPECT_EQ(ReadFile(folder_ / "checkpoint"), before);
  }
}

TEST_P(GoldenCheckpoint, TheSameFilesAgain) {
  for (const auto& [prefix, checkpoint] : expected_.at("checkpoints").items()) {
    const auto reader = BundleReader::Open(folder_ / prefix);
    ASSERT_TRUE(reader.ok()) << reader.status();
    std::map<uint64_t, std::string> in_order;
    std::vector<std::string> empty_ones;
    for (const auto& [key, entry] : (*reader)->entries()) {
      if (entry.size == 0) {
        empty_ones.push_back(key);
      } else {
        in_order[entry.offset] = key;
      }
    }
    auto writer = BundleWriter::Open(folder_ / "again");
    ASSERT_TRUE(writer.ok());
    // An empty tensor lies where the next one begins.
    for (const auto& [offset, key] : in_order) {
      for (const std::string& empty : empty_ones) {
        if ((*reader)->entries().at(empty).offset != offset) continue;
        ASSERT_TRUE((*writer)->Add(empty, *(*reader)->Read(empty)).ok());
      }
      ASSERT_TRUE((*writer)->Add(key, *(*reader)->Read(key)).ok());
    }
    ASSERT_TRUE((*writer)->Finish().ok());
    EXPECT_EQ(ReadFile(folder_ / "again.data-00000-of-00001"), ReadFile(folder_ / (prefix + ".data-00000-of-00001")));
    EXPECT_EQ(ReadFile(folder_ / "again.index"), ReadFile(folder_ / (prefix + ".index")));
    RemoveBundle(folder_ / "again");
  }
}

INSTANTIATE_TEST_SUITE_P(Folders, GoldenCheckpoint,
                         ::testing::Values("dtypes", "keras_adam", "keras_cnn", "keras_legacy_adam",
                                         "keras_legacy_momentum", "keras_subclass", "large", "manager", "many",
                                         "module", "write"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace eager::bundle
