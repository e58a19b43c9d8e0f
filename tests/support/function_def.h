// Functions of TensorFlow's from protobuf's text form.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/text_format.h"
#include "tensorflow/function.pb.h"

namespace eager {

// By way of a dynamic message: reflection on generated maps does not work in builds for ThreadSanitizer, where protobuf's headers lay maps
// out otherwise than the distribution's library does.
inline ::tensorflow::FunctionDef ParseFunction(const std::string& text) {
  google::protobuf::DynamicMessageFactory factory;
  const std::unique_ptr<google::protobuf::Message> message(factory.GetPrototype(::tensorflow::FunctionDef::descriptor())->New());
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, message.get())) << text;
  ::tensorflow::FunctionDef def;
  EXPECT_TRUE(def.ParseFromString(message->SerializeAsString()));
  return def;
}

}  // namespace eager
