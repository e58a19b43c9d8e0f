#include "client/debugging.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "client/math.h"
#include "client/op.h"

namespace eager::debugging {
namespace {

using Where = std::source_location;

[[noreturn]] void Fail(const std::string& message, const std::string& text, Where where) {
  throw Error(absl::InvalidArgumentError(message.empty() ? text : absl::StrCat(message, "\n", text)), where);
}

std::vector<int64_t> AllAxes(const Tensor& t) {
  std::vector<int64_t> axes(t.rank());
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

// An op of the library's own, whose errors are the caller's.
Tensor Run(const char* name, const Operand& x, Where where) { return op(name, {x}, {}, where)[0]; }

Tensor Reduce(const char* name, const Tensor& t, Where where) {
  return op(name, {Operand(t, where), Operand(AllAxes(t), where)}, {}, where)[0];
}

bool All(const Tensor& t, Where where) { return Reduce("All", t, where).numpy(where).values<bool>()[0]; }

// Elements in row-major order as NumPy prints a vector of them.
std::string Text(const HostTensor& values, const std::vector<int64_t>& elements) {
  std::string bytes;
  const size_t size = SizeOf(values.dtype());
  for (const int64_t i : elements) absl::StrAppend(&bytes, values.bytes().substr(static_cast<size_t>(i) * size, size));
  std::ostringstream out;
  out << HostTensor::FromBytes({values.dtype(), Shape{static_cast<int64_t>(elements.size())}}, bytes).value();
  return out.str();
}

std::string FirstElements(const char* name, const HostTensor& values, int summarize) {
  std::vector<int64_t> first(summarize < 0 ? values.num_elements() : std::min<int64_t>(summarize, values.num_elements()));
  std::iota(first.begin(), first.end(), 0);
  return absl::StrCat("First ", first.size(), " elements of ", name, ":\n", Text(values, first));
}

// Where two tensors of one shape differ, and what stands there.
std::string Differences(const HostTensor& x, const HostTensor& y, const HostTensor& holds, int summarize) {
  std::vector<int64_t> different;
  for (int64_t i = 0; i < holds.num_elements(); ++i) {
    const bool full = summarize >= 0 && static_cast<int64_t>(different.size()) == summarize;
    if (!full && !holds.values<bool>()[i]) different.push_back(i);
  }
  const Shape& shape = holds.shape();
  std::vector<int64_t> indices;
  for (const int64_t element : different) {
    int64_t stride = shape.num_elements(), rest = element;
    for (const int64_t extent : shape.dims()) {
      stride /= extent;
      indices.push_back(rest / stride);
      rest %= stride;
    }
  }
  std::ostringstream out;
  out << "Indices of first " << different.size() << " different values:\n"
      << HostTensor::FromSpan<int64_t>(Shape{static_cast<int64_t>(different.size()), shape.rank()}, indices)
      << "\nCorresponding x values:\n" << Text(x, different) << "\nCorresponding y values:\n" << Text(y, different) << "\n";
  return out.str();
}

void Compare(const char* op_name, const char* symbol, const Operand& x, const Operand& y, const AssertOptions& options) {
  const Where where = x.where();
  const Tensor holds = op(op_name, {x, y}, {}, where)[0];
  if (All(holds, where)) return;
  const HostTensor a = Run("Identity", x, where).numpy(where), b = Run("Identity", y, where).numpy(where);
  std::string text = absl::StrCat("Condition x ", symbol, " y did not hold.\n");
  if (op_name == absl::string_view("Equal") && a.shape() == b.shape() && a.shape().rank() > 0) {
    text += Differences(a, b, holds.numpy(where), options.summarize);
  }
  Fail(options.message, absl::StrCat(text, FirstElements("x", a, options.summarize), "\n", FirstElements("y", b, options.summarize)),
       where);
}

double Epsilon(DType dtype, Where where) {
  switch (dtype) {
    case DType::kFloat64: return std::numeric_limits<double>::epsilon();
    case DType::kFloat32: return std::numeric_limits<float>::epsilon();
    case DType::kFloat16: return 0x1p-10;
    case DType::kBFloat16: return 0x1p-7;
    default: Fail("", absl::StrCat("assert_near: expected a floating dtype, got ", std::string(Name(dtype))), where);
  }
}

std::string Named(const Tensor& t) {
  return absl::StrCat("Tensor shape=", t.shape().ToTuple(), " dtype=", std::string(Name(t.dtype())));
}

}  // namespace

void assert_equal(const Operand& x, const Operand& y, const AssertOptions& options) { Compare("Equal", "==", x, y, options); }
void assert_none_equal(const Operand& x, const Operand& y, const AssertOptions& options) { Compare("NotEqual", "!=", x, y, options); }
void assert_less(const Operand& x, const Operand& y, const AssertOptions& options) { Compare("Less", "<", x, y, options); }
void assert_less_equal(const Operand& x, const Operand& y, const AssertOptions& options) { Compare("LessEqual", "<=", x, y, options); }
void assert_greater(const Operand& x, const Operand& y, const AssertOptions& options) { Compare("Greater", ">", x, y, options); }
void assert_greater_equal(const Operand& x, const Operand& y, const AssertOptions& options) {
  Compare("GreaterEqual", ">=", x, y, options);
}

void assert_equal(const Shape& x, const Shape& y, const AssertOptions& options, Where where) {
  if (x == y) return;
  Fail(options.message, absl::StrCat("Condition x == y did not hold.\nx: ", x.ToTuple(), "\ny: ", y.ToTuple()), where);
}

void assert_near(const Tensor& x, const Operand& y, const NearOptions& options, Where where) {
  const double epsilon = 10 * Epsilon(x.dtype(), where);
  const double rtol = options.rtol.value_or(epsilon), atol = options.atol.value_or(epsilon);
  // A host number becomes one of x's dtype.
  const Tensor other = op("AddV2", {Operand(Run("ZerosLike", Operand(x, where), where), where), y}, {}, where)[0];
  const Tensor near = abs(x - other) < abs(other) * rtol + atol;
  if (All(near, where)) return;
  Fail(options.message,
       absl::StrCat("x and y not equal to tolerance rtol = ", rtol, ", atol = ", atol, "\n",
                    FirstElements("x", x.numpy(where), options.summarize), "\n",
                    FirstElements("y", other.numpy(where), options.summarize)),
       where);
}

Tensor check_numerics(const Tensor& tensor, const std::string& message, Where where) {
  const auto any = [&](const char* test) { return Reduce("Any", Run(test, Operand(tensor, where), where), where); };
  const HostTensor both = stack({any("IsInf"), any("IsNan")}).numpy(where);
  const bool inf = both.values<bool>()[0], nan = both.values<bool>()[1];
  if (!inf && !nan) return tensor;
  const char* what = inf && nan ? "Inf and NaN" : inf ? "Inf" : "NaN";
  Fail("", absl::StrCat(message, " : Tensor had ", what, " values"), where);
}

void assert_shapes(const std::vector<std::pair<Tensor, std::vector<Dim>>>& shapes, const AssertOptions& options, Where where) {
  struct Size {
    int64_t size;
    std::string from;
  };
  std::map<std::string, Size> sizes;
  for (const auto& [tensor, dims] : shapes) {
    const Shape& shape = tensor.shape(where);
    if (shape.rank() != static_cast<int>(dims.size())) {
      Fail(options.message, absl::StrCat(Named(tensor), " must have rank ", dims.size(), ".  Received rank ", shape.rank(),
                                         ", shape ", shape.ToTuple()),
           where);
    }
    for (int axis = 0; axis < shape.rank(); ++axis) {
      Size want{shape[axis], ""};
      if (const auto* size = std::get_if<int64_t>(&dims[axis])) {
        want = {*size, "Specified explicitly"};
      } else {
        const std::string from = absl::StrCat("Specified by ", Named(tensor), " dimension ", axis);
        want = sizes.try_emplace(std::get<std::string>(dims[axis]), Size{shape[axis], from}).first->second;
      }
      if (want.size == shape[axis]) continue;
      Fail(options.message, absl::StrCat(want.from, ".  ", Named(tensor), " dimension ", axis, " must have size ", want.size,
                                         ".  Received size ", shape[axis], ", shape ", shape.ToTuple()),
           where);
    }
  }
}

}  // namespace eager::debugging
