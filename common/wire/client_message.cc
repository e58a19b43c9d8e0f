#include "common/wire/client_message.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace eager {
namespace {

// Tags of session.proto: the field's number and its wire type (0 varint, 1 eight bytes, 2 counted bytes, 5 four bytes).
enum class Tag : uint64_t {
  kMessageSeq = 1 << 3 | 0,
  kMessageItem = 2 << 3 | 2,
  kMessageRelease = 3 << 3 | 0,
  kMessageReleases = 3 << 3 | 2,
  kMessageOpen = 4 << 3 | 2,
  kMessageReceived = 5 << 3 | 0,
  kMessageDownload = 6 << 3 | 0,
  kMessageDownloads = 6 << 3 | 2,
  kMessageEnd = 7 << 3 | 0,
  kItemRun = 1 << 3 | 2,
  kItemRelease = 11 << 3 | 2,
  kReleaseHandles = 1 << 3 | 2,
  kRunSignature = 1 << 3 | 0,
  kRunInputs = 2 << 3 | 2,
  kRunFirstOutput = 3 << 3 | 0,
  kRunTapes = 4 << 3 | 2,
  kRunNumOutputs = 5 << 3 | 0,
};

constexpr size_t kMaxVarint = 10;

char* PutVarint(uint64_t value, char* out) {
  while (value >= 0x80) {
    *out++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *out++ = static_cast<char>(value);
  return out;
}

char* PutTag(Tag tag, char* out) {
  *out++ = static_cast<char>(tag);  // all of them are below 0x80
  return out;
}

void AppendVarint(uint64_t value, std::string& out) {
  char bytes[kMaxVarint];
  out.append(bytes, static_cast<size_t>(PutVarint(value, bytes) - bytes));
}

// Of a field that is no default.
char* PutField(Tag tag, uint64_t value, char* out) { return value == 0 ? out : PutVarint(value, PutTag(tag, out)); }

// Reads from the front of `bytes`. After anything that does not fit, all further reads fail.
class Reader {
 public:
  explicit Reader(absl::string_view bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}

  bool ok() const { return ok_; }
  bool done() const { return at_ == end_; }
  uint64_t Varint() {
    if (at_ != end_ && (*at_ & 0x80) == 0) return static_cast<uint64_t>(*at_++);
    uint64_t value = 0;
    for (int shift = 0; shift < 70 && at_ != end_; shift += 7) {
      const uint64_t byte = static_cast<unsigned char>(*at_++);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return Fail();
  }
  absl::string_view Bytes(uint64_t n) {
    if (n > static_cast<uint64_t>(end_ - at_)) {
      Fail();
      n = 0;
    }
    at_ += n;
    return {at_ - n, n};
  }
  absl::string_view Counted() { return Bytes(Varint()); }
  // The value of a field that nobody here knows.
  void Skip(uint64_t tag) {
    switch (tag >> 3 == 0 ? 7 : tag & 7) {
      case 0:
        Varint();
        return;
      case 1:
        Bytes(8);
        return;
      case 2:
        Counted();
        return;
      case 5:
        Bytes(4);
        return;
      default:  // groups, of another age; field 0, which there is not
        Fail();
    }
  }

 private:
  uint64_t Fail() {
    ok_ = false;
    at_ = end_;
    return 0;
  }

  const char* at_;
  const char* const end_;
  bool ok_ = true;
};

absl::Status TooMany(absl::string_view what, size_t most) {
  return absl::InvalidArgumentError(absl::StrCat("a message has more than ", most, " ", what));
}

template <class List>
bool ReadPacked(absl::string_view bytes, List& list) {
  Reader in(bytes);
  while (!in.done()) list.push_back(static_cast<typename List::value_type>(in.Varint()));
  return in.ok();
}

}  // namespace

void ClientMessageWriter::Add(const RunItem& run) {
  ++items_;
  // What stands before counted bytes is one byte where they are fewer than 128; a longer item is protobuf's.
  constexpr size_t kCounted = 127;
  constexpr size_t kMaxList = 9;  // of at most ten bytes each, beside 27 for the rest
  if (run.inputs.size() + run.tapes.size() > kMaxList) {
    v1::Item item;
    v1::RunOp* message = item.mutable_run();
    message->set_signature(run.signature);
    for (uint64_t input : run.inputs) message->add_inputs(run.first_output - input);
    message->set_first_output(run.first_output);
    for (uint32_t tape : run.tapes) message->add_tapes(tape);
    message->set_num_outputs(run.num_outputs);
    --items_;
    return Add(item);
  }
  char buffer[4 + kCounted];
  char* const body = buffer + 4;
  char* p = PutField(Tag::kRunSignature, run.signature, body);
  if (!run.inputs.empty()) {
    char* const count = PutTag(Tag::kRunInputs, p);
    p = count + 1;
    for (uint64_t input : run.inputs) p = PutVarint(run.first_output - input, p);
    *count = static_cast<char>(p - count - 1);
  }
  p = PutField(Tag::kRunFirstOutput, run.first_output, p);
  if (!run.tapes.empty()) {
    char* const count = PutTag(Tag::kRunTapes, p);
    p = count + 1;
    for (uint32_t tape : run.tapes) p = PutVarint(tape, p);
    *count = static_cast<char>(p - count - 1);
  }
  p = PutField(Tag::kRunNumOutputs, run.num_outputs, p);
  const auto size = static_cast<size_t>(p - body);
  buffer[0] = static_cast<char>(Tag::kMessageItem);
  buffer[1] = static_cast<char>(size + 2);
  buffer[2] = static_cast<char>(Tag::kItemRun);
  buffer[3] = static_cast<char>(size);
  bytes_.append(buffer, size + 4);
}

void ClientMessageWriter::Add(const v1::Item& item) {
  ++items_;
  bytes_.push_back(static_cast<char>(Tag::kMessageItem));
  AppendVarint(item.ByteSizeLong(), bytes_);
  item.AppendToString(&bytes_);
}

void ClientMessageWriter::Release(uint64_t handle) {
  ++releases_;
  AppendVarint(handle, release_bytes_);
}

void ClientMessageWriter::Open(const v1::OpenSession& open) {
  bytes_.push_back(static_cast<char>(Tag::kMessageOpen));
  AppendVarint(open.ByteSizeLong(), bytes_);
  open.AppendToString(&bytes_);
}

void ClientMessageWriter::Downloaded(uint64_t id) {
  says_more_ = true;
  bytes_.push_back(static_cast<char>(Tag::kMessageDownload));
  AppendVarint(id, bytes_);
}

void ClientMessageWriter::End() {
  says_more_ = true;
  bytes_.push_back(static_cast<char>(Tag::kMessageEnd));
  AppendVarint(1, bytes_);
}

absl::string_view ClientMessageWriter::Finish(uint64_t seq, uint64_t received) {
  if (!release_bytes_.empty()) {
    bytes_.push_back(static_cast<char>(Tag::kMessageReleases));
    AppendVarint(release_bytes_.size(), bytes_);
    bytes_.append(release_bytes_);
  }
  const auto put = [&](Tag tag, uint64_t value) {
    if (value == 0) return;
    bytes_.push_back(static_cast<char>(tag));
    AppendVarint(value, bytes_);
  };
  put(Tag::kMessageSeq, seq);
  put(Tag::kMessageReceived, received);
  return bytes_;
}

void ClientMessageWriter::Clear() {
  // A batch of large constants does not stay as memory of the session.
  constexpr size_t kKeep = 256 << 10;
  if (bytes_.capacity() > kKeep) bytes_ = std::string();
  bytes_.clear();
  release_bytes_.clear();
  items_ = releases_ = 0;
  says_more_ = false;
}

absl::Status ClientMessageView::Read(absl::string_view bytes) {
  seq = 0;
  items.clear();
  releases.clear();
  open.clear();
  has_open = false;
  received = 0;
  downloaded.clear();
  end = false;
  Reader in(bytes);
  bool lists_ok = true;
  while (!in.done()) {
    const uint64_t tag = in.Varint();
    switch (static_cast<Tag>(tag)) {
      case Tag::kMessageItem:
        items.push_back(in.Counted());
        if (items.size() > kMaxItems) return TooMany("items", kMaxItems);
        break;
      case Tag::kMessageSeq:
        seq = in.Varint();
        break;
      case Tag::kMessageReleases:
        lists_ok = ReadPacked(in.Counted(), releases) && lists_ok;
        break;
      case Tag::kMessageRelease:
        releases.push_back(in.Varint());
        break;
      case Tag::kMessageOpen:
        open += std::string(in.Counted());  // the bytes of two are those of both, merged
        has_open = true;
        break;
      case Tag::kMessageReceived:
        received = in.Varint();
        break;
      case Tag::kMessageDownload:
        downloaded.push_back(in.Varint());
        break;
      case Tag::kMessageDownloads:
        lists_ok = ReadPacked(in.Counted(), downloaded) && lists_ok;
        break;
      case Tag::kMessageEnd:
        end = in.Varint() != 0;
        break;
      default:
        in.Skip(tag);
    }
  }
  if (std::max(releases.size(), downloaded.size()) > kMaxReleases) {
    releases = downloaded = {};
    return TooMany("releases", kMaxReleases);
  }
  if (in.ok() && lists_ok) return absl::OkStatus();
  return absl::InvalidArgumentError("a message of a session's stream cannot be read");
}

bool ReadRun(absl::string_view item, RunItem& run) {
  Reader outer(item);
  if (static_cast<Tag>(outer.Varint()) != Tag::kItemRun) return false;
  Reader in(outer.Counted());
  if (!outer.ok() || !outer.done()) return false;
  run.signature = run.num_outputs = 0;
  run.first_output = 0;
  run.inputs.clear();
  run.tapes.clear();
  while (!in.done()) {
    switch (static_cast<Tag>(in.Varint())) {
      case Tag::kRunSignature:
        run.signature = static_cast<uint32_t>(in.Varint());
        break;
      case Tag::kRunInputs:
        if (!ReadPacked(in.Counted(), run.inputs)) return false;
        break;
      case Tag::kRunFirstOutput:
        run.first_output = in.Varint();
        break;
      case Tag::kRunTapes:
        if (!ReadPacked(in.Counted(), run.tapes)) return false;
        break;
      case Tag::kRunNumOutputs:
        run.num_outputs = static_cast<uint32_t>(in.Varint());
        break;
      default:
        return false;
    }
  }
  for (uint64_t& input : run.inputs) input = run.first_output - input;
  return in.ok();
}

bool IsRelease(absl::string_view item) {
  return !item.empty() && static_cast<unsigned char>(item[0]) == static_cast<unsigned char>(Tag::kItemRelease);
}

bool ReadRelease(absl::string_view item, std::vector<uint64_t>& handles) {
  Reader outer(item);
  if (static_cast<Tag>(outer.Varint()) != Tag::kItemRelease) return false;
  Reader in(outer.Counted());
  if (!outer.ok() || !outer.done() || static_cast<Tag>(in.Varint()) != Tag::kReleaseHandles) return false;
  const absl::string_view list = in.Counted();
  return in.ok() && in.done() && ReadPacked(list, handles);
}

}  // namespace eager
