// Where elements come from: slices of tensors, counting, a function of the program.

#include <algorithm>
#include <cstring>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/core/call.h"
#include "client/core/throw.h"
#include "client/data/pipeline.h"

namespace eager::data {

std::string ElementSpec::ToString() const {
  const std::string dims = absl::StrJoin(shape, ", ", [](std::string* out, int64_t d) {
    absl::StrAppend(out, d < 0 ? "None" : absl::StrCat(d));
  });
  return absl::StrCat("TensorSpec(shape=(", dims, shape.size() == 1 ? ",)" : ")", ", dtype=tf.", Name(dtype),
                      ", name=None)");
}

namespace internal {
namespace {

using eager::internal::ValueOrThrow;

[[noreturn]] void Invalid(const std::string& message, Where where) {
  throw Error(absl::InvalidArgumentError(message), where);
}

// Rows of one array, stacked.
HostTensor GatherHost(const HostTensor& from, absl::Span<const int64_t> rows, const Shape& result) {
  const int64_t width = from.shape()[0] == 0 ? 0 : from.num_elements() / from.shape()[0];
  if (from.dtype() == DType::kString) {
    std::vector<std::string> texts;
    for (const int64_t row : rows) {
      for (int64_t i = 0; i < width; ++i) texts.emplace_back(from.string_at(row * width + i));
    }
    return HostTensor::Strings(result, texts);
  }
  HostTensor out(TensorSpec{from.dtype(), result}, /*zero=*/false);
  const size_t bytes = static_cast<size_t>(width) * SizeOf(from.dtype());
  char* to = static_cast<char*>(out.data());
  for (const int64_t row : rows) {
    if (bytes > 0) std::memcpy(to, from.bytes().data() + static_cast<size_t>(row) * bytes, bytes);
    to += bytes;
  }
  return out;
}

// The first axis of some arrays of equal first extent.
class SliceRows final : public Rows {
 public:
  explicit SliceRows(std::vector<Component> components) : components_(std::move(components)) {}

  Tensors Get(int64_t row, Where where) const override { return Take({&row, 1}, Shape(), where); }
  Tensors Gather(absl::Span<const int64_t> rows, Where where) const override {
    return Take(rows, Shape{static_cast<int64_t>(rows.size())}, where);
  }

 private:
  Tensors Take(absl::Span<const int64_t> rows, const Shape& outer, Where where) const {
    const eager::internal::NoTapes quiet;
    Tensors result;
    Tensor indices;  // shared by the components that are on a device
    for (const Component& c : components_) {
      if (c.tensor.valid()) {
        if (!indices.valid()) indices = Indices(rows, outer, *c.tensor.state()->context, where);
        const Operand operands[] = {{c.tensor, where}, {indices, where}, {0, where}};
        result.push_back(eager::internal::Call1(eager::internal::Op("GatherV2"), operands, {}, where));
      } else {
        Shape shape = outer;
        for (const int64_t d : c.host.shape().dims().subspan(1)) shape.push_back(d);
        result.push_back(eager::internal::PutHost(GatherHost(c.host, rows, shape), where));
      }
    }
    return result;
  }

  static Tensor Indices(absl::Span<const int64_t> rows, const Shape& outer, eager::internal::ContextState& context,
                        Where where) {
    const std::string* device = ValueOrThrow(context.FindDevice(eager::internal::ThreadDevice()), where);
    return Tensor(ValueOrThrow(context.Put(HostTensor::FromSpan<int64_t>(outer, rows), *device, where), where));
  }

  const std::vector<Component> components_;
};

class RangeRows final : public Rows {
 public:
  RangeRows(int64_t start, int64_t step) : start_(start), step_(step) {}
  Tensors Get(int64_t row, Where where) const override {
    return {eager::internal::PutHost(HostTensor::Scalar<int64_t>(At(row)), where)};
  }
  Tensors Gather(absl::Span<const int64_t> rows, Where where) const override {
    HostTensor values(TensorSpec{DType::kInt64, Shape{static_cast<int64_t>(rows.size())}});
    std::transform(rows.begin(), rows.end(), values.values<int64_t>().begin(), [&](int64_t row) { return At(row); });
    return {eager::internal::PutHost(values, where)};
  }

 private:
  // The result is within the range; the way there may be longer than an int64 counts.
  int64_t At(int64_t row) const {
    return static_cast<int64_t>(static_cast<uint64_t>(start_) +
                                static_cast<uint64_t>(row) * static_cast<uint64_t>(step_));
  }
  const int64_t start_, step_;
};

// Rows 0 to count - 1 of a table.
class RowsNode final : public Node {
 public:
  RowsNode(std::unique_ptr<Rows> rows, int64_t count, std::vector<ElementSpec> specs, bool works)
      : rows_(std::move(rows)), count_(count), specs_(std::move(specs)), works_(works) {}

  std::unique_ptr<Cursor> Start() const override {
    class Pass final : public Cursor {
     public:
      explicit Pass(const RowsNode& node) : node_(node) {}
      bool Next(Item& item, Where) override {
        if (next_ >= node_.count_) return false;
        item.clear();
        item.push_back({node_.rows_.get(), next_++, {}});
        return true;
      }

     private:
      const RowsNode& node_;
      int64_t next_ = 0;
    };
    return std::make_unique<Pass>(*this);
  }
  int64_t Cardinality() const override { return count_; }
  std::vector<ElementSpec> Specs(Where) const override { return specs_; }
  bool Works() const override { return works_; }

 private:
  const std::unique_ptr<Rows> rows_;
  const int64_t count_;
  const std::vector<ElementSpec> specs_;
  const bool works_;
};

class GeneratorNode final : public Node {
 public:
  explicit GeneratorNode(std::function<NextFn()> make) : make_(std::move(make)) {}

  std::unique_ptr<Cursor> Start() const override {
    class Pass final : public Cursor {
     public:
      explicit Pass(NextFn next) : next_(std::move(next)) {}
      bool Next(Item& item, Where) override {
        if (next_ == nullptr) return false;
        std::optional<Tensors> element = next_();
        if (!element.has_value()) {
          next_ = nullptr;
          return false;
        }
        item = ItemOf(*std::move(element));
        return true;
      }

     private:
      NextFn next_;
    };
    return std::make_unique<Pass>(make_());
  }
  int64_t Cardinality() const override { return kUnknownCardinality; }
  std::vector<ElementSpec> Specs(Where where) const override { return SpecsOfFirst(*this, where); }
  bool Works() const override { return true; }

 private:
  const std::function<NextFn()> make_;
};

const Shape& ShapeOf(const Component& c, Where where) {
  return c.tensor.valid() ? c.tensor.shape(where) : c.host.shape();
}

}  // namespace

NodeRef MakeSlices(std::vector<Component> components, int64_t max_device_bytes, Where where) {
  if (components.empty()) Invalid("from_tensor_slices: there is nothing to slice", where);
  std::vector<ElementSpec> specs;
  int64_t count = 0;
  size_t host_bytes = 0;
  for (size_t i = 0; i < components.size(); ++i) {
    const Component& c = components[i];
    if (!c.tensor.valid() && !c.host.valid())
      Invalid(absl::StrCat("from_tensor_slices: component ", i, " is empty"), where);
    const Shape& shape = ShapeOf(c, where);
    if (shape.is_scalar())
      Invalid(absl::StrCat("from_tensor_slices: component ", i, " is a scalar, which has no slices"), where);
    if (i == 0) count = shape[0];
    if (shape[0] != count) {
      Invalid(absl::StrCat("from_tensor_slices: Dimensions ", count, " and ", shape[0],
                           " are not compatible: component 0 has ", count, " slices, component ", i, " has ", shape[0]),
              where);
    }
    const auto rest = shape.dims().subspan(1);
    specs.push_back({c.tensor.valid() ? c.tensor.dtype() : c.host.dtype(), {rest.begin(), rest.end()}});
    host_bytes += c.host.num_bytes();
  }
  const bool upload = host_bytes <= static_cast<size_t>(std::max<int64_t>(max_device_bytes, 0));
  bool works = false;
  for (Component& c : components) {
    if (c.tensor.valid()) continue;
    if (upload && c.host.dtype() != DType::kString) {
      c.tensor = eager::internal::PutHost(c.host, where);
      c.host = HostTensor();
    } else {
      works = true;
    }
  }
  return std::make_shared<RowsNode>(std::make_unique<SliceRows>(std::move(components)), count, std::move(specs), works);
}

NodeRef MakeRange(int64_t start, int64_t stop, int64_t step, Where where) {
  if (step == 0) Invalid("range: the step must not be 0", where);
  const bool any = step > 0 ? start < stop : start > stop;
  // As unsigned numbers, for the span between two int64 may need 64 bits.
  const uint64_t span = step > 0 ? static_cast<uint64_t>(stop) - static_cast<uint64_t>(start)
                                 : static_cast<uint64_t>(start) - static_cast<uint64_t>(stop);
  const uint64_t stride = step > 0 ? static_cast<uint64_t>(step) : uint64_t{0} - static_cast<uint64_t>(step);
  const uint64_t count = any ? (span - 1) / stride + 1 : 0;
  const auto rows = static_cast<int64_t>(std::min<uint64_t>(count, std::numeric_limits<int64_t>::max()));
  return std::make_shared<RowsNode>(std::make_unique<RangeRows>(start, step), rows,
                                    std::vector<ElementSpec>{{DType::kInt64, {}}}, /*works=*/false);
}

NodeRef MakeGenerator(std::function<NextFn()> make) { return std::make_shared<GeneratorNode>(std::move(make)); }

}  // namespace internal
}  // namespace eager::data
