// Tensors and attributes as eagerctl takes them from a command line.

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "client/print/format.h"
#include "client/tools/eagerctl/values.h"
#include "common/ops/op_table.h"

namespace eager::ctl {
namespace {

std::string Parsed(const std::string& argument) {
  const absl::StatusOr<HostTensor> value = ParseValue(argument);
  return value.ok() ? print::TensorRepr(*value) : std::string(value.status().message());
}

TEST(CtlValues, AreJsonWithTensorFlowsDtypes) {
  EXPECT_EQ(Parsed("1"), "<tf.Tensor: shape=(), dtype=int32, numpy=1>");
  EXPECT_EQ(Parsed("-2147483649"), "<tf.Tensor: shape=(), dtype=int64, numpy=-2147483649>");
  EXPECT_EQ(Parsed("1.5"), "<tf.Tensor: shape=(), dtype=float32, numpy=1.5>");
  EXPECT_EQ(Parsed("[1, 2.5]"), "<tf.Tensor: shape=(2,), dtype=float32, numpy=array([1. , 2.5], dtype=float32)>");
  EXPECT_EQ(Parsed("[[true], [false]]"), "<tf.Tensor: shape=(2, 1), dtype=bool, numpy=\narray([[ True],\n       [False]])>");
  EXPECT_EQ(Parsed("\"a b\""), "<tf.Tensor: shape=(), dtype=string, numpy=b'a b'>");
  EXPECT_EQ(Parsed("[]"), "<tf.Tensor: shape=(0,), dtype=float32, numpy=array([], dtype=float32)>");
  EXPECT_EQ(Parsed("[[], []]"), "<tf.Tensor: shape=(2, 0), dtype=float32, numpy=array([], shape=(2, 0), dtype=float32)>");
  EXPECT_EQ(Parsed("nan"), "<tf.Tensor: shape=(), dtype=float32, numpy=nan>");
  EXPECT_EQ(Parsed("-inf"), "<tf.Tensor: shape=(), dtype=float32, numpy=-inf>");
}

TEST(CtlValues, MayNameTheirDtype) {
  EXPECT_EQ(Parsed("int8:-128"), "<tf.Tensor: shape=(), dtype=int8, numpy=-128>");
  EXPECT_EQ(Parsed("uint64:18446744073709551615"), "<tf.Tensor: shape=(), dtype=uint64, numpy=18446744073709551615>");
  EXPECT_EQ(Parsed("float64:[1, 2]"), "<tf.Tensor: shape=(2,), dtype=float64, numpy=array([1., 2.])>");
  EXPECT_EQ(Parsed("float64:nan"), "<tf.Tensor: shape=(), dtype=float64, numpy=nan>");
  EXPECT_EQ(Parsed("string:as it [stands"), "<tf.Tensor: shape=(), dtype=string, numpy=b'as it [stands'>");
  EXPECT_EQ(Parsed("string:"), "<tf.Tensor: shape=(), dtype=string, numpy=b''>");
}

TEST(CtlValues, AreRefusedWithWhatWasExpected) {
  for (const char* argument : {"hello", "", "[1,", "{\"a\": 1}", "null", "[1, [2]]", "[[1], 2]", "[[1], [2, 3]]", "[1, \"a\"]", "int32:1.5",
                               "int8:128", "uint8:-1", "uint64:-1", "int64:9223372036854775808", "int32:[true]", "float32:\"x\"", "bool:",
                               "resource:1", "float33:1"}) {
    const absl::StatusOr<HostTensor> value = ParseValue(argument);
    EXPECT_EQ(value.status().code(), absl::StatusCode::kInvalidArgument) << argument;
  }
  EXPECT_EQ(Parsed(std::string(100000, '[')).substr(0, 3), "'[[");
  std::string deep(300, '[');
  deep += std::string(300, ']');
  EXPECT_TRUE(absl::StrContains(Parsed(deep), "254")) << Parsed(deep);
}

TEST(CtlValues, ArePrintedAsJson) {
  const auto json = [](const std::string& argument) { return ToJson(*ParseValue(argument)).dump(); };
  EXPECT_EQ(json("[[1, 2], [3, 4]]"), "[[1,2],[3,4]]");
  EXPECT_EQ(json("0.1"), "0.1");
  EXPECT_EQ(json("float16:0.5"), "0.5");
  EXPECT_EQ(json("uint64:18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(json("float32:[\"NaN\", \"Infinity\", \"-Infinity\"]"), "[\"NaN\",\"Infinity\",\"-Infinity\"]");
  EXPECT_EQ(json("[true, false]"), "[true,false]");
  EXPECT_EQ(json("[\"a\"]"), "[\"a\"]");
  EXPECT_EQ(json("[[], []]"), "[[],[]]");
}

TEST(CtlValues, AttributesGoByTheirKind) {
  const OpSpec& matmul = **OpTable::Builtin().Get("MatMul");
  EXPECT_EQ(ParseAttr(matmul, "transpose_a=true")->value, AttrValue(true));
  EXPECT_EQ(ParseAttr(matmul, "T=float64")->value, AttrValue(DType::kFloat64));
  EXPECT_FALSE(ParseAttr(matmul, "transpose_a=1").ok());
  EXPECT_FALSE(ParseAttr(matmul, "transpose_a").ok());
  EXPECT_TRUE(absl::StrContains(ParseAttr(matmul, "transpose=true").status().message(), "it has: ")) << ParseAttr(matmul, "x=1").status();
  const OpSpec& conv = **OpTable::Builtin().Get("Conv2D");
  EXPECT_EQ(ParseAttr(conv, "strides=[1, 2, 2, 1]")->value, AttrValue(std::vector<int64_t>{1, 2, 2, 1}));
  EXPECT_EQ(ParseAttr(conv, "padding=SAME")->value, AttrValue(std::string("SAME")));
  EXPECT_EQ(ParseAttr(conv, "padding=\"SAME\"")->value, AttrValue(std::string("SAME")));
  EXPECT_FALSE(ParseAttr(conv, "strides=1").ok());
  EXPECT_FALSE(ParseAttr(conv, "strides=[1.5]").ok());
}

}  // namespace
}  // namespace eager::ctl
