#include "tests/fuzz/program.h"

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "server/session/session.h"
#include "tests/fuzz/choices.h"
#include "tests/fuzz/fixture.h"

namespace eager::fuzz {
namespace {

using server::Session;
using server::TensorRef;
using Handles = std::vector<uint64_t>;

constexpr int kMaxItems = 48;
constexpr int64_t kMaxInputElements = 1 << 16;  // of one op: small ones show what large ones would
constexpr uint64_t kUnknownHandle = 1ull << 60;
constexpr uint32_t kOwnTapes = 1000;  // from here on: tapes of single kRun items

class Program {
 public:
  Program(absl::Span<const uint8_t> bytes, bool trace, Coverage& coverage)
      : bytes_(bytes),
        trace_(trace),
        coverage_(coverage),
        session_(Devices(), std::make_shared<server::Tenant>("default"), "fuzz", "nowhere") {}

  void Run() {
    for (int i = 0; i < kMaxItems && !bytes_.done(); ++i) RunItem();
  }

 private:
  template <class... Parts>
  void Trace(const Parts&... parts) {
    if (trace_) std::fprintf(stderr, "%s\n", absl::StrCat(parts...).c_str());
  }
  // For calls without handles of their own.
  void Expect(absl::string_view call, const absl::Status& status) {
    Trace(call, ": ", status.ToString());
    CheckCode(status);
  }

  void RunItem() {
    switch (bytes_.Byte() % kItems) {
      case kConstant:
        Fresh(ChooseDType(bytes_, DTypeSet::All()), Shape());
        return;
      case kWrongConstant:
        return WrongConstant();
      case kTape:
        return ChangeTapes();
      case kBackward:
        return Backward();
      case kRecordCustomGradient:
        return RecordCustomGradient();
      case kAnswerCustomGradient:
        return AnswerCustomGradient();
      case kRelease:
        return session_.Release(Some());
      case kReadAll:
        for (uint64_t handle : handles_) Read(handle).IgnoreError();
        return;
      case kUpload:
        return Upload();
      case kWrong:
        return Wrong();
      default:
        return RunOp();
    }
  }

  uint64_t NextHandle(uint64_t n = 1) {
    const uint64_t first = next_handle_;
    next_handle_ += n;
    for (uint64_t i = 0; i < n; ++i) handles_.push_back(first + i);
    return first;
  }
  uint64_t Recent(int back) const {
    return handles_.empty() ? kUnknownHandle : handles_[handles_.size() - 1 - static_cast<size_t>(back) % handles_.size()];
  }
  // A few handles, old and new, right and wrong.
  Handles Some() {
    Handles some(bytes_.Byte() % 5);
    for (uint64_t& handle : some) handle = AnyHandle(bytes_.Byte());
    return some;
  }
  uint64_t AnyHandle(uint8_t byte) const {
    return byte >= kNoHandle ? (byte == 0xFF ? 0 : kUnknownHandle + byte) : Recent(byte & 0x7F);
  }
  Handles Differentiable(const Handles& handles) const {
    Handles found;
    for (uint64_t handle : handles) {
      const absl::StatusOr<TensorRef> t = session_.Read(handle);
      if (t.ok() && IsDifferentiable((*t)->dtype())) found.push_back(handle);
    }
    return found;
  }
  int64_t Elements(const Handles& handles) const {
    int64_t n = 0;
    for (uint64_t handle : handles) {
      const absl::StatusOr<TensorRef> t = session_.Read(handle);
      if (t.ok()) n += (*t)->num_elements();
    }
    return n;
  }
  // Looks at a tensor as a client does that reads it.
  absl::Status Read(uint64_t handle) {
    const absl::StatusOr<TensorRef> t = session_.Read(handle);
    CheckCode(t.status());
    if (!t.ok()) return t.status();
    if (!*t || (*t)->is_variable()) Fail("a handle reads as no tensor");
    std::string copy((*t)->num_bytes(), ' ');
    server::Device& device = *(*t)->buffer()->device();
    if (!device.CopyToHost(*(*t)->buffer(), (*t)->offset(), copy.size(), copy.data()).ok()) Fail("values cannot be read");
    if (absl::Status s = CheckBytes((*t)->spec(), copy.data(), copy.size()); !s.ok()) Fail(s.ToString());
    return absl::OkStatus();
  }

  uint64_t Fresh(DType dtype, const Shape& like) {
    if (dtype == DType::kResource || dtype == DType::kVariant) dtype = DType::kFloat32;
    const TensorSpec spec{dtype, ChooseShape(bytes_, like)};
    const std::string values = ChooseValues(bytes_, spec);
    const uint64_t handle = NextHandle();
    Expect(absl::StrCat("  ", handle, " = ", spec.ToString()), session_.PutConstant(handle, spec, values, ""));
    return handle;
  }

  void WrongConstant() {
    Shape::Dims dims(bytes_.Byte() % 10);
    for (int64_t& dim : dims) dim = bytes_.Int();
    const absl::StatusOr<Shape> shape = Shape::Make(dims);
    if (!shape.ok()) return;
    const TensorSpec spec{ChooseDType(bytes_, DTypeSet::All()), *shape};
    std::string values(bytes_.Byte(), ' ');
    for (char& c : values) c = static_cast<char>(bytes_.Byte());
    const char* device = bytes_.Byte() % 8 == 0 ? "/gpu:3" : "/cpu:0";
    Expect(absl::StrCat("wrong ", spec.ToString()), session_.PutConstant(NextHandle(), spec, values, device));
  }

  void Upload() {
    const uint64_t id = bytes_.Byte() % 4;
    const uint64_t from = Recent(bytes_.Byte());
    if (bytes_.Byte() % 4 != 0) Expect("upload", session_.uploads().Put(id, session_.Read(from)));
    Expect("put upload", session_.PutUpload(NextHandle(), id));
  }

  void ChangeTapes() {
    const uint8_t byte = bytes_.Byte();
    const uint32_t tape = byte >> 6;
    switch (byte % 4) {
      case 0:
        tape_ = tape;
        return Expect("begin tape", session_.BeginTape(tape, (byte & 4) != 0));
      case 1:
        if (byte % 8 == 1) return Expect("end tape", session_.EndTape(tape));
        [[fallthrough]];
      default:
        for (uint64_t handle : Some()) Expect("watch", session_.Watch(tape, handle));
    }
  }

  void Backward() {
    const uint8_t flags = bytes_.Byte();
    const Handles targets = Some(), sources = Some();
    const Handles upstream = (flags & 1) != 0 ? Some() : Handles();
    if (Elements(targets) + Elements(sources) + Elements(upstream) > kMaxInputElements) return;
    Session::BackwardRequest request{
        .tape = static_cast<uint32_t>(flags >> 6),
        .targets = targets,
        .output_gradients = upstream,
        .sources = sources,
        .first_result = NextHandle(sources.size()),
        .unconnected_zero = (flags & 2) != 0,
    };
    const uint32_t outer[] = {tape_};
    if ((flags & 4) != 0) request.tapes = outer;
    if ((flags & 8) != 0) {
      request.walk = 1 + (flags >> 4) % 3;
      request.first_upstream = NextHandle(4);
    }
    Event("backward", session_.Backward(request));
    CheckGradients(sources, request.first_result);
  }

  void Event(absl::string_view call, const absl::StatusOr<std::optional<Session::WalkEvent>>& event) {
    Expect(call, event.status());
    if (event.ok() && event->has_value()) Trace("  walk ", (*event)->walk, " asks for ", (*event)->closure);
  }

  void RecordCustomGradient() {
    const uint64_t closure = bytes_.Byte() % 8;
    const uint32_t tapes[] = {static_cast<uint32_t>(bytes_.Byte() % 4)};
    const Handles in = Some(), out = Some();
    Expect("record custom gradient", session_.RecordCustomGradient(closure, in, out, tapes));
  }

  void AnswerCustomGradient() {
    const uint8_t byte = bytes_.Byte();
    const uint64_t walk = byte % 4;
    if (byte >= 0xF0) return Expect("abandon", session_.AbandonWalk(walk));
    Event("answer", session_.AnswerCustomGradient(walk, Some()));
  }

  void Wrong() {
    const uint8_t byte = bytes_.Byte();
    const uint64_t some = Recent(bytes_.Byte());
    const NamedAttrs attrs = {{"no such", int64_t{1}}};
    const OpSpec& op = OpTable::Builtin().at(byte % OpTable::Builtin().size());
    switch (byte % 8) {
      case 0:
        return Expect("unknown op", session_.Define(next_signature_++, bytes_.Text(), {}, ""));
      case 1:
        return Expect("unknown attribute", session_.Define(next_signature_++, op.name, attrs, ""));
      case 2:
        return Expect("unknown device", session_.Define(next_signature_++, op.name, {}, bytes_.Text()));
      case 3:
        return Expect("undefined signature", session_.Run({next_signature_ + 7, {}, NextHandle(), 1, {}}));
      case 4:
        return Expect("handle in use", session_.Run({1, {}, some, 1 + byte % 7u, {}}));
      case 5:
        return Expect("signature in use", session_.Define(1, op.name, {}, ""));
      case 6:
        return Expect("constant in use", session_.PutConstant(some, {DType::kUint8, Shape()}, "x", ""));
      default:
        return Expect("unknown tape", session_.EndTape(kOwnTapes));
    }
  }

  // A variable with a value, unless `empty`.
  uint64_t FreshVariable(DType dtype, const Shape& like, bool empty) {
    const uint64_t value = Fresh(dtype, like);
    const absl::StatusOr<TensorRef> tensor = session_.Read(value);
    if (!tensor.ok()) return value;
    const TensorSpec spec = (*tensor)->spec();
    const uint64_t variable = NextHandle();
    const NamedAttrs attrs = {{"dtype", spec.dtype}, {"shape", spec.shape}};
    const uint32_t make = next_signature_++, assign = next_signature_++;
    Expect("define", session_.Define(make, "VarHandleOp", attrs, ""));
    Expect(absl::StrCat("  ", variable, " = variable ", spec.ToString()), session_.Run({make, {}, variable, 1, {}}));
    if (empty) return variable;
    Expect("define", session_.Define(assign, "AssignVariableOp", {}, ""));
    const uint64_t inputs[] = {variable, value};
    Expect("assign", session_.Run({assign, inputs, 0, 0, {}}));
    return variable;
  }

  // What the op's inputs should be like: dtypes by type attribute, and the shape of the first one.
  struct Wanted {
    const OpSpec& op;
    std::vector<DType> dtypes;
    Shape shape;
  };

  uint64_t Input(const ArgSpec& arg, Wanted& wanted) {
    DType dtype = arg.type_attr < 0 ? arg.dtype : wanted.dtypes[arg.type_attr];
    if (arg.types_attr >= 0) dtype = ChooseDType(bytes_, DTypeSet::All());
    const uint8_t form = bytes_.Byte();
    if (form >= kNoHandle) return AnyHandle(form);
    if (form >= kAnyRecent && form < kFreshOther) return Recent(form - kAnyRecent);
    if (form >= kRecent && form < kAnyRecent) {
      int back = form;
      for (auto it = handles_.rbegin(); it != handles_.rend(); ++it) {
        const absl::StatusOr<TensorRef> t = session_.Read(*it);
        if (t.ok() && (*t)->dtype() == dtype && --back == 0) return *it;
      }
    }
    uint64_t handle;
    if (dtype == DType::kResource) {
      const DType held = wanted.dtypes.empty() ? DType::kInt64 : wanted.dtypes[0];
      handle = FreshVariable(held, wanted.shape, form >= kNoValue);
    } else {
      if (form >= kFreshOther && form < kNoValue) dtype = ChooseDType(bytes_, DTypeSet::All());
      handle = Fresh(dtype, wanted.shape);
    }
    if (const absl::StatusOr<TensorRef> t = session_.Read(handle); t.ok() && !arg.host) wanted.shape = (*t)->shape();
    return handle;
  }

  Handles Inputs(Wanted& wanted) {
    Handles inputs;
    for (const ArgSpec& arg : wanted.op.inputs) {
      const int n = !arg.is_list() ? 1 : bytes_.Byte() % 6;
      for (int i = 0; i < n; ++i) inputs.push_back(Input(arg, wanted));
    }
    return inputs;
  }

  static uint32_t NumOutputs(const OpSpec& op, const NamedAttrs& attrs, size_t num_inputs) {
    int64_t n = 0;
    for (const ArgSpec& arg : op.outputs) {
      if (!arg.is_list()) {
        ++n;
        continue;
      }
      const AttrSpec& number = op.attrs[arg.number_attr >= 0 ? arg.number_attr : arg.types_attr];
      const AttrValue* value = &number.default_value;
      for (const NamedAttr& attr : attrs) {
        if (attr.name == number.name) value = &attr.value;
      }
      const auto* given = std::get_if<int64_t>(value);
      if (number.inferred) {
        n += static_cast<int64_t>(num_inputs) - static_cast<int64_t>(op.inputs.size()) + 1;
      } else {
        n += given == nullptr ? 1 : std::clamp<int64_t>(*given, 0, 100);
      }
    }
    return static_cast<uint32_t>(n);
  }

  void RunOp() {
    const uint8_t flags = bytes_.Byte();
    const int code = bytes_.Byte() << 8;
    const OpSpec& op = OpOf(static_cast<uint16_t>(code + bytes_.Byte()));
    Wanted wanted{op, {}, {}};
    const NamedAttrs attrs = ChooseAttrs(bytes_, op, (flags & kNameTypes) != 0, wanted.dtypes);
    const uint32_t signature = next_signature_++;
    const absl::Status defined = session_.Define(signature, op.name, attrs, "");
    Expect(absl::StrCat("define ", op.name, "{", absl::StrJoin(attrs, ", ", [](std::string* s, const NamedAttr& a) {
                          absl::StrAppend(s, a.name, "=", ToString(a.value));
                        }), "}"), defined);
    if (!defined.ok()) return;
    const Handles first = Inputs(wanted);
    RunOnce(op, signature, attrs, first, flags);
    if ((flags & kAgain) == 0) return;
    const Handles second = Inputs(wanted);
    if ((flags & kDonate) != 0) session_.Release(first);
    RunOnce(op, signature, attrs, second, flags);
  }

  void RunOnce(const OpSpec& op, uint32_t signature, const NamedAttrs& attrs, const Handles& inputs, uint8_t flags) {
    if (Elements(inputs) > kMaxInputElements) return;
    bool inputs_ok = true;
    for (uint64_t handle : inputs) inputs_ok = inputs_ok && session_.Read(handle).ok();
    const uint32_t outputs = NumOutputs(op, attrs, inputs.size()) + ((flags & kWrongOutputs) != 0 ? 1 : 0);
    std::vector<uint32_t> tapes;
    const bool gradients = (flags & kTapeMask) >= kFirstGradient, second = (flags & kTapeMask) == kSecondGradient;
    if ((flags & kTapeMask) == kOpenTape && tape_ != kOwnTapes) tapes.push_back(tape_);
    if (gradients) {
      for (uint32_t tape : {kOwnTapes, kOwnTapes + 1}) {
        tapes.push_back(tape);
        Expect("begin tape", session_.BeginTape(tape, /*persistent=*/false));
        for (uint64_t handle : Differentiable(inputs)) Expect("watch", session_.Watch(tape, handle));
      }
    }
    const uint64_t first = outputs == 0 ? 0 : NextHandle(outputs);
    absl::Status status = session_.Run({signature, inputs, first, outputs, tapes});
    Handles made;
    for (uint32_t i = 0; i < outputs; ++i) {
      made.push_back(first + i);
      // A variable without a value was made all the same.
      const absl::Status read = Read(first + i);
      if (status.ok() && !absl::IsFailedPrecondition(read)) status = read;
    }
    Trace(op.name, "(", absl::StrJoin(inputs, ", "), ") = ", first, "…: ", status.ToString());
    CheckCode(status);
    const bool excused = !inputs_ok || (flags & kWrongOutputs) != 0 || tapes.size() == 1;
    if (status.ok()) {
      ++coverage_.runs[op.index];
    } else if (!excused && !absl::StartsWith(status.message(), absl::StrCat(op.name, ":")) &&
               !absl::StrContains(status.message(), "handles were set aside") &&
               status.code() != absl::StatusCode::kAlreadyExists) {  // an earlier item took the handle by mistake
      Fail(absl::StrCat("an error of ", op.name, " does not name it: ", status.ToString()));
    }
    if (!gradients) return;
    if (status.ok()) Gradients(op, inputs, made, flags, second);
    for (uint32_t tape : tapes) Expect("end tape", session_.EndTape(tape));
  }

  void Gradients(const OpSpec& op, const Handles& inputs, const Handles& made, uint8_t flags, bool second) {
    const Handles targets = Differentiable(made);
    if (targets.empty() || inputs.empty()) return;
    Handles upstream;
    for (uint64_t target : (flags & kGiveUpstream) != 0 ? targets : Handles()) {
      const TensorSpec spec = (*session_.Read(target))->spec();
      if (spec.shape.num_elements() > kMaxElements) return;
      upstream.push_back(NextHandle());
      Expect("  upstream", session_.PutConstant(upstream.back(), spec, ChooseValues(bytes_, spec), ""));
    }
    const uint32_t outer[] = {kOwnTapes + 1};
    Session::BackwardRequest request{.tape = kOwnTapes,
                                     .targets = targets,
                                     .output_gradients = upstream,
                                     .sources = inputs,
                                     .first_result = NextHandle(inputs.size()),
                                     .unconnected_zero = (flags & kZeroUnconnected) != 0,
                                     .tapes = second ? absl::MakeConstSpan(outer) : absl::Span<const uint32_t>()};
    Event("gradient", session_.Backward(request));
    const Handles results = CheckGradients(inputs, request.first_result);
    if (results.empty()) return;
    ++coverage_.gradients[op.index];
    if (!second) return;
    request = {.tape = kOwnTapes + 1,
               .targets = results,
               .sources = inputs,
               .first_result = NextHandle(inputs.size()),
               .unconnected_zero = (flags & kZeroUnconnected) != 0};
    Event("second gradient", session_.Backward(request));
    if (!CheckGradients(inputs, request.first_result).empty()) ++coverage_.second_gradients[op.index];
  }

  // The gradients that are there.
  Handles CheckGradients(const Handles& sources, uint64_t first) {
    Handles found;
    for (size_t i = 0; i < sources.size(); ++i) {
      const absl::Status status = Read(first + i);
      Trace("  gradient by ", sources[i], ": ", first + i, " ", status.ToString());
      if (!status.ok()) continue;
      const absl::StatusOr<TensorRef> source = session_.Read(sources[i]);
      const TensorSpec& spec = (*session_.Read(first + i))->spec();
      if (source.ok() && (*source)->spec() != spec) {
        Fail(absl::StrCat("the gradient by ", (*source)->spec().ToString(), " is ", spec.ToString()));
      }
      found.push_back(first + i);
    }
    return found;
  }

  ByteReader bytes_;
  const bool trace_;
  Coverage& coverage_;
  Session session_;
  Handles handles_;  // in the order they were made
  uint64_t next_handle_ = 1;
  uint32_t next_signature_ = 1;
  uint32_t tape_ = kOwnTapes;  // that the program has begun
};

}  // namespace

int Coverage::ops() const { return static_cast<int>(runs.size() - std::count(runs.begin(), runs.end(), 0)); }

std::string Coverage::Report() const {
  const auto count = [](const std::vector<int64_t>& of) { return of.size() - std::count(of.begin(), of.end(), 0); };
  std::string never;
  for (size_t i = 0; i < runs.size(); ++i) {
    if (runs[i] == 0) absl::StrAppend(&never, " ", OpTable::Builtin().at(static_cast<int>(i)).name);
  }
  return absl::StrCat("executed OK: ", ops(), " of ", runs.size(), " ops; gradients of ", count(gradients),
                      ", second ones of ", count(second_gradients), "\n", never.empty() ? "" : "never OK:", never, "\n");
}

void RunProgram(absl::Span<const uint8_t> program, bool trace, Coverage& coverage) {
  for (auto* counts : {&coverage.runs, &coverage.gradients, &coverage.second_gradients}) {
    counts->resize(static_cast<size_t>(OpTable::Builtin().size()));
  }
  Program(program, trace, coverage).Run();
  CheckNothingIsHeld();
}

}  // namespace eager::fuzz
