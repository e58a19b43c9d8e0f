// Strings on a device: what is special about them.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/eager.h"
#include "client/op.h"
#include "tests/support/in_process.h"

namespace eager {
namespace {

using absl::StatusCode;

std::vector<std::string> Texts(const Tensor& t) {
  const HostTensor values = t.numpy();
  std::vector<std::string> texts;
  for (int64_t i = 0; i < values.num_elements(); ++i) texts.emplace_back(values.string_at(i));
  return texts;
}
using List = std::vector<std::string>;

class Strings : public ::testing::Test {
 protected:
  // Runs the call and waits for what it gives.
  static void ExpectError(StatusCode code, const List& words, const std::function<Tensor()>& call) {
    try {
      call().numpy();
      ADD_FAILURE() << "no error, expected one that says " << words[0];
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), code) << e.what();
      for (const std::string& word : words) EXPECT_TRUE(absl::StrContains(e.what(), word)) << e.what();
    }
  }

  std::unique_ptr<testing::InProcessServer> server_ = testing::InProcessServer::Make().value();
  const Tensor s_ = constant({"a", "bb", "", "dddd"});
};

TEST_F(Strings, AnyBytesOfAnyLength) {
  const std::string zeros(3, '\0'), large(100000, 'x'), word = "größer";
  const Tensor t = constant(HostTensor::Strings(Shape{2, 2}, List{zeros, large, "", word}));
  EXPECT_EQ(Texts(op("Transpose", {t, constant({1, 0})})[0]), (List{zeros, "", large, word}));
  EXPECT_EQ(Texts(op("GatherV2", {t, constant({1, 1, 0}), 0})[0]), (List{"", word, "", word, zeros, large}));
}

TEST_F(Strings, ManyOfThem) {
  constexpr int64_t kRows = 300, kColumns = 500;
  List texts, transposed;
  for (int64_t i = 0; i < kRows * kColumns; ++i) texts.push_back(std::to_string(i * i));
  for (int64_t i = 0; i < kRows * kColumns; ++i) transposed.push_back(texts[i % kRows * kColumns + i / kRows]);
  const Tensor t = constant(HostTensor::Strings(Shape{kRows, kColumns}, texts));
  EXPECT_EQ(Texts(op("Transpose", {t, constant({1, 0})})[0]), transposed);
  EXPECT_EQ(Texts(op("ConcatV2", {t, t, 0})[0]).size(), texts.size() * 2);
}

// TensorFlow adds up what is scattered to one place, and the sum of strings is one behind the other.
TEST_F(Strings, ScatterNdJoinsUpdatesOfOnePlace) {
  const Tensor updates = constant({"x", "y", "z"}), indices = constant({{1}, {1}, {0}});
  EXPECT_EQ(Texts(op("ScatterNd", {indices, updates, constant({3})})[0]), (List{"z", "xy", ""}));
  EXPECT_EQ(Texts(op("TensorScatterUpdate", {s_, indices, updates})[0]), (List{"z", "y", "", "dddd"}));
  ExpectError(StatusCode::kInvalidArgument, {"ScatterNd", "indices[0]"}, [&] {
    return op("ScatterNd", {constant({{3}}), constant({"x"}), constant({3})})[0];
  });
}

TEST_F(Strings, RandomShuffleKeepsRowsTogether) {
  const NamedAttrs seeds = {{"seed", int64_t{1}}, {"seed2", int64_t{2}}};
  EXPECT_EQ(Texts(op("RandomShuffle", {s_}, seeds)[0]), (List{"dddd", "a", "", "bb"}));  // as TensorFlow's
  List texts, pairs;
  for (int i = 0; i < 50; ++i) texts.insert(texts.end(), {std::to_string(i), std::to_string(-i)});
  const Tensor t = constant(HostTensor::Strings(Shape{50, 2}, texts));
  List shuffled = Texts(op("RandomShuffle", {t}, seeds)[0]);
  EXPECT_NE(shuffled, texts);
  for (size_t i = 0; i < shuffled.size(); i += 2) EXPECT_EQ("-" + shuffled[i] == shuffled[i + 1], shuffled[i] != "0");
  std::sort(shuffled.begin(), shuffled.end());
  std::sort(texts.begin(), texts.end());
  EXPECT_EQ(shuffled, texts);
}

TEST_F(Strings, CastToThemselvesAlone) {
  EXPECT_EQ(Texts(op("Cast", {s_}, {{"DstT", DType::kString}})[0]), Texts(s_));
  ExpectError(StatusCode::kUnimplemented, {"Cast string to float is not supported"}, [&] {
    return op("Cast", {s_}, {{"DstT", DType::kFloat32}})[0];
  });
  ExpectError(StatusCode::kUnimplemented, {"Cast half to string is not supported"}, [&] {
    return op("Cast", {constant(HostTensor::Scalar(Float16(1)))}, {{"DstT", DType::kString}})[0];
  });
  ExpectError(StatusCode::kUnimplemented, {"Cast string to complex128 is not supported"}, [&] {
    return op("Cast", {s_}, {{"DstT", DType::kComplex128}})[0];
  });
}

// Bytes that are no text; golden data has none of them.
TEST_F(Strings, OfBytes) {
  const Tensor bytes = constant(HostTensor::Strings(Shape{3}, List{"\xff\xfe", std::string("a\0b", 3), "\x80\xe4\xb8"}));
  EXPECT_EQ(op("StringLength", {bytes})[0].read<int32_t>(), (std::vector<int32_t>{2, 3, 3}));
  EXPECT_EQ(op("StringLength", {bytes}, {{"unit", std::string("UTF8_CHAR")}})[0].read<int32_t>(),
            (std::vector<int32_t>{2, 3, 1}));
  EXPECT_EQ(Texts(op("AsString", {bytes}, {{"width", int64_t{5}}})[0]),
            (List{"   \xff\xfe", std::string("  a\0b", 5), "  \x80\xe4\xb8"}));
  EXPECT_EQ(Texts(op("StringFormat", {bytes})[0]), (List{"[\"\xff\xfe\" \"a\\000b\" \"\x80\xe4\xb8\"]"}));
  EXPECT_EQ(op("DecodeRaw", {constant(HostTensor::Strings(Shape{2}, List{"\x01\x02", "\x03\xff"}))},
               {{"out_type", DType::kInt16}, {"little_endian", false}})[0].read<int16_t>(),
            (std::vector<int16_t>{258, 1023}));
  // Whatever is not 0 is true.
  EXPECT_EQ(op("DecodeRaw", {constant(HostTensor::Strings(Shape{}, List{std::string("\0\2", 2)}))},
               {{"out_type", DType::kBool}})[0].read<bool>(),
            (std::vector<bool>{false, true}));
}

TEST_F(Strings, FormatsThatFillMemoryAreRefused) {
  ExpectError(StatusCode::kInvalidArgument, {"width and precision must be at most 65536"}, [&] {
    return op("AsString", {constant(1.f)}, {{"width", int64_t{1} << 31}})[0];
  });
}

TEST_F(Strings, OpsThatCalculateRefuseThem) {
  for (const char* name : {"Exp", "Abs", "Relu", "OnesLike"}) {
    ExpectError(StatusCode::kInvalidArgument, {name, "input 0", "must be one of {", "got string"},
                [&] { return op(name, {s_})[0]; });
  }
  for (const char* name : {"AddV2", "Less", "Maximum"}) {
    ExpectError(StatusCode::kInvalidArgument, {name, "input 0 (x)", "got string"}, [&] {
      return op(name, {s_, s_})[0];
    });
  }
  ExpectError(StatusCode::kInvalidArgument, {"AddN", "got string"}, [&] { return op("AddN", {s_, s_})[0]; });
  ExpectError(StatusCode::kInvalidArgument, {"Sum", "got string"}, [&] { return op("Sum", {s_, 0})[0]; });
  // What the row allows but no kernel takes.
  ExpectError(StatusCode::kNotFound, {"TensorScatterAdd: there is no kernel for string", "float"}, [&] {
    return op("TensorScatterAdd", {s_, constant({{1}}), constant({"x"})})[0];
  });
  ExpectError(StatusCode::kNotFound, {"MatrixBandPart: there is no kernel for string"}, [&] {
    return op("MatrixBandPart", {constant({{"a"}}), 0, 0})[0];
  });
}

TEST_F(Strings, MistakesAreThoseOfOtherDtypes) {
  ExpectError(StatusCode::kInvalidArgument, {"GatherV2", "indices[0] = 4 is not in [0, 4)"}, [&] {
    return op("GatherV2", {s_, constant({4}), 0})[0];
  });
  ExpectError(StatusCode::kInvalidArgument, {"Equal: Incompatible shapes: [4] vs. [2]"}, [&] {
    return op("Equal", {s_, constant({"a", "b"})})[0];
  });
  ExpectError(StatusCode::kInvalidArgument, {"PadV2", "input 2", "string", "float32"}, [&] {
    return op("PadV2", {s_, constant({{1, 1}}), constant(0.0f)})[0];
  });
}

TEST_F(Strings, MemoryIsCountedAndGivenBack) {
  Context::Default().Sync();
  const int64_t before = server_->memory().bytes_in_use;
  {
    const Tensor tiled = op("Tile", {s_, constant({1000})})[0];
    tiled.numpy();
    // 4001 offsets and 7 characters a tile.
    EXPECT_GE(server_->memory().bytes_in_use - before, 4001 * 8 + 7000);
    EXPECT_LT(server_->memory().bytes_in_use - before, 4001 * 8 + 7000 + 1000);
  }
  Context::Default().Sync();
  EXPECT_EQ(server_->memory().bytes_in_use, before);
}

TEST_F(Strings, LiveInCheckpoints) {
  const std::string folder = absl::StrCat(::testing::TempDir(), "eager_strings_", ::getpid());
  Variable v(op("ReverseV2", {s_, constant({0})})[0]);
  train::Checkpoint checkpoint({{"v", v}});
  const std::string path = checkpoint.write(folder + "/p");
  v.assign(s_);
  checkpoint.read(path).assert_consumed();
  EXPECT_EQ(Texts(op("Identity", {v})[0]), (List{"dddd", "", "bb", "a"}));
  std::filesystem::remove_all(folder);
}

TEST_F(Strings, ThatDoNotFitAreRefused) {
  server_.reset();
  server_ = testing::InProcessServer::Make(1 << 20).value();
  const Tensor large = constant(std::string(1000, 'x'));
  const auto fill = [&](int64_t n) { return op("Fill", {constant(std::vector<int64_t>{n}), large})[0]; };
  const auto scatter = [&](int64_t n) {
    return op("ScatterNd", {constant({{int64_t{0}}}), constant({"x"}), constant(std::vector<int64_t>{n})})[0];
  };
  EXPECT_EQ(fill(100).numpy().string_at(99).size(), 1000u);
  EXPECT_EQ(scatter(10000).numpy().string_at(0), "x");
  ExpectError(StatusCode::kResourceExhausted, {"Fill", "memory"}, [&] { return fill(2000); });
  for (int64_t n : {int64_t{200000}, int64_t{1} << 40, int64_t{1} << 61, int64_t{1} << 62}) {
    ExpectError(StatusCode::kResourceExhausted, {"Fill", "memory"}, [&] { return fill(n); });
    ExpectError(StatusCode::kResourceExhausted, {"ScatterNd", "memory"}, [&] { return scatter(n); });
  }
}

}  // namespace
}  // namespace eager
