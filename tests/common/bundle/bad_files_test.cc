// Files that are cut off, changed, or no checkpoints: an error that says so, never a crash.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <random>

#include "bundle/bundle.pb.h"
#include "common/bundle/checkpoint_state.h"
#include "common/bundle/reader.h"
#include "common/bundle/table.h"
#include "common/bundle/varint.h"
#include "common/bundle/writer.h"
#include "common/crc32c.h"
#include "tests/support/temp_folder.h"

namespace eager::bundle {
namespace {

using testing::TempFolder;
using testing::ReadFile;
using testing::WriteFile;

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr int64_t kBig = int64_t{1} << 62;

class BadFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    auto writer = BundleWriter::Open(prefix_);
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE((*writer)->Add("model/kernel", HostTensor::FromSpan<float>(Shape{2, 3}, {1, 2, 3, 4, 5, 6})).ok());
    ASSERT_TRUE((*writer)->Add("names", HostTensor::Strings(Shape{3}, {"one", "two", "three"})).ok());
    ASSERT_TRUE((*writer)->Add("step", HostTensor::Scalar<int64_t>(5)).ok());
    ASSERT_TRUE((*writer)->Finish().ok());
    index_ = ReadFile(prefix_ + ".index");
    data_ = ReadFile(prefix_ + ".data-00000-of-00001");
  }

  // Everything there is to read.
  absl::Status ReadAll() const {
    auto reader = BundleReader::Open(prefix_);
    if (!reader.ok()) return reader.status();
    for (const auto& [key, entry] : (*reader)->entries()) {
      if (auto value = (*reader)->Read(key); !value.ok()) return value.status();
    }
    return absl::OkStatus();
  }

  // An index of these rows, with right checksums, over the data file as it is.
  void WriteIndex(std::map<std::string, std::string> rows) {
    const pb::BundleHeader header = Header();
    rows.emplace("", header.SerializeAsString());
    auto file = OutputFile::Create(prefix_ + ".index");
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE(WriteTable(rows, **file).ok());
    ASSERT_TRUE((*file)->Sync().ok());
    ASSERT_TRUE((*file)->RenameTo(prefix_ + ".index").ok());
  }
  static pb::BundleHeader Header() {
    pb::BundleHeader header;
    header.set_num_shards(1);
    header.mutable_version()->set_producer(1);
    return header;
  }
  // What becomes of the kernel's entry when it is changed.
  template <class Change>
  absl::Status WithEntry(Change change) {
    pb::BundleEntry entry;
    entry.set_dtype(1);
    entry.mutable_shape()->add_dim()->set_size(2);
    entry.mutable_shape()->add_dim()->set_size(3);
    entry.set_size(24);
    entry.set_crc32c(MaskCrc32c(Crc32c(data_.substr(0, 24))));
    change(entry);
    WriteIndex({{"model/kernel", entry.SerializeAsString()}});
    return ReadAll();
  }

  TempFolder folder_;
  const std::string prefix_ = folder_ / "p";
  std::string index_, data_;
};

// Appends a block as it lies in a table; where.
std::string AppendBlock(absl::string_view block, std::string& table) {
  std::string handle;
  AppendVarint(table.size(), &handle);
  AppendVarint(block.size(), &handle);
  std::string trailed = absl::StrCat(block, absl::string_view("\0", 1));
  AppendFixed(MaskCrc32c(Crc32c(trailed)), &trailed);
  table += trailed;
  return handle;
}

// A list that names one large block of no rows again and again would be read for hours.
TEST_F(BadFiles, BlocksThatLieOverEachOther) {
  std::string nothing(4 * 1000, '\0');
  AppendFixed<uint32_t>(1000, &nothing);
  std::string table, list;
  const std::string block = AppendBlock(nothing, table);
  const auto add = [&](char key) {
    list += {0, 1, static_cast<char>(block.size()), key};
    list += block;
  };
  for (int i = 0; i < 100; ++i) add(static_cast<char>(i + 1));
  AppendFixed<uint32_t>(0, &list);
  const std::string list_at = AppendBlock(list, table);
  std::string footer = std::string(2, '\0') + list_at;
  footer.resize(40);
  AppendFixed<uint64_t>(0xdb4775248b80fb57, &footer);
  WriteFile(prefix_ + ".index", table + footer);
  const absl::Status status = ReadAll();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("over each other"));
}

TEST_F(BadFiles, AListOfCheckpointsAsDeepAsTheStack) {
  std::string text;
  for (int i = 0; i < 1000000; ++i) text += "a{";
  WriteFile(folder_ / "checkpoint", text);
  const auto state = ReadState(folder_.path().string());
  EXPECT_EQ(state.status().code(), absl::StatusCode::kDataLoss) << state.status();
}

TEST_F(BadFiles, AreGoodToBeginWith) {
  EXPECT_TRUE(ReadAll().ok());
  EXPECT_TRUE(WithEntry([](auto&) {}).ok());
}

TEST_F(BadFiles, TheIndexCutOffAnywhere) {
  for (size_t size = 0; size < index_.size(); ++size) {
    WriteFile(prefix_ + ".index", index_.substr(0, size));
    const absl::Status status = ReadAll();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << size << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("p.index")) << size;
  }
}

TEST_F(BadFiles, TheDataCutOffAnywhere) {
  for (size_t size = 0; size < data_.size(); ++size) {
    WriteFile(prefix_ + ".data-00000-of-00001", data_.substr(0, size));
    const absl::Status status = ReadAll();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << size << ": " << status;
    EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("p.data-00000-of-00001"), HasSubstr("key '"))) << size;
  }
}

TEST_F(BadFiles, AnyBitFlippedInTheData) {
  for (size_t bit = 0; bit < 8 * data_.size(); ++bit) {
    std::string changed = data_;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    WriteFile(prefix_ + ".data-00000-of-00001", changed);
    const absl::Status status = ReadAll();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << bit << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("key '")) << bit;
  }
}

// The footer has unused bytes and the empty block between is read by nobody; a flip anywhere else is found.
TEST_F(BadFiles, AnyBitFlippedInTheIndex) {
  size_t unnoticed = 0;
  for (size_t bit = 0; bit < 8 * index_.size(); ++bit) {
    std::string changed = index_;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    WriteFile(prefix_ + ".index", changed);
    const absl::Status status = ReadAll();
    if (status.ok()) {
      ++unnoticed;
      const auto reader = BundleReader::Open(prefix_);
      EXPECT_EQ((*reader)->entries().size(), 3u);
    } else {
      EXPECT_THAT(std::string(status.message()), HasSubstr("p.index")) << bit;
    }
  }
  EXPECT_LT(unnoticed, 8 * (13 + 48));  // the empty block's bytes and the footer's
}

TEST_F(BadFiles, NoCheckpoints) {
  std::mt19937 random(3);
  for (int i = 0; i < 200; ++i) {
    std::string noise(random() % 400, '\0');
    for (char& c : noise) c = static_cast<char>(random());
    if (i % 2 == 0) AppendFixed<uint64_t>(0xdb4775248b80fb57, &noise);  // at least the end is a table's
    WriteFile(prefix_ + ".index", noise);
    EXPECT_EQ(ReadAll().code(), absl::StatusCode::kDataLoss);
  }
  // A table of somebody else's.
  auto file = OutputFile::Create(prefix_ + ".index");
  ASSERT_TRUE(WriteTable({{"fruit", "apple"}}, **file).ok());
  ASSERT_TRUE((*file)->Sync().ok());
  ASSERT_TRUE((*file)->RenameTo(prefix_ + ".index").ok());
  EXPECT_THAT(std::string(ReadAll().message()), HasSubstr("no checkpoint's"));
}

// Tables whose checksums are right and whose numbers are absurd.
TEST_F(BadFiles, CraftedTables) {
  const auto block = [](std::string rows) {
    AppendFixed<uint32_t>(0, &rows);
    AppendFixed<uint32_t>(1, &rows);
    rows.push_back(0);
    const uint32_t crc = MaskCrc32c(Crc32c(rows));
    AppendFixed(crc, &rows);
    return rows;
  };
  const auto row = [](uint64_t shared, uint64_t unshared, uint64_t size, const std::string& bytes) {
    std::string out;
    for (const uint64_t n : {shared, unshared, size}) AppendVarint(n, &out);
    return out + bytes;
  };
  const auto handle = [](uint64_t offset, uint64_t size) {
    std::string out;
    AppendVarint(offset, &out);
    AppendVarint(size, &out);
    return out;
  };
  // A file of one block of rows, a list that names it by `data`, and a footer that names the list by `list`.
  const auto spill = [&](const std::string& rows, std::optional<std::string> data, std::optional<std::string> list) {
    std::string file = block(rows);
    const std::string where = data.value_or(handle(0, file.size() - 5));
    const size_t at = file.size();
    file += block(row(0, 1, where.size(), "z" + where));
    std::string footer = handle(0, 8) + list.value_or(handle(at, file.size() - at - 5));
    footer.resize(40);
    AppendFixed<uint64_t>(0xdb4775248b80fb57, &footer);
    WriteFile(prefix_ + ".index", file + footer);
    return ReadAll();
  };
  const std::string header = row(0, 0, 6, Header().SerializeAsString());
  EXPECT_TRUE(spill(header, std::nullopt, std::nullopt).ok());
  for (const uint64_t big : {uint64_t{1} << 20, uint64_t{1} << 40, ~uint64_t{0}, ~uint64_t{0} - 4, ~uint64_t{0} - 13}) {
    for (const auto& where : {handle(0, big), handle(big, 8), handle(big, big)}) {
      EXPECT_EQ(spill(header, where, std::nullopt).code(), absl::StatusCode::kDataLoss);
      EXPECT_EQ(spill(header, std::nullopt, where).code(), absl::StatusCode::kDataLoss);
    }
    EXPECT_EQ(spill(header + row(big, 1, 0, "k"), std::nullopt, std::nullopt).code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(spill(header + row(0, big, 0, "k"), std::nullopt, std::nullopt).code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(spill(header + row(0, 1, big, "k"), std::nullopt, std::nullopt).code(), absl::StatusCode::kDataLoss);
  }
  EXPECT_EQ(spill(header + header, std::nullopt, std::nullopt).code(),
            absl::StatusCode::kDataLoss);  // the same key twice
}

TEST_F(BadFiles, AbsurdEntries) {
  const auto expect = [&](absl::StatusCode code, absl::string_view text, auto change) {
    const absl::Status status = WithEntry(change);
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr(std::string(text)), HasSubstr("model/kernel")));
  };
  using Code = absl::StatusCode;
  expect(Code::kDataLoss, "does not have", [](auto& e) { e.mutable_shape()->mutable_dim(0)->set_size(5); });
  expect(Code::kDataLoss, "shape", [](auto& e) { e.mutable_shape()->mutable_dim(0)->set_size(-1); });
  expect(Code::kDataLoss, "shape", [](auto& e) { e.mutable_shape()->set_unknown_rank(true); });
  expect(Code::kDataLoss, "shape", [](auto& e) { e.mutable_shape()->mutable_dim(0)->set_size(kBig); });
  expect(Code::kDataLoss, "does not have", [](auto& e) {
    e.mutable_shape()->mutable_dim(0)->set_size(kBig);
    e.mutable_shape()->mutable_dim(1)->set_size(1);
  });
  expect(Code::kDataLoss, "place", [](auto& e) { e.set_offset(-1); });
  expect(Code::kDataLoss, "lie at", [](auto& e) { e.set_offset(kBig); });
  expect(Code::kDataLoss, "place", [](auto& e) { e.set_size(-24); });
  expect(Code::kDataLoss, "does not have", [](auto& e) { e.set_size(25); });
  expect(Code::kDataLoss, "place", [](auto& e) { e.set_shard_id(1); });
  expect(Code::kDataLoss, "checksum", [](auto& e) { e.set_crc32c(0); });
  expect(Code::kDataLoss, "does not fit", [](auto& e) {
    e.set_dtype(7);
    e.mutable_shape()->mutable_dim(0)->set_size(kBig);
    e.mutable_shape()->mutable_dim(1)->set_size(1);
  });
  expect(Code::kDataLoss, "neither 0 nor 1", [](auto& e) {
    e.set_dtype(10);
    e.mutable_shape()->mutable_dim(1)->set_size(12);
  });
  expect(Code::kUnimplemented, "slices", [](auto& e) { e.add_slices(); });
  expect(Code::kUnimplemented, "dtype (number 11)", [](auto& e) { e.set_dtype(11); });
  expect(Code::kUnimplemented, "dtype (number 20)", [](auto& e) { e.set_dtype(20); });
}

TEST_F(BadFiles, OtherHeaders) {
  const auto expect = [&](absl::StatusCode code, absl::string_view text, auto change) {
    pb::BundleHeader header = Header();
    change(header);
    WriteIndex({{"", header.SerializeAsString()}});
    const absl::Status status = ReadAll();
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr(std::string(text)), HasSubstr("p.index")));
  };
  expect(absl::StatusCode::kUnimplemented, "big-endian", [](auto& h) { h.set_endianness(1); });
  expect(absl::StatusCode::kUnimplemented, "newer version", [](auto& h) { h.mutable_version()->set_min_consumer(2); });
  expect(absl::StatusCode::kUnimplemented, "newer version", [](auto& h) { h.mutable_version()->add_bad_consumers(1); });
  expect(absl::StatusCode::kDataLoss, "header", [](auto& h) { h.set_num_shards(0); });
  expect(absl::StatusCode::kDataLoss, "header", [](auto& h) { h.set_num_shards(-3); });
}

TEST_F(BadFiles, MissingFiles) {
  EXPECT_EQ(BundleReader::Open(folder_ / "nothing").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ((*BundleReader::Open(prefix_))->Read("nothing").status().code(), absl::StatusCode::kNotFound);
  std::filesystem::remove(prefix_ + ".data-00000-of-00001");
  const absl::Status status = ReadAll();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("p.data-00000-of-00001"), HasSubstr("'model/kernel'")));
}

TEST_F(BadFiles, StateFiles) {
  for (const char* text : {"", "\x01\x02", "model_checkpoint_path: 3", "all_model_checkpoint_paths: \"p\"",
                           "model_checkpoint_path: \"p"}) {
    WriteFile(folder_ / "checkpoint", text);
    const auto latest = LatestCheckpoint(folder_.path().string());
    EXPECT_EQ(latest.status().code(), absl::StatusCode::kDataLoss) << text;
    EXPECT_THAT(std::string(latest.status().message()), HasSubstr(folder_ / "checkpoint"));
  }
  WriteFile(folder_ / "checkpoint", "model_checkpoint_path: \"gone\"");
  EXPECT_EQ(*LatestCheckpoint(folder_.path().string()), std::nullopt);
  WriteFile(folder_ / "checkpoint", "model_checkpoint_path: '" + prefix_ + "'\nfield_of_tomorrow: 3");
  EXPECT_EQ(**LatestCheckpoint(folder_.path().string()), prefix_);
}

// A disk that is full, by the process's limit on file sizes.
TEST_F(BadFiles, NoRoomToWrite) {
  rlimit before;
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{200000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  auto writer = BundleWriter::Open(prefix_);
  ASSERT_TRUE(writer.ok());
  absl::Status status = (*writer)->Add("large", HostTensor(TensorSpec{DType::kFloat32, Shape{1000000}}));
  if (status.ok()) status = (*writer)->Finish();
  writer->reset();
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), HasSubstr("p.data-"));
  EXPECT_TRUE(ReadAll().ok());  // what was there
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 2);
}

TEST_F(BadFiles, NoFolderToWrite) {
  EXPECT_FALSE(BundleWriter::Open(prefix_ + ".index/below/q").ok());
  EXPECT_THAT(std::string(BundleWriter::Open("/proc/q").status().message()), HasSubstr("/proc/q"));
}

}  // namespace
}  // namespace eager::bundle
