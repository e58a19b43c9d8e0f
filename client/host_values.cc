#include "client/host_values.h"

#include "absl/strings/str_cat.h"
#include "common/visit_dtype.h"

namespace eager::internal {
namespace {

[[noreturn]] void Throw(const std::string& message, std::source_location where) {
  throw Error(absl::InvalidArgumentError(message), where);
}

class Reader {
 public:
  explicit Reader(std::source_location where) : where_(where) {}

  HostTensor Read(const std::vector<Literal>& list) {
    Measure(list);
    Collect(list, 0);
    if (dtype_ == DType::kString) return HostTensor::Strings(shape_, texts_);
    HostTensor host(TensorSpec{dtype_ == DType::kInvalid ? DType::kFloat32 : dtype_, shape_});
    VisitDType(host.dtype(), [&]<class T>() {
      if constexpr (std::is_arithmetic_v<T>) {
        T* out = host.values<T>().data();
        for (const Literal* leaf : leaves_) *out++ = NumberOf<T>(*leaf);
      }
    }, [] {});
    return host;
  }

 private:
  template <class T>
  static T NumberOf(const Literal& leaf) {
    if (IsFloating(leaf.dtype())) return static_cast<T>(leaf.float_value());
    if (leaf.dtype() == DType::kUint64) return static_cast<T>(static_cast<uint64_t>(leaf.int_value()));
    return static_cast<T>(leaf.int_value());
  }

  void Measure(const std::vector<Literal>& list) {
    shape_.push_back(static_cast<int64_t>(list.size()));
    if (!list.empty() && list[0].is_list()) Measure(list[0].list());
  }

  void Collect(const std::vector<Literal>& list, int axis) {
    const auto size = static_cast<int64_t>(list.size());
    if (size != shape_[axis]) ThrowRagged(axis, shape_[axis], size, where_);
    for (const Literal& item : list) {
      if (item.is_list() != (axis + 1 < shape_.rank())) {
        Throw(absl::StrCat("a list has both values and lists on axis ", axis), where_);
      }
      if (item.is_list()) {
        Collect(item.list(), axis + 1);
      } else {
        dtype_ = Common(dtype_, item.dtype());
        if (item.dtype() == DType::kString) {
          texts_.push_back(item.text());
        } else {
          leaves_.push_back(&item);
        }
      }
    }
  }

  DType Common(DType a, DType b) const {
    if (a == DType::kInvalid || a == b) return b;
    const auto apart = [](DType d) { return d == DType::kBool || d == DType::kString; };
    if (apart(a) || apart(b)) Throw(absl::StrCat("a list has both ", Name(a), " and ", Name(b), " values"), where_);
    for (DType wider : {DType::kFloat64, DType::kFloat32, DType::kUint64, DType::kInt64, DType::kUint32}) {
      if (a == wider || b == wider) return wider;
    }
    return DType::kInt32;
  }

  const std::source_location where_;
  Shape shape_;
  DType dtype_ = DType::kInvalid;
  std::vector<const Literal*> leaves_;
  std::vector<std::string> texts_;
};

}  // namespace

HostTensor FromLiterals(const std::vector<Literal>& list, std::source_location where) {
  return Reader(where).Read(list);
}

void ThrowRagged(int axis, int64_t expected, int64_t got, std::source_location where) {
  Throw(absl::StrCat("the lists on axis ", axis, " have different lengths: ", expected, " and ", got), where);
}

}  // namespace eager::internal
