// NumPy's files, as bytes written down here; the ones that NumPy 2.4 itself wrote are given as such.

#include "client/data/npy.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "client/types.h"
#include "tests/client/data/files.h"

namespace eager::np {
namespace {

using testing::ReadFile;
using testing::StatusOf;

// A .npy file with any header text.
std::string Npy(const std::string& header, const std::string& body, int version = 1) {
  std::string out = "\x93NUMPY" + std::string{static_cast<char>(version), '\0'};
  const uint32_t n = static_cast<uint32_t>(header.size());
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) out += static_cast<char>(n >> (8 * i));
  return out + header + body;
}
std::string Describe(const std::string& descr, const std::string& shape, bool fortran = false) {
  return "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape +
         ", }\n";
}

class NpyTest : public ::testing::Test {
 protected:
  NDArray Load(const std::string& bytes) { return load(folder_.Write("a.npy", bytes)); }
  void ExpectError(const std::string& bytes, absl::StatusCode code, const std::string& part = "") {
    const std::string path = folder_.Write("bad.npy", bytes);
    const absl::Status status = StatusOf([&] { load(path); });
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_NE(status.message().find(path), absl::string_view::npos) << status;
    EXPECT_NE(status.message().find(part), absl::string_view::npos) << status;
  }
  testing::DataFolder folder_;
};

TEST_F(NpyTest, ReadsEveryDtype) {
  const std::string eight("\1\0\0\0\0\0\0\0", 8);
  for (const auto& [descr, dtype] : std::vector<std::pair<std::string, DType>>{
           {"|i1", int8}, {"|u1", uint8}, {"<i2", int16}, {"<u2", uint16}, {"<i4", int32}, {"<u4", uint32},
           {"<i8", int64}, {"<u8", uint64}, {"|b1", boolean}}) {
    const NDArray a = Load(Npy(Describe(descr, "(1,)"), eight.substr(0, static_cast<size_t>(descr[2] - '0'))));
    EXPECT_EQ(a.dtype(), dtype);
    EXPECT_EQ(static_cast<int>(a), 1) << descr;
  }
  EXPECT_EQ(static_cast<float>(Load(Npy(Describe("<f2", "()"), std::string("\x00\x3E", 2)))), 1.5f);
  EXPECT_EQ(static_cast<float>(Load(Npy(Describe("<f4", "()"), std::string("\0\0\xC0\x3F", 4)))), 1.5f);
  EXPECT_EQ(static_cast<double>(Load(Npy(Describe("<f8", "()"), std::string("\0\0\0\0\0\0\xF8\x3F", 8)))), 1.5);
  EXPECT_EQ(Load(Npy(Describe("<c8", "(1,)"), std::string("\0\0\xC0\x3F\0\0\0\xC0", 8))).at<std::complex<float>>(0),
            std::complex<float>(1.5f, -2));
}

TEST_F(NpyTest, ReadsBigEndianFortranOrderAndAllVersions) {
  const std::string body("\0\1\0\2\0\3\0\4\0\5\0\6", 12);
  for (int version : {1, 2, 3}) {
    const NDArray a = Load(Npy(Describe(">i2", "(2, 3)", /*fortran=*/true), body, version));
    EXPECT_EQ(a.str(), "[[1 3 5]\n [2 4 6]]");
  }
  EXPECT_EQ(Load(Npy(Describe(">c8", "(1,)"), std::string("\x3F\xC0\0\0\xC0\0\0\0", 8))).at<std::complex<float>>(0),
            std::complex<float>(1.5f, -2));
  EXPECT_EQ(Load(Npy("{\"shape\": (3L,), \"fortran_order\": False, \"descr\": '|u1'}", "abc")).at<uint8_t>(2), 'c');
}

TEST_F(NpyTest, ReadsTexts) {
  EXPECT_EQ(Load(Npy(Describe("|S3", "(2, 1)"), std::string("ab\0cde", 6))).to_vector<std::string>(),
            (std::vector<std::string>{"ab", "cde"}));
  const std::string wide("\xE9\0\0\0\x00\xF6\x01\0\x41\0\0\0\0\0\0\0", 16);  // U+E9 U+1F600; A
  EXPECT_EQ(Load(Npy(Describe("<U2", "(2,)"), wide)).to_vector<std::string>(),
            (std::vector<std::string>{"\xC3\xA9\xF0\x9F\x98\x80", "A"}));
  EXPECT_EQ(Load(Npy(Describe(">U1", "(1,)"), std::string("\0\0\0\x41", 4))).at<std::string>(0), "A");
  ExpectError(Npy(Describe("<U1", "(1,)"), std::string("\0\xD8\0\0", 4)), absl::StatusCode::kInvalidArgument);
}

TEST_F(NpyTest, WritesWhatNumPyWrites) {
  const std::string path = (folder_ / "out.npy");
  save(path, NDArray({{1, 2, 3}, {4, 5, 6}}).transpose());
  // numpy.save of numpy.ascontiguousarray(numpy.arange(1, 7, dtype="i4").reshape(2, 3).T)
  std::string expected =
      std::string("\x93NUMPY\1\0\x76\0", 10) + "{'descr': '<i4', 'fortran_order': False, 'shape': (3, 2), }";
  expected += std::string(127 - expected.size(), ' ') + "\n";
  for (char v : {1, 4, 2, 5, 3, 6}) expected += {v, 0, 0, 0};
  EXPECT_EQ(ReadFile(path), expected);
}

TEST_F(NpyTest, WhatIsWrittenIsReadAgain) {
  const std::string path = (folder_ / "a.npy");
  for (const NDArray& a :
       {NDArray({1.5, -2.0}), NDArray({true, false}), NDArray(int8_t{-3}), NDArray({"a", "", "bcd"}),
        NDArray({1, 2}).astype(DType::kComplex128), NDArray({{0.5f}}).astype(float16), NDArray(Shape{0, 3}, uint64)}) {
    save(path, a);
    const NDArray b = load(path);
    EXPECT_EQ(b.repr(), a.repr());
    EXPECT_FALSE(b.writable());
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_ / ""), {}), 1);  // nothing is left beside it
  EXPECT_FALSE(StatusOf([&] { save(path, NDArray({1.0f}).astype(bfloat16)); }).ok());
  EXPECT_FALSE(StatusOf([&] { save(path, NDArray({std::string("a\0", 2)})); }).ok());
  EXPECT_EQ(StatusOf([&] { save(folder_ / "no/such/folder.npy", NDArray({1})); }).code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(load(path).shape().ToTuple(), "(0, 3)");  // what failed left the file as it was
}

TEST_F(NpyTest, ForeignAndBrokenFilesAreRefused) {
  const std::string good = Npy(Describe("<i4", "(2,)"), std::string(8, 'x'));
  for (size_t n = 0; n < good.size(); ++n) ExpectError(good.substr(0, n), absl::StatusCode::kDataLoss, "ends early");
  ExpectError(good + "y", absl::StatusCode::kDataLoss, "more bytes");
  ExpectError("hello, world", absl::StatusCode::kInvalidArgument, "no .npy file");
  ExpectError("PK\3\4........", absl::StatusCode::kInvalidArgument, "load_npz");
  ExpectError(Npy(Describe("<i4", "(2,)"), "", 9), absl::StatusCode::kInvalidArgument, "version 9");
  ExpectError(Npy(Describe("|O", "(2,)"), "\x80\4"), absl::StatusCode::kUnimplemented, "Python objects");
  ExpectError(Npy("{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (1,), }", "xxxx"),
              absl::StatusCode::kUnimplemented, "records");
  ExpectError(Npy(Describe("<M8[ns]", "(1,)"), std::string(8, 'x')), absl::StatusCode::kUnimplemented, "<M8[ns]");
  ExpectError(Npy("{'descr': '<i4', 'shape': (1,), }", "xxxx"), absl::StatusCode::kInvalidArgument, "header");
  ExpectError(Npy("__import__('os')", "xxxx"), absl::StatusCode::kInvalidArgument, "header");
  // Headers that ask for more than there is, or than there can be.
  ExpectError(Npy(Describe("<i8", "(1000000000000,)"), "x"), absl::StatusCode::kDataLoss);
  ExpectError(Npy(Describe("<i8", "(9223372036854775807, 9223372036854775807)"), "x"),
              absl::StatusCode::kInvalidArgument);
  ExpectError(Npy(Describe("<i8", "(4611686018427387904,)"), "x"), absl::StatusCode::kInvalidArgument);
  ExpectError(Npy(Describe("<i4", "(-1,)"), "x"), absl::StatusCode::kInvalidArgument);
  ExpectError(Npy(Describe("|S4611686018427387904", "(1,)"), "x"), absl::StatusCode::kDataLoss);
  ExpectError(Npy(Describe("|S0", "(1000000000000,)"), ""), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(StatusOf([&] { load(folder_ / "none.npy"); }).code(), absl::StatusCode::kNotFound);
}

TEST_F(NpyTest, ArchivesGoThereAndBack) {
  const Arrays arrays = {{"x", NDArray({1.5f, 2.5f})}, {"labels", NDArray({{1}, {2}})}, {"", NDArray({"t"})}};
  const std::string plain = (folder_ / "plain.npz"), packed = (folder_ / "packed.npz");
  savez(plain, arrays);
  savez_compressed(packed, {{"zeros", NDArray(Shape{1000, 100}, float64)}});
  const Arrays back = load_npz(plain);
  ASSERT_EQ(back.size(), 3u);
  for (const auto& [name, array] : arrays) EXPECT_EQ(back.at(name).repr(), array.repr());
  EXPECT_LT(ReadFile(packed).size(), 5000u);
  EXPECT_EQ(load_npz(packed).at("zeros").shape().ToTuple(), "(1000, 100)");
  savez(plain, {});
  EXPECT_TRUE(load_npz(plain).empty());
}

TEST_F(NpyTest, BrokenArchivesAreErrors) {
  const std::string path = (folder_ / "a.npz");
  savez_compressed(path, {{"x", NDArray({1, 2, 3})}, {"y", NDArray(Shape{100}, float32)}});
  const std::string good = ReadFile(path);
  for (size_t n = 0; n < good.size(); ++n) {
    const std::string cut = folder_.Write("cut.npz", good.substr(0, n));
    EXPECT_FALSE(StatusOf([&] { load_npz(cut); }).ok()) << n << " of " << good.size();
  }
  // No byte that is changed brings other values, or brings down the program.
  const std::string x = load_npz(path).at("x").repr();
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x41);
    const std::string changed = folder_.Write("bad.npz", bad);
    try {
      const Arrays arrays = load_npz(changed);
      if (arrays.contains("x")) {
        EXPECT_EQ(arrays.at("x").repr(), x) << "byte " << i;
      }
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find("bad.npz"), std::string::npos) << e.what();
    }
  }
  EXPECT_EQ(StatusOf([&] { load_npz(folder_.Write("t.npz", "text")); }).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(StatusOf([&] { load_npz(folder_ / "none.npz"); }).code(), absl::StatusCode::kNotFound);
}

TEST_F(NpyTest, WhatUnpacksToFarTooMuchIsRefused) {
  // Gzip: a header that tells the truth, of more than a file of that size may hold, and one that does not tell.
  const std::string zeros(size_t{300} << 20, '\0');
  const std::string honest = Npy(Describe("|u1", absl::StrCat("(", zeros.size(), ",)")), "");
  EXPECT_EQ(StatusOf([&] { load(folder_.WriteGzip("a.gz", honest + zeros)); }).code(), absl::StatusCode::kResourceExhausted);
  const std::string path = folder_ / "a.npz";
  savez_compressed(path, {{"x", NDArray(HostTensor(TensorSpec{uint8, Shape{static_cast<int64_t>(zeros.size())}}))}});
  const absl::Status status = StatusOf([&] { load_npz(path); });
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_NE(status.message().find("unpack to more than"), absl::string_view::npos) << status;
  savez(path, {{"x", NDArray(HostTensor(TensorSpec{uint8, Shape{static_cast<int64_t>(zeros.size())}}))}});
  EXPECT_EQ(load_npz(path).at("x").size(), static_cast<int64_t>(zeros.size()));  // as large as its file
}

// A directory that names one entry's bytes many times, as bombs do.
TEST_F(NpyTest, EntriesThatLieOverEachOther) {
  const std::string path = folder_ / "a.npz";
  savez_compressed(path, {{"x", NDArray(Shape{1 << 20}, uint8)}});
  const std::string good = ReadFile(path);
  const size_t directory = good.rfind("PK\1\2"), end = good.rfind("PK\5\6");
  const std::string row = good.substr(directory, end - directory);
  std::string bad = good.substr(0, directory), tail = good.substr(end);
  constexpr uint16_t kTimes = 50;
  for (int i = 0; i < kTimes; ++i) bad += row;
  const uint32_t size = static_cast<uint32_t>(row.size()) * kTimes;
  std::memcpy(tail.data() + 8, &kTimes, 2);
  std::memcpy(tail.data() + 10, &kTimes, 2);
  std::memcpy(tail.data() + 12, &size, 4);
  const absl::Status status = StatusOf([&] { load_npz(folder_.Write("bad.npz", bad + tail)); });
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_NE(status.message().find("over each other"), absl::string_view::npos) << status;
}

TEST_F(NpyTest, EmptyArraysAndTexts) {
  EXPECT_EQ(Load(Npy(Describe("|S1000", "(0,)"), "")).size(), 0);
  EXPECT_EQ(Load(Npy(Describe("|S0", "(3,)"), "")).to_vector<std::string>(), std::vector<std::string>(3));
  ExpectError(Npy(Describe("|S0", "(2000000,)"), ""), absl::StatusCode::kInvalidArgument, "impossible shape");
  // Of two shapes the last one counts, as in Python; one of very many axes is none.
  EXPECT_EQ(Load(Npy("{'shape': (9, 9), 'descr': '|u1', 'fortran_order': False, 'shape': (1,), }", "a")).shape().ToTuple(), "(1,)");
  std::string axes = "(";
  for (int i = 0; i < 10000; ++i) axes += "1,";
  axes += ")";
  ExpectError(Npy(Describe("|u1", axes), "a"), absl::StatusCode::kInvalidArgument, "impossible shape");
}

}  // namespace
}  // namespace eager::np
