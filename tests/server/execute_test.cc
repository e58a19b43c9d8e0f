// Requests of Execute that ask for more than JSON can carry.
#include "server/rpc/execute.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "server/rpc/json_tensor.h"

namespace eager::server {
namespace {

using absl::StatusCode;

class ExecuteTest : public ::testing::Test {
 protected:
  absl::Status Execute(const std::string& json) {
    v1::ExecuteRequest request;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &request).ok()) << json;
    response_.Clear();
    return server::Execute(*devices_, tenant_, request, &response_);
  }
  // {"dims": …} of a tensor without elements or with many.
  absl::Status Fill(const std::string& dims) {
    return Execute(R"({"op": "Fill", "inputs": [{"values": )" + dims + R"(, "dtype": "int64"}, {"values": 1.5}]})");
  }
  const v1::JsonTensor& output() const { return response_.outputs(0); }

  std::unique_ptr<DeviceSet> devices_ = *DeviceSet::Make({"cpu", 64 << 20});
  Tenant tenant_{"default"};
  v1::ExecuteResponse response_;
};

TEST_F(ExecuteTest, NestsValues) {
  ASSERT_TRUE(Fill("[2, 3]").ok());
  EXPECT_EQ(output().values().list_value().values(1).list_value().values(2).number_value(), 1.5);
  ASSERT_TRUE(Fill("[2, 0]").ok());
  EXPECT_EQ(output().values().list_value().values_size(), 2);
}

// Each tensor of a list of any dtypes has the one that its values look like, or that it names.
TEST_F(ExecuteTest, ListsOfAnyDTypes) {
  ASSERT_TRUE(Execute(R"({"op": "IdentityN", "inputs": [{"values": [1, 2]}, {"values": "a"}, {"values": 1, "dtype": "int64"}]})").ok());
  ASSERT_EQ(response_.outputs_size(), 3);
  EXPECT_EQ(response_.outputs(0).dtype(), "int32");
  EXPECT_EQ(response_.outputs(1).values().string_value(), "a");
  EXPECT_EQ(response_.outputs(2).dtype(), "int64");
  ASSERT_TRUE(Execute(R"({"op": "StringFormat", "inputs": [{"values": [1.5, 2]}], "attrs": {"template": "x = %s"}})").ok());
  EXPECT_EQ(output().values().string_value(), "x = [1.5 2]");
}

TEST_F(ExecuteTest, TooManyElements) {
  EXPECT_EQ(Fill("[1048577]").code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(Fill(R"(["100000000000"])").code(), StatusCode::kResourceExhausted);  // the device's limit
  ASSERT_TRUE(Fill("[1048576]").ok());
  EXPECT_EQ(output().values().list_value().values_size(), 1048576);
}

TEST_F(ExecuteTest, CountlessListsOfNothing) {
  ASSERT_TRUE(Fill(R"(["1099511627776", 0])").ok());
  EXPECT_EQ(output().values().list_value().values_size(), 0);
  EXPECT_EQ(output().shape(0), int64_t{1} << 40);
  ASSERT_TRUE(Fill(R"([0, "1099511627776", 5])").ok());
  ASSERT_TRUE(Fill("[1048576, 1, 1, 1, 1, 1, 1, 1, 1]").ok());
  EXPECT_EQ(output().values().list_value().values_size(), 1048576);
  EXPECT_TRUE(output().values().list_value().values(0).has_number_value());
}

TEST_F(ExecuteTest, ManyAxes) {
  std::string ones = "[1";
  for (int i = 1; i < 254; ++i) ones += ", 1";
  ASSERT_TRUE(Fill(ones + "]").ok());
  EXPECT_EQ(output().values().list_value().values(0).number_value(), 1.5);  // flat: nobody could parse 254 lists
  EXPECT_TRUE(v1::ExecuteResponse().ParseFromString(response_.SerializeAsString()));
  EXPECT_EQ(Fill(ones + ", 1]").code(), StatusCode::kInvalidArgument);
  v1::ExecuteRequest request;
  request.set_op("Identity");
  request.add_inputs()->mutable_values()->set_number_value(1);
  for (int i = 0; i < 1000000; ++i) request.mutable_inputs(0)->add_shape(1);
  EXPECT_EQ(server::Execute(*devices_, tenant_, request, &response_).code(), StatusCode::kInvalidArgument);
}

// What nests deeper than readers follow is refused, and comes back flat.
TEST_F(ExecuteTest, DeepLists) {
  v1::ExecuteRequest request;
  request.set_op("Identity");
  google::protobuf::Value* value = request.add_inputs()->mutable_values();
  for (int i = 0; i < 24; ++i) value = value->mutable_list_value()->add_values();
  google::protobuf::Value* below = value;
  value->set_number_value(1);
  ASSERT_TRUE(server::Execute(*devices_, tenant_, request, &response_).ok());
  std::string json;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(response_, &json).ok());
  response_.Clear();
  ASSERT_TRUE(Fill("[1,1,1,1,1, 1,1,1,1,1, 1,1,1,1,1, 1,1,1,1,1, 1,1,1,1,1]").ok());
  EXPECT_TRUE(output().values().list_value().values(0).has_number_value());
  for (int i = 0; i < 2; ++i) below = below->mutable_list_value()->add_values();
  below->set_number_value(1);
  const absl::Status status = server::Execute(*devices_, tenant_, request, &response_);
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << status;
}

TEST_F(ExecuteTest, StringsWithoutAJsonForm) {
  ASSERT_TRUE(Execute(R"({"op": "Identity", "inputs": [{"values": ["\u00e9"]}]})").ok());
  v1::JsonTensor json;
  EXPECT_TRUE(ToJson(HostTensor::Strings(Shape{1}, {"\xC3\xA9"}), &json).ok());
  EXPECT_EQ(ToJson(HostTensor::Strings(Shape{1}, {"\xC3"}), &json).code(), StatusCode::kUnimplemented);
}

TEST_F(ExecuteTest, ShapesOfAttributes) {
  for (const char* shape : {R"(["4611686018427387904", 4])", "[-1]"}) {
    const absl::Status status =
        Execute(absl::StrCat(R"({"op": "VarHandleOp", "attrs": {"dtype": "float", "shape": )", shape, "}}"));
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << status;
  }
}

}  // namespace
}  // namespace eager::server
