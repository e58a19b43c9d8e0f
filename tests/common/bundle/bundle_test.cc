// What is written is read again, in TensorFlow's bytes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "bundle/object_graph.pb.h"
#include "common/bundle/naming.h"
#include "common/bundle/reader.h"
#include "common/bundle/writer.h"
#include "tests/support/temp_folder.h"

namespace eager::bundle {
namespace {

using testing::TempFolder;
using testing::ReadFile;

std::unique_ptr<BundleWriter> Open(const std::string& prefix, WriterOptions options = {}) {
  auto writer = BundleWriter::Open(prefix, options);
  EXPECT_TRUE(writer.ok()) << writer.status();
  return *std::move(writer);
}

std::unique_ptr<BundleReader> Read(const std::string& prefix) {
  auto reader = BundleReader::Open(prefix);
  EXPECT_TRUE(reader.ok()) << reader.status();
  return *std::move(reader);
}

std::string Bytes(const HostTensor& t) { return std::string(t.bytes()); }

std::string FromHex(absl::string_view hex) {
  std::string bytes;
  int digits = 0, value = 0;
  for (const char c : hex) {
    if (c == ' ') continue;
    value = value * 16 + (c <= '9' ? c - '0' : c - 'a' + 10);
    if (++digits % 2 == 0) bytes.push_back(static_cast<char>(std::exchange(value, 0)));
  }
  return bytes;
}

// The files that TensorFlow 2.21 writes for tf.train.Checkpoint(v=tf.Variable([1., 2., 3.], name='vee'),
// step=tf.Variable(7, dtype=int64, name='global_step')).write(…).
TEST(Bundle, TheBytesOfTensorFlow) {
  pb::ObjectGraph graph;
  const auto node = [&]() {
    graph.add_nodes()->mutable_has_checkpoint_values()->set_value(true);
    return graph.mutable_nodes(graph.nodes_size() - 1);
  };
  pb::Node* root = node();
  for (const char* name : {"step", "v"}) {
    pb::Edge* edge = root->add_children();
    edge->set_node_id(root->children_size());
    edge->set_local_name(name);
  }
  for (const auto& [path, name] : {std::pair("step", "global_step"), std::pair("v", "vee")}) {
    pb::Attribute* attribute = node()->add_attributes();
    attribute->set_name("VARIABLE_VALUE");
    attribute->set_full_name(name);
    attribute->set_checkpoint_key(std::string(path) + "/.ATTRIBUTES/VARIABLE_VALUE");
  }
  const TempFolder folder;
  auto writer = Open(folder / "p");
  ASSERT_TRUE(writer->Add("step/.ATTRIBUTES/VARIABLE_VALUE", HostTensor::Scalar<int64_t>(7)).ok());
  ASSERT_TRUE(writer->Add("v/.ATTRIBUTES/VARIABLE_VALUE", HostTensor::FromSpan<float>(Shape{3}, {1, 2, 3})).ok());
  ASSERT_TRUE(
      writer->Add(std::string(kObjectGraphKey), HostTensor::Strings(Shape(), {graph.SerializeAsString()})).ok());
  ASSERT_TRUE(writer->Finish().ok());

  const std::string data = ReadFile(folder / "p.data-00000-of-00001");
  EXPECT_EQ(data.substr(0, 26), FromHex("0700000000000000 0000803f 00000040 00004040 9801 a6f6c842"));
  EXPECT_EQ(data.size(), 26u + 152u);
  EXPECT_EQ(ReadFile(folder / "p.index"), FromHex("000006 08011a020801"
                                               "001c0e") +
                                           "_CHECKPOINTABLE_OBJECT_GRAPH" +
                                           FromHex("08071200 2014 289e01 359844c7d5"
                                                   "001f0b") +
                                           "step/.ATTRIBUTES/VARIABLE_VALUE" +
                                           FromHex("08091200 2808 35bbd79f11"
                                                   "001c11") +
                                           "v/.ATTRIBUTES/VARIABLE_VALUE" +
                                           FromHex("0801120412020803 2008 280c 35735b8971"
                                                   "00000000 01000000 00 3c7cab31"
                                                   "00000000 01000000 00 c0f2a1b0"
                                                   "000103 77 009b01 00000000 01000000 00 a5215131"
                                                   "a00108 ad010f") +
                                           std::string(34, '\0') + FromHex("57fb808b247547db"));
}

TEST(Bundle, EveryDType) {
  const TempFolder folder;
  std::map<std::string, HostTensor> tensors;
  std::mt19937_64 random(7);
  for (int code = 1; code < kNumDTypes; ++code) {
    const auto dtype = static_cast<DType>(code);
    if (!IsValid(dtype) || SizeOf(dtype) == 0) continue;
    for (const Shape& shape : {Shape(), Shape{0}, Shape{3, 5}, Shape{2, 0, 4}, Shape{1, 2, 1, 2, 3, 1}}) {
      HostTensor t(TensorSpec{dtype, shape});
      char* bytes = static_cast<char*>(t.data());
      for (size_t i = 0; i < t.num_bytes(); ++i)
        bytes[i] = static_cast<char>(dtype == DType::kBool ? random() & 1 : random());
      tensors[absl::StrCat(Name(dtype), shape.ToString())] = t;
    }
  }
  const std::string binary("\0\xff\n", 3);
  tensors["strings"] = HostTensor::Strings(Shape{2, 2}, {"", binary, std::string(300, 'x'), std::string(3 << 20, 'y')});
  tensors["one string"] = HostTensor::Strings(Shape(), {"text"});
  tensors["no string"] = HostTensor::Strings(Shape{0, 3}, {});
  auto writer = Open(folder / "new/folders/p");
  for (const auto& [key, value] : tensors) ASSERT_TRUE(writer->Add(key, value).ok()) << key;
  ASSERT_TRUE(writer->Finish().ok());

  const auto reader = Read(folder / "new/folders/p");
  EXPECT_EQ(reader->entries().size(), tensors.size());
  for (const auto& [key, value] : tensors) {
    const auto got = reader->Read(key);
    ASSERT_TRUE(got.ok()) << got.status();
    EXPECT_EQ(got->spec(), value.spec()) << key;
    EXPECT_EQ(Bytes(*got), Bytes(value)) << key;
  }
}

TEST(Bundle, ChunksMayBeCutAnywhere) {
  const TempFolder folder;
  const HostTensor strings = HostTensor::Strings(Shape{3}, {"alpha", "", std::string(200, 'b')});
  const HostTensor numbers = HostTensor::FromSpan<float>(Shape{4}, {1, 2, 3, 4});
  for (size_t size = 1; size < 12; ++size) {
    auto writer = Open(folder / "p");
    for (const auto& [key, tensor] : {std::pair("s", &strings), std::pair("n", &numbers)}) {
      ASSERT_TRUE(writer->Begin(key, tensor->spec(), tensor->num_bytes()).ok());
      for (absl::string_view rest = tensor->bytes(); !rest.empty(); rest.remove_prefix(std::min(size, rest.size()))) {
        ASSERT_TRUE(writer->Append(rest.substr(0, size)).ok());
      }
      ASSERT_TRUE(writer->End().ok());
    }
    ASSERT_TRUE(writer->Finish().ok());
    EXPECT_EQ(Bytes(*Read(folder / "p")->Read("s")), Bytes(strings));
    EXPECT_EQ(Bytes(*Read(folder / "p")->Read("n")), Bytes(numbers));
  }
}

TEST(Bundle, LargeTensorsComeInChunks) {
  const TempFolder folder;
  HostTensor large(TensorSpec{DType::kInt32, Shape{1000, 1000}});
  for (int32_t i = 0; i < 1000000; ++i) large.values<int32_t>()[static_cast<size_t>(i)] = i;
  auto writer = Open(folder / "p");
  ASSERT_TRUE(writer->Add("large", large).ok());
  ASSERT_TRUE(writer->Finish().ok());
  size_t chunks = 0, most = 0;
  std::string all;
  ASSERT_TRUE(Read(folder / "p")
                  ->Read("large",
                         [&](absl::string_view chunk) {
                           ++chunks;
                           most = std::max(most, chunk.size());
                           all.append(chunk.data(), chunk.size());
                           return absl::OkStatus();
                         })
                  .ok());
  EXPECT_GE(chunks, 4u);
  EXPECT_LE(most, size_t{1} << 20);
  EXPECT_EQ(all, Bytes(large));
}

TEST(Bundle, SeveralDataFiles) {
  const TempFolder folder;
  auto writer = Open(folder / "p", {.max_shard_bytes = 100});
  const HostTensor forty(TensorSpec{DType::kFloat32, Shape{10}}), huge(TensorSpec{DType::kFloat32, Shape{100}});
  for (const char* key : {"a", "b", "c"}) ASSERT_TRUE(writer->Add(key, forty).ok());
  ASSERT_TRUE(writer->Add("huge", huge).ok());
  ASSERT_TRUE(writer->Add("d", HostTensor::Strings(Shape{2}, {"x", "yz"})).ok());
  ASSERT_TRUE(writer->Finish().ok());
  const auto reader = Read(folder / "p");
  EXPECT_EQ(reader->entries().at("b").shard, 0);
  EXPECT_EQ(reader->entries().at("c").shard, 1);
  EXPECT_EQ(reader->entries().at("huge").shard, 2);
  EXPECT_EQ(reader->entries().at("d").shard, 3);
  EXPECT_EQ(std::filesystem::file_size(folder / "p.data-00000-of-00004"), 80u);
  EXPECT_EQ(std::filesystem::file_size(folder / "p.data-00002-of-00004"), 400u);
  for (const auto& [key, entry] : reader->entries()) EXPECT_TRUE(reader->Verify(key).ok()) << key;
  EXPECT_EQ(reader->Read("d")->string_at(1), "yz");
}

TEST(Bundle, WhatTheWriterRefuses) {
  const TempFolder folder;
  const auto message = [&](auto call) {
    auto writer = Open(folder / "p");
    EXPECT_TRUE(writer->Add("w", HostTensor::Scalar(1.0f)).ok());
    const absl::Status status = call(*writer);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_EQ(writer->Finish(), status);  // the first error stays
    EXPECT_FALSE(std::filesystem::exists(folder / "p.index"));
    return std::string(status.message());
  };
  using ::testing::HasSubstr;
  EXPECT_THAT(message([](auto& w) { return w.Add("w", HostTensor::Scalar(1.0f)); }), HasSubstr("'w'"));
  EXPECT_THAT(message([](auto& w) { return w.Add("", HostTensor::Scalar(1.0f)); }), HasSubstr("empty key"));
  EXPECT_THAT(message([](auto& w) { return w.Begin("r", {DType::kResource, Shape()}, 0); }), HasSubstr("resource"));
  EXPECT_THAT(message([](auto& w) { return w.Begin("r", {DType::kFloat32, Shape{2}}, 9); }), HasSubstr("9 bytes"));
  EXPECT_THAT(message([](auto& w) {
                EXPECT_TRUE(w.Begin("r", {DType::kFloat32, Shape{2}}, 8).ok());
                EXPECT_TRUE(w.Append("1234").ok());
                return w.End();
              }),
              HasSubstr("fewer bytes"));
  EXPECT_THAT(message([](auto& w) {
                EXPECT_TRUE(w.Begin("r", {DType::kFloat32, Shape{2}}, 8).ok());
                return w.Append("123456789");
              }),
              HasSubstr("more bytes"));
  EXPECT_THAT(message([](auto& w) {
                EXPECT_TRUE(w.Begin("s", {DType::kString, Shape{1}}, 20).ok());
                return w.Append(std::string(8, '\1'));
              }),
              HasSubstr("out of order"));
}

}  // namespace
}  // namespace eager::bundle
