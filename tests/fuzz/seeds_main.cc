// Writes seeds for fuzz_session: each case of a file of the golden form as an item with the same call and its gradients,
// items of one op together in files as long as a program may be. Where an op takes a variable, the case has the value
// that it holds.
//   eager-fuzz-seeds FOLDER FILE.jsonl OUT_FOLDER [--apart]
// --apart: a file for each case.
//   eager-fuzz-seeds OUT_FOLDER
// A few programs of other items than ops.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

#include "tests/conformance/attrs.h"
#include "tests/fuzz/choices.h"
#include "tests/fuzz/program.h"
#include "tests/golden/golden.h"

namespace eager::fuzz {
namespace {

constexpr size_t kMaxBytes = 1000, kMaxPacked = 40;  // of one program
constexpr int64_t kMaxEach = 24;  // more elements than that are made up instead, which keeps seeds small

void WriteShape(ByteWriter& out, const Shape& shape) {
  out.Byte(shape.rank());
  for (int64_t dim : shape.dims()) out.Int(dim);
}

void WriteAttr(ByteWriter& out, const AttrSpec& spec, const AttrValue& value) {
  out.Byte(kRight);
  const auto length = [&](size_t n) { out.Byte(static_cast<int>(static_cast<int64_t>(n) - spec.minimum.value_or(0))); };
  if (const auto* dtype = std::get_if<DType>(&value)) return out.Byte(static_cast<int>(*dtype));
  if (const auto* integer = std::get_if<int64_t>(&value)) {
    return spec.kind == AttrKind::kFloat ? out.Float(static_cast<float>(*integer)) : out.Int(*integer);
  }
  if (const auto* real = std::get_if<float>(&value)) return out.Float(*real);
  if (const auto* flag = std::get_if<bool>(&value)) return out.Byte(*flag ? 1 : 0);
  if (const auto* shape = std::get_if<Shape>(&value); shape != nullptr && spec.kind == AttrKind::kShape) {
    return WriteShape(out, *shape);
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    const auto at = std::find(spec.choices.begin(), spec.choices.end(), *text);
    return spec.choices.empty() ? out.Text(*text) : out.Byte(static_cast<int>(at - spec.choices.begin()));
  }
  if (const auto* ints = std::get_if<std::vector<int64_t>>(&value)) {
    length(ints->size());
    for (int64_t i : *ints) out.Int(i);
  } else if (const auto* floats = std::get_if<std::vector<float>>(&value)) {
    length(floats->size());
    for (float f : *floats) out.Float(f);
  } else if (const auto* dtypes = std::get_if<std::vector<DType>>(&value)) {
    length(dtypes->size());
    for (DType d : *dtypes) out.Byte(static_cast<int>(d));
  }
}

// Element i, for dtypes without complex parts; floats in eighths, which a byte holds.
void WriteElement(ByteWriter& out, const HostTensor& tensor, int64_t i) {
  const auto real = [&](float value) { out.Float(std::abs(value) < 10 ? std::round(value * 8) / 8 : value); };
  switch (tensor.dtype()) {
    case DType::kFloat32:
      return real(tensor.values<float>()[i]);
    case DType::kFloat64:
      return real(static_cast<float>(tensor.values<double>()[i]));
    case DType::kFloat16:
      return real(static_cast<float>(tensor.values<Float16>()[i]));
    case DType::kBFloat16:
      return real(static_cast<float>(tensor.values<BFloat16>()[i]));
    case DType::kString:
      return out.Text(tensor.string_at(i));
    case DType::kBool:
      return out.Int(tensor.values<bool>()[i] ? 1 : 0);
    case DType::kUint32:
      return out.Int(tensor.values<uint32_t>()[i]);
    case DType::kUint64:
      return out.Int(static_cast<int64_t>(tensor.values<uint64_t>()[i]));
    default:
      return out.Int(tensor.view().int_at(i));
  }
}

void WriteTensor(ByteWriter& out, const HostTensor& tensor, bool host) {
  out.Byte(kFresh);
  WriteShape(out, tensor.shape());
  if (IsComplex(tensor.dtype()) || (!host && tensor.num_elements() > kMaxEach)) {
    out.Byte(kSmall);
    return out.Byte(1);
  }
  out.Byte(kEach);
  for (int64_t i = 0; i < tensor.num_elements(); ++i) WriteElement(out, tensor, i);
}

std::string Program(const golden::Json& c, const OpSpec& op, const std::vector<HostTensor>& inputs) {
  ByteWriter out;
  const int n = static_cast<int>(inputs.size());
  out.Byte(kRun);
  out.Byte(c.contains("second") ? kSecondGradient : c.contains("gradients") ? kFirstGradient : kNoTape);
  out.Byte(CodeOf(op.name) >> 8);
  out.Byte(CodeOf(op.name) & 0xFF);
  const NamedAttrs attrs = conformance::AttrsFromJson(c.at("attrs"), &op);
  for (size_t a = 0; a < op.attrs.size(); ++a) {
    if (op.attrs[a].inferred && op.attrs[a].kind != AttrKind::kType) continue;
    const auto given = std::find_if(attrs.begin(), attrs.end(), [&](const NamedAttr& x) { return x.name == op.attrs[a].name; });
    if (op.attrs[a].inferred) {
      int code = 1;
      for (int i = 0; i < n; ++i) {
        if (op.inputs[op.InputArg(i, n)].type_attr == static_cast<int>(a)) code = static_cast<int>(inputs[i].dtype());
      }
      out.Byte(code);
    } else if (given == attrs.end()) {
      out.Byte(kDefault);
    } else {
      WriteAttr(out, op.attrs[a], given->value);
    }
  }
  int i = 0;
  for (const ArgSpec& arg : op.inputs) {
    const int count = !arg.is_list() ? 1 : n - static_cast<int>(op.inputs.size()) + 1;
    if (arg.is_list()) out.Byte(count);
    for (int k = 0; k < count && i < n; ++k, ++i) WriteTensor(out, inputs[i], arg.host);
  }
  return out.bytes();
}

// Handles count back from the last one that was made, as an item has them.
class ItemWriter {
 public:
  void Constant(DType dtype, int64_t n) {
    out_.Byte(kConstant);
    out_.Byte(static_cast<int>(dtype));
    WriteShape(out_, Shape{n});
    out_.Byte(kPositive);
    out_.Byte(1);
  }
  void BeginTape(int tape, bool persistent) { Item(kTape, {tape << 6 | (persistent ? 4 : 0)}); }
  void Watch(int tape, int back) { Item(kTape, {tape << 6 | 2, 1, back}); }
  void EndTape(int tape) { Item(kTape, {tape << 6 | 1}); }
  // An op of one type attribute on the last tensors of float32, recorded by the tape that has begun last.
  void Run(absl::string_view op, std::initializer_list<int> recent) {
    Item(kRun, {kOpenTape, CodeOf(op) >> 8, CodeOf(op) & 0xFF, static_cast<int>(DType::kFloat32)});
    for (int nth : recent) out_.Byte(nth);
  }
  void Item(fuzz::Item item, std::initializer_list<int> bytes) {
    out_.Byte(item);
    for (int byte : bytes) out_.Byte(byte);
  }
  const std::string& bytes() const { return out_.bytes(); }

 private:
  ByteWriter out_;
};

constexpr int kOuterTapes = 4, kAsksWalk = 8;  // flags of kBackward

// A function with a gradient of its own in the middle of a tape; the walk is answered with its own upstream.
std::string CustomGradient(int answer) {
  ItemWriter p;
  p.BeginTape(0, /*persistent=*/false);
  p.Constant(DType::kFloat32, 3);
  p.Watch(0, 0);
  p.Constant(DType::kFloat32, 3);
  p.Item(kRecordCustomGradient, {1, 0, 1, 1, 1, 0});
  p.Run("Square", {1});
  p.Item(kBackward, {kAsksWalk, 1, 0, 1, 2});
  p.Item(kAnswerCustomGradient, {answer, 1, 3});
  p.Item(kReadAll, {});
  return p.bytes();
}

// Two tapes that are walked twice, the inner one within the outer one.
std::string NestedTapes() {
  ItemWriter p;
  p.Constant(DType::kFloat32, 4);
  for (int tape : {1, 0}) {
    p.BeginTape(tape, /*persistent=*/true);
    p.Watch(tape, 0);
  }
  p.Run("Tanh", {1});
  p.Run("Mul", {1, 2});
  p.BeginTape(1, true);  // refused: it has begun, and records from here on
  for (int i = 0; i < 2; ++i) p.Item(kBackward, {kOuterTapes, 1, 0, 2, 2 + i, 1});
  p.Item(kBackward, {1 << 6, 2, 0, 1, 1, 4});
  p.EndTape(0);
  p.EndTape(1);
  return p.bytes();
}

// Values that come and go by the mailbox, and handles that are let go of.
std::string Uploads() {
  ItemWriter p;
  p.Constant(DType::kInt64, 5);
  p.Item(kUpload, {1, 0, 1});
  p.Item(kUpload, {1, 0, 0});
  p.Item(kRelease, {2, 0, 1});
  p.Item(kReadAll, {});
  p.Constant(DType::kString, 2);
  // float32[2^32,1000], of which one element comes.
  p.Item(kWrongConstant, {2, 0xD5, 0xDB, 1, 4, 0, 0, 0, 0, 1});
  for (int wrong = 0; wrong < 8; ++wrong) p.Item(kWrong, {wrong, 0});
  return p.bytes();
}

void WriteFile(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

// Programs of at most kMaxBytes and kMaxPacked items.
std::vector<std::string> Pack(const std::vector<std::string>& items, size_t most_items) {
  std::vector<std::string> programs;
  size_t packed = most_items;
  for (const std::string& item : items) {
    if (packed == most_items || programs.back().size() + item.size() > kMaxBytes) {
      programs.emplace_back();
      packed = 0;
    }
    programs.back() += item;
    ++packed;
  }
  return programs;
}

int WriteAll(const std::filesystem::path& golden, const std::string& file, const std::filesystem::path& folder,
             bool apart) {
  const absl::StatusOr<std::vector<golden::Case>> cases = golden::ReadCases(golden, file);
  if (!cases.ok()) {
    std::fprintf(stderr, "%s\n", cases.status().ToString().c_str());
    return 1;
  }
  std::map<std::string, std::vector<std::string>> by_op;
  for (const golden::Case& c : *cases) {
    if (!c.json.contains("op") || !c.json.contains("inputs")) continue;
    const OpSpec* op = OpTable::Builtin().Find(c.json.at("op").get<std::string>());
    const absl::StatusOr<std::vector<HostTensor>> inputs = golden::ParseTensors(c.json.at("inputs"), c.where);
    if (!inputs.ok()) std::fprintf(stderr, "%s\n", inputs.status().ToString().c_str());
    if (op == nullptr || !inputs.ok()) continue;
    by_op[std::string(op->name)].push_back(Program(c.json, *op, *inputs));
  }
  std::filesystem::create_directories(folder);
  for (const auto& [op, items] : by_op) {
    int n = 0;
    for (const std::string& program : Pack(items, apart ? 1 : kMaxPacked)) {
      WriteFile(folder / absl::StrCat(op, "-", ++n), program);
    }
  }
  return 0;
}

int WriteTypical(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  WriteFile(folder / "custom-gradient", CustomGradient(1));
  WriteFile(folder / "abandoned-walk", CustomGradient(0xF1));
  WriteFile(folder / "nested-tapes", NestedTapes());
  WriteFile(folder / "uploads", Uploads());
  return 0;
}

}  // namespace
}  // namespace eager::fuzz

int main(int argc, char** argv) {
  const bool apart = argc == 5 && std::string(argv[4]) == "--apart";
  if (argc == 4 || apart) return eager::fuzz::WriteAll(argv[1], argv[2], argv[3], apart);
  if (argc == 2) return eager::fuzz::WriteTypical(argv[1]);
  std::fprintf(stderr, "usage: eager-fuzz-seeds [FOLDER FILE.jsonl] OUT_FOLDER [--apart]\n");
  return 2;
}
