#include "tests/ops/sample.h"

#include <algorithm>
#include <fstream>
#include <random>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/constant.h"
#include "client/op.h"
#include "common/ops/op_table.h"
#include "common/status_macros.h"
#include "common/visit_dtype.h"
#include "tests/conformance/attrs.h"
#include "tests/conformance/check.h"

namespace eager::ops_test {
namespace {

absl::Status Expected(absl::string_view what, absl::string_view token) {
  return absl::InvalidArgumentError(absl::StrCat("expected ", what, ", got '", token, "'"));
}

// FNV-1a: the same in every process, unlike std::hash and absl::Hash.
uint64_t Seed(absl::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

// The imaginary parts are the numbers in the opposite order.
template <class T>
HostTensor ComplexNumbers(DType dtype, const Shape& shape, const std::vector<double>& numbers) {
  HostTensor t(TensorSpec{dtype, shape});
  T* parts = static_cast<T*>(t.data());
  for (size_t i = 0; i < numbers.size(); ++i) {
    parts[2 * i] = static_cast<T>(numbers[i]);
    parts[2 * i + 1] = static_cast<T>(numbers[numbers.size() - 1 - i]);
  }
  return t;
}

absl::StatusOr<HostTensor> FromNumbers(DType dtype, const Shape& shape, const std::vector<double>& numbers) {
  if (dtype == DType::kComplex64) return ComplexNumbers<float>(dtype, shape, numbers);
  if (dtype == DType::kComplex128) return ComplexNumbers<double>(dtype, shape, numbers);
  return VisitDType(
      dtype,
      [&]<class T>() -> absl::StatusOr<HostTensor> {
        HostTensor t(TensorSpec{dtype, shape});
        std::transform(numbers.begin(), numbers.end(), t.values<T>().begin(), [](double v) {
          if constexpr (std::is_arithmetic_v<T>) {
            return static_cast<T>(v);
          } else {
            return T(static_cast<float>(v));
          }
        });
        return t;
      },
      [&]() -> absl::StatusOr<HostTensor> {
        return absl::InvalidArgumentError(absl::StrCat("no sample values of dtype ", Name(dtype)));
      });
}

// Floating values lie evenly over the range, a little off, in a random order: no two are so close that a difference
// quotient would step from one side of a maximum to the other.
std::vector<double> RandomNumbers(DType dtype, int64_t n, double low, double high, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<double> numbers(static_cast<size_t>(n));
  if (!IsFloating(dtype) && !IsComplex(dtype)) {
    std::uniform_int_distribution<int64_t> uniform(static_cast<int64_t>(low), static_cast<int64_t>(high));
    for (double& v : numbers) v = static_cast<double>(uniform(random));
    return numbers;
  }
  std::uniform_real_distribution<double> off(0.3, 0.7);
  for (int64_t i = 0; i < n; ++i)
    numbers[i] = low + (high - low) * (static_cast<double>(i) + off(random)) / static_cast<double>(n);
  std::shuffle(numbers.begin(), numbers.end(), random);
  return numbers;
}

absl::StatusOr<std::vector<double>> ParseNumbers(absl::string_view list) {
  std::vector<double> numbers;
  for (absl::string_view piece : absl::StrSplit(list, ',', absl::SkipEmpty())) {
    double number = piece == "true";
    if (piece != "true" && piece != "false" && !absl::SimpleAtod(piece, &number)) return Expected("a number", piece);
    numbers.push_back(number);
  }
  return numbers;
}

// Takes what stands between `open` and `close` from the front of `rest`.
bool ConsumeBetween(absl::string_view* rest, char open, char close, absl::string_view* inside) {
  if (rest->empty() || rest->front() != open) return false;
  const size_t end = rest->find(close);
  if (end == absl::string_view::npos) return false;
  *inside = rest->substr(1, end - 1);
  rest->remove_prefix(end + 1);
  return true;
}

// [var:][dtype][[extents]][{values} | @low:high], or a number alone.
absl::StatusOr<SampleInput> ParseInput(absl::string_view token, uint64_t seed) {
  SampleInput input;
  absl::string_view rest = token, inside;
  input.variable = absl::ConsumePrefix(&rest, "var:");
  const size_t name_end = rest.find_first_of("[{");
  if (name_end == absl::string_view::npos) {
    ASSIGN_OR_RETURN(const std::vector<double> numbers, ParseNumbers(rest));
    if (numbers.size() != 1) return Expected("an input", token);
    const bool logical = rest == "true" || rest == "false";
    ASSIGN_OR_RETURN(input.value, FromNumbers(logical ? DType::kBool : DType::kInt32, Shape(), numbers));
    return input;
  }
  DType dtype = DType::kInvalid;
  if (name_end > 0) {
    ASSIGN_OR_RETURN(dtype, ParseDType(rest.substr(0, name_end)));
    rest.remove_prefix(name_end);
  }
  std::optional<Shape> shape;
  if (ConsumeBetween(&rest, '[', ']', &inside)) {
    ASSIGN_OR_RETURN(const std::vector<double> extents, ParseNumbers(inside));
    ASSIGN_OR_RETURN(shape, Shape::Make(std::vector<int64_t>(extents.begin(), extents.end())));
  }
  if (ConsumeBetween(&rest, '{', '}', &inside)) {
    if (!rest.empty()) return Expected("the end of an input", rest);
    if (dtype == DType::kString) {
      const std::vector<std::string> texts = absl::StrSplit(inside, ',');
      if (!shape.has_value()) shape = Shape{static_cast<int64_t>(texts.size())};
      if (shape->num_elements() != static_cast<int64_t>(texts.size())) return Expected("as many values as extents", token);
      input.value = HostTensor::Strings(*shape, texts);
      return input;
    }
    if (dtype == DType::kInvalid) dtype = shape.has_value() ? DType::kFloat64 : DType::kInt32;
    ASSIGN_OR_RETURN(const std::vector<double> numbers, ParseNumbers(inside));
    if (!shape.has_value()) shape = Shape{static_cast<int64_t>(numbers.size())};
    if (shape->num_elements() != static_cast<int64_t>(numbers.size()))
      return Expected("as many values as extents", token);
    ASSIGN_OR_RETURN(input.value, FromNumbers(dtype, *shape, numbers));
    return input;
  }
  if (!shape.has_value()) return Expected("an input", token);
  if (dtype == DType::kInvalid) dtype = DType::kFloat64;
  const bool fractions = IsFloating(dtype) || IsComplex(dtype);
  double low = fractions ? -1 : 0, high = fractions || dtype == DType::kBool ? 1 : 9;
  if (absl::ConsumePrefix(&rest, "@")) {
    const std::vector<absl::string_view> range = absl::StrSplit(rest, ':');
    if (range.size() != 2 || !absl::SimpleAtod(range[0], &low) || !absl::SimpleAtod(range[1], &high)) {
      return Expected("low:high", rest);
    }
  } else if (!rest.empty()) {
    return Expected("@low:high", rest);
  }
  ASSIGN_OR_RETURN(input.value,
                   FromNumbers(dtype, *shape, RandomNumbers(dtype, shape->num_elements(), low, high, seed)));
  return input;
}

// What stands behind the bar.
absl::Status ParseNotes(absl::string_view notes, Sample& sample) {
  if (absl::ConsumePrefix(&notes, "none:")) {
    sample.no_gradient = std::string(absl::StripAsciiWhitespace(notes));
    return sample.no_gradient.empty() ? Expected("a reason", notes) : absl::OkStatus();
  }
  for (absl::string_view note : absl::StrSplit(notes, ' ', absl::SkipEmpty())) {
    if (absl::ConsumePrefix(&note, "tolerance=")) {
      if (!absl::SimpleAtod(note, &sample.tolerance)) return Expected("a number", note);
    } else if (absl::ConsumePrefix(&note, "outputs=")) {
      ASSIGN_OR_RETURN(const std::vector<double> outputs, ParseNumbers(note));
      sample.outputs.assign(outputs.begin(), outputs.end());
    } else if (absl::ConsumePrefix(&note, "by=")) {
      ASSIGN_OR_RETURN(const std::vector<double> by, ParseNumbers(note));
      sample.by.assign(by.begin(), by.end());
    } else if (note == "symmetric") {
      sample.symmetric = true;
    } else if (note == "first-order") {
      sample.order = 1;
    } else {
      return Expected("none: REASON, outputs=LIST, by=LIST, symmetric, first-order or tolerance=NUMBER", note);
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string Sample::where() const { return absl::StrCat(file, ":", line, ": ", text); }

NamedAttrs Sample::named_attrs() const { return conformance::AttrsFromJson(attrs, op); }

absl::StatusOr<Sample> ParseSample(absl::string_view line) {
  Sample sample;
  sample.text = std::string(line);
  const std::pair<absl::string_view, absl::string_view> halves = absl::StrSplit(line, absl::MaxSplits(" | ", 1));
  const std::vector<absl::string_view> tokens = absl::StrSplit(halves.first, ' ', absl::SkipEmpty());
  if (tokens.empty()) return Expected("an op", line);
  ASSIGN_OR_RETURN(sample.op, OpTable::Builtin().Get(tokens[0]));
  const uint64_t seed = Seed(halves.first);
  for (size_t i = 1; i < tokens.size(); ++i) {
    const size_t equals = tokens[i].find('=');
    if (equals != absl::string_view::npos) {
      const absl::string_view value = tokens[i].substr(equals + 1);
      nlohmann::json parsed = nlohmann::json::parse(value.begin(), value.end(), nullptr, /*allow_exceptions=*/false);
      sample.attrs[std::string(tokens[i].substr(0, equals))] =
          parsed.is_discarded() ? nlohmann::json(std::string(value)) : std::move(parsed);
    } else {
      ASSIGN_OR_RETURN(SampleInput input, ParseInput(tokens[i], seed + i));
      sample.inputs.push_back(std::move(input));
    }
  }
  RETURN_IF_ERROR(ParseNotes(halves.second, sample));
  return sample;
}

absl::StatusOr<std::vector<Sample>> ReadSamples(const std::string& file) {
  std::ifstream in(absl::StrCat(EAGERD_OP_SAMPLES_DIR, "/", file));
  if (!in) return absl::NotFoundError(absl::StrCat("cannot open ", file));
  std::vector<Sample> samples;
  std::string text;
  for (int line = 1; std::getline(in, text); ++line) {
    const absl::string_view stripped = absl::StripAsciiWhitespace(text);
    if (stripped.empty() || stripped.front() == '#') continue;
    absl::StatusOr<Sample> sample = ParseSample(stripped);
    if (!sample.ok()) {
      return absl::Status(sample.status().code(), absl::StrCat(file, ":", line, ": ", sample.status().message()));
    }
    sample->file = file;
    sample->line = line;
    samples.push_back(*std::move(sample));
  }
  return samples;
}

std::vector<Tensor> CallOp(const Sample& sample, const std::vector<Tensor>& inputs) {
  return op(std::string(sample.op->name), conformance::Operands(inputs), sample.named_attrs());
}

Call::Call(const Sample& sample)
    : Call(sample, [&] {
        std::vector<HostTensor> values;
        for (const SampleInput& input : sample.inputs) values.push_back(input.value);
        return values;
      }()) {}

Call::Call(const Sample& sample, const std::vector<HostTensor>& values) : sample_(sample) {
  for (size_t i = 0; i < sample.inputs.size(); ++i) {
    if (sample.inputs[i].variable) {
      inputs_.push_back(variables_.emplace_back(values.at(i)).handle());
    } else {
      inputs_.push_back(constant(values.at(i)));
    }
  }
}

std::vector<HostTensor> Call::variables() const {
  std::vector<HostTensor> values;
  for (const Variable& v : variables_) values.push_back(v.numpy());
  return values;
}

}  // namespace eager::ops_test
