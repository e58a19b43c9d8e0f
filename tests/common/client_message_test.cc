// Messages written and read by hand against protobuf's own reading and writing.
#include "common/wire/client_message.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace eager {
namespace {

constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();

v1::ClientMessage Parse(absl::string_view bytes) {
  v1::ClientMessage message;
  EXPECT_TRUE(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  return message;
}

RunItem MakeRun(uint32_t signature, std::vector<uint64_t> inputs, uint64_t first_output, uint32_t num_outputs = 1,
            std::vector<uint32_t> tapes = {}) {
  RunItem run;
  run.signature = signature;
  run.inputs.assign(inputs.begin(), inputs.end());
  run.first_output = first_output;
  run.num_outputs = num_outputs;
  run.tapes.assign(tapes.begin(), tapes.end());
  return run;
}

void ExpectSame(const RunItem& a, const RunItem& b) {
  EXPECT_EQ(a.signature, b.signature);
  EXPECT_EQ(a.inputs, b.inputs);
  EXPECT_EQ(a.first_output, b.first_output);
  EXPECT_EQ(a.num_outputs, b.num_outputs);
  EXPECT_EQ(a.tapes, b.tapes);
}

std::vector<RunItem> Runs() {
  return {MakeRun(1, {}, 1),
          MakeRun(7, {1, 2}, 300),
          MakeRun(7, {299, 300}, 300, 3, {1}),
          MakeRun(0, {0}, 0, 0),
          MakeRun(std::numeric_limits<uint32_t>::max(), {kMost, 1, kMost}, kMost, std::numeric_limits<uint32_t>::max(),
              {std::numeric_limits<uint32_t>::max(), 1}),
          // As long as the hand-laid form gets, and longer: protobuf's.
          MakeRun(1 << 30, std::vector<uint64_t>(7, kMost), 1, 1 << 30, {1 << 30, 1 << 30}),
          MakeRun(1 << 30, std::vector<uint64_t>(9, kMost), 2, 1 << 30),
          MakeRun(3, std::vector<uint64_t>(500, 12), 1 << 20)};
}

TEST(ClientMessage, IsWhatProtobufReads) {
  ClientMessageWriter writer;
  for (const RunItem& run : Runs()) writer.Add(run);
  v1::Item fetch;
  fetch.mutable_fetch()->set_id(5);
  writer.Add(fetch);
  writer.Release(3);
  writer.Release(kMost);
  v1::OpenSession open;
  open.set_token("a token");
  writer.Open(open);
  EXPECT_EQ(writer.items(), static_cast<int>(Runs().size()) + 1);

  const v1::ClientMessage message = Parse(writer.Finish(9));
  EXPECT_EQ(message.seq(), 9);
  EXPECT_EQ(message.open().token(), "a token");
  EXPECT_EQ(std::vector<uint64_t>(message.releases().begin(), message.releases().end()), (std::vector<uint64_t>{3, kMost}));
  ASSERT_EQ(message.items_size(), static_cast<int>(Runs().size()) + 1);
  EXPECT_EQ(message.items(message.items_size() - 1).fetch().id(), 5);
  for (size_t i = 0; i < Runs().size(); ++i) {
    const RunItem run = Runs()[i];
    const v1::RunOp& read = message.items(static_cast<int>(i)).run();
    EXPECT_EQ(read.signature(), run.signature);
    EXPECT_EQ(read.first_output(), run.first_output);
    EXPECT_EQ(read.num_outputs(), run.num_outputs);
    ASSERT_EQ(read.inputs_size(), static_cast<int>(run.inputs.size()));
    for (int k = 0; k < read.inputs_size(); ++k) EXPECT_EQ(read.first_output() - read.inputs(k), run.inputs[static_cast<size_t>(k)]);
    EXPECT_EQ((absl::InlinedVector<uint32_t, 2>(read.tapes().begin(), read.tapes().end())), run.tapes);
  }
}

TEST(ClientMessage, IsReadAsItWasWritten) {
  ClientMessageWriter writer;
  ClientMessageView view;
  for (int round = 0; round < 2; ++round) {  // nothing of one message stays in the next
    for (const RunItem& run : Runs()) writer.Add(run);
    writer.Release(4);
    ASSERT_TRUE(view.Read(writer.Finish(2)).ok());
    EXPECT_EQ(view.seq, 2);
    EXPECT_EQ(view.releases, std::vector<uint64_t>{4});
    EXPECT_FALSE(view.has_open);
    ASSERT_EQ(view.items.size(), Runs().size());
    RunItem run;
    for (size_t i = 0; i < Runs().size(); ++i) {
      ASSERT_TRUE(ReadRun(view.items[i], run)) << i;
      ExpectSame(run, Runs()[i]);
    }
    writer.Clear();
    EXPECT_TRUE(writer.empty());
  }
}

TEST(ClientMessage, OfProtobufIsReadWhateverTheOrderOfItsFields) {
  v1::ClientMessage message;
  message.set_seq(1);
  message.mutable_open()->set_client("somebody");
  message.add_items()->mutable_run()->set_first_output(8);
  message.mutable_items(0)->mutable_run()->add_inputs(3);
  message.add_items()->mutable_end_tape()->set_tape(2);
  message.add_releases(8);
  ClientMessageView view;
  // A field that nobody knows yet, in front.
  const std::string bytes = "\x98\x06\x01" + message.SerializeAsString();
  ASSERT_TRUE(view.Read(bytes).ok());
  EXPECT_EQ(view.seq, 1);
  EXPECT_TRUE(view.has_open);
  EXPECT_EQ(view.releases, std::vector<uint64_t>{8});
  ASSERT_EQ(view.items.size(), 2);
  RunItem run;
  ASSERT_TRUE(ReadRun(view.items[0], run));
  ExpectSame(run, MakeRun(0, {5}, 8, 0));
  EXPECT_FALSE(ReadRun(view.items[1], run));
}

TEST(ClientMessage, CutShortIsNone) {
  ClientMessageWriter writer;
  writer.Add(MakeRun(7, {1, 2}, 300));
  writer.Release(300);
  const std::string bytes(writer.Finish(1));
  ClientMessageView view;
  for (size_t n = 1; n < bytes.size(); ++n) {
    // What ends between two fields is a message, of fewer fields.
    v1::ClientMessage message;
    EXPECT_EQ(view.Read(bytes.substr(0, n)).ok(), message.ParseFromArray(bytes.data(), static_cast<int>(n))) << n;
  }
  RunItem run;
  ASSERT_TRUE(view.Read(bytes).ok());
  for (size_t n = 0; n < view.items[0].size(); ++n) EXPECT_FALSE(ReadRun(view.items[0].substr(0, n), run)) << n;
}

TEST(ClientMessage, HasNotMoreItemsThanAProgramSends) {
  const auto repeated = [](absl::string_view field, size_t n) {
    std::string bytes;
    for (size_t i = 0; i < n; ++i) bytes += std::string(field);
    return bytes;
  };
  const absl::string_view item("\x12\x00", 2);
  ClientMessageView view;
  EXPECT_TRUE(view.Read(repeated(item, ClientMessageView::kMaxItems)).ok());
  EXPECT_EQ(view.Read(repeated(item, ClientMessageView::kMaxItems + 1)).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(view.Read(repeated("\x18\x01", ClientMessageView::kMaxReleases)).ok());
  EXPECT_EQ(view.Read(repeated("\x18\x01", ClientMessageView::kMaxReleases + 1)).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace eager
