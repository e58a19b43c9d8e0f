#include "tests/support/event_reader.h"

#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

namespace eager::testing {
namespace {

void Check(bool condition, const std::string& what) {
  if (!condition) throw std::runtime_error("event file: " + what);
}

uint32_t MaskedCrc(std::string_view bytes) {
  uint32_t crc = 0xffffffffu;
  for (const char byte : bytes) {
    crc ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? 0x82f63b78u : 0u);
  }
  crc = ~crc;
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

std::string_view Take(std::string_view& in, size_t size) {
  Check(size <= in.size(), "cut off");
  const std::string_view taken = in.substr(0, size);
  in.remove_prefix(size);
  return taken;
}

template <class T>
T Fixed(std::string_view& in) {
  T value;
  std::memcpy(&value, Take(in, sizeof(value)).data(), sizeof(value));
  return value;
}

uint64_t Varint(std::string_view& in) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const auto byte = static_cast<uint8_t>(Take(in, 1)[0]);
    value |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
  throw std::runtime_error("event file: a varint without an end");
}

// A field of a message: its number, and what is in it.
struct Field {
  uint64_t number;
  uint64_t value = 0;          // varint or fixed64
  std::string_view bytes = {};  // length-delimited
};

Field Next(std::string_view& in) {
  const uint64_t key = Varint(in);
  Field field{key >> 3};
  switch (key & 7) {
    case 0: field.value = Varint(in); break;
    case 1: field.value = Fixed<uint64_t>(in); break;
    case 2: field.bytes = Take(in, Varint(in)); break;
    default: Check(false, "a wire type that no field here has");
  }
  return field;
}

[[noreturn]] void Unknown(const char* message, const Field& field) {
  throw std::runtime_error("event file: " + std::string(message) + " has a field " + std::to_string(field.number));
}

Shape ReadShape(std::string_view in) {
  Shape shape;
  while (!in.empty()) {
    const Field dim = Next(in);
    if (dim.number != 2) Unknown("TensorShapeProto", dim);
    std::string_view size = dim.bytes;
    const int64_t extent = size.empty() ? 0 : static_cast<int64_t>(Next(size).value);
    shape.push_back(extent);
  }
  return shape;
}

HostTensor ReadTensor(std::string_view in) {
  TensorSpec spec;
  std::string_view content;
  std::vector<std::string> strings;
  while (!in.empty()) {
    const Field field = Next(in);
    switch (field.number) {
      case 1: spec.dtype = static_cast<DType>(field.value); break;
      case 2: spec.shape = ReadShape(field.bytes); break;
      case 4: content = field.bytes; break;
      case 8: strings.emplace_back(field.bytes); break;
      default: Unknown("TensorProto", field);
    }
  }
  if (spec.dtype == DType::kString) {
    Check(static_cast<int64_t>(strings.size()) == spec.shape.num_elements(), "strings do not fill the shape");
    return HostTensor::Strings(spec.shape, strings);
  }
  return HostTensor::FromBytes(spec, absl::string_view(content.data(), content.size())).value();
}

void ReadMetadata(std::string_view in, ReadEvent& event) {
  while (!in.empty()) {
    const Field field = Next(in);
    if (field.number == 3) {
      event.description = field.bytes;
    } else if (field.number == 1) {
      for (std::string_view plugin = field.bytes; !plugin.empty();) {
        const Field part = Next(plugin);
        (part.number == 1 ? event.plugin : event.plugin_content) = part.bytes;
      }
    } else {
      Unknown("SummaryMetadata", field);
    }
  }
}

void ReadSummary(std::string_view in, ReadEvent& event) {
  const Field entry = Next(in);
  Check(in.empty() && entry.number == 1, "a summary has one value");
  for (std::string_view value = entry.bytes; !value.empty();) {
    const Field field = Next(value);
    switch (field.number) {
      case 1: event.tag = field.bytes; break;
      case 8: event.value = ReadTensor(field.bytes); break;
      case 9: ReadMetadata(field.bytes, event); break;
      default: Unknown("Summary.Value", field);
    }
  }
}

ReadEvent Parse(std::string_view in) {
  ReadEvent event;
  event.bytes = in.size();
  event.data = in;
  while (!in.empty()) {
    const Field field = Next(in);
    switch (field.number) {
      case 1: std::memcpy(&event.wall_time, &field.value, sizeof(double)); break;
      case 2: event.step = static_cast<int64_t>(field.value); break;
      case 3: event.file_version = field.bytes; break;
      case 5: ReadSummary(field.bytes, event); break;
      case 10: {
        std::string_view source = field.bytes;
        event.writer = Next(source).bytes;
        break;
      }
      default: Unknown("Event", field);
    }
  }
  return event;
}

}  // namespace

std::vector<ReadEvent> ReadEvents(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  Check(stream.is_open(), "cannot open " + file.string());
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  std::vector<ReadEvent> events;
  for (std::string_view in = bytes; !in.empty();) {
    const std::string_view length = in.substr(0, 8);
    const auto size = Fixed<uint64_t>(in);
    Check(Fixed<uint32_t>(in) == MaskedCrc(length), "the checksum of a length");
    const std::string_view data = Take(in, size);
    Check(Fixed<uint32_t>(in) == MaskedCrc(data), "the checksum of a record");
    events.push_back(Parse(data));
  }
  return events;
}

std::filesystem::path OnlyFile(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  Check(files.size() == 1, folder.string() + " holds " + std::to_string(files.size()) + " files");
  return files[0];
}

}  // namespace eager::testing
