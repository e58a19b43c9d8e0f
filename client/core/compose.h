// What functions that are made of several ops are written with.
#pragma once

#include <initializer_list>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/axes.h"
#include "client/core/call.h"
#include "client/variable.h"

namespace eager::internal {

using Where = std::source_location;

inline Tensor Run(absl::string_view op, std::initializer_list<Operand> operands, const NamedAttrs& attrs = {}) {
  return Call1(Op(op), absl::MakeConstSpan(operands.begin(), operands.size()), attrs, operands.begin()->where());
}

// An op with a list input.
inline Tensor RunList(absl::string_view op, const std::vector<Operand>& values, const NamedAttrs& attrs = {}) {
  return Call1(Op(op), values, attrs, values.empty() ? Where::current() : values[0].where());
}

[[noreturn]] inline void Refuse(const std::string& why, const Where& where) {
  throw Error(absl::InvalidArgumentError(why), where);
}

// A value on the way through such a function. It remembers the line of the program that called the function, which is
// the one that errors of every op on the way have to name; arithmetic between values keeps it.
class Term {
 public:
  // A tensor as it is; a variable is read and a number sent, once.
  Term(const Operand& x)  // NOLINT
      : tensor_(x.tensor() != nullptr ? *x.tensor() : Run("Identity", {x})), where_(x.where()) {}
  Term(Tensor tensor, const Where& where) : tensor_(std::move(tensor)), where_(where) {}

  operator Operand() const { return Operand(tensor_, where_); }  // NOLINT
  operator const Tensor&() const { return tensor_; }             // NOLINT
  const Tensor& tensor() const { return tensor_; }
  const Where& where() const { return where_; }
  DType dtype() const { return tensor_.dtype(); }
  const Shape& shape() const { return tensor_.shape(where_); }  // may wait, as Tensor::shape
  int rank() const { return shape().rank(); }

  // An op of this value, or of this one and others.
  Term To(absl::string_view op, const NamedAttrs& attrs = {}) const { return {Run(op, {*this}, attrs), where_}; }
  Term To(absl::string_view op, const Operand& y, const NamedAttrs& attrs = {}) const {
    return {Run(op, {*this, y}, attrs), where_};
  }
  Term To(absl::string_view op, const std::vector<int64_t>& y, const NamedAttrs& attrs = {}) const {
    return To(op, Operand(y, where_), attrs);
  }
  Term Cast(DType dtype) const { return dtype == this->dtype() ? *this : To("Cast", {{"DstT", dtype}}); }
  Term Reshape(const Shape& shape) const { return To("Reshape", Operand(shape, where_)); }

 private:
  Tensor tensor_;
  Where where_;
};

inline Term operator+(const Term& a, const Term& b) { return a.To("AddV2", Operand(b)); }
inline Term operator-(const Term& a, const Term& b) { return a.To("Sub", Operand(b)); }
inline Term operator*(const Term& a, const Term& b) { return a.To("Mul", Operand(b)); }
inline Term operator+(const Term& a, double b) { return a.To("AddV2", Operand(b, a.where())); }
inline Term operator-(const Term& a, double b) { return a.To("Sub", Operand(b, a.where())); }
inline Term operator*(const Term& a, double b) { return a.To("Mul", Operand(b, a.where())); }
inline Term operator-(double a, const Term& b) { return {Run("Sub", {Operand(a, b.where()), b}), b.where()}; }
inline Term operator-(const Term& a) { return a.To("Neg"); }

inline Term Select(const Term& condition, const Operand& x, const Operand& y) {
  return {Run("SelectV2", {condition, x, y}), condition.where()};
}

inline int RankOf(const Operand& x) {
  if (x.variable() != nullptr) return x.variable()->shape().rank();
  if (x.kind() == Operand::Kind::kArray) return x.array().shape().rank();
  return x.tensor() != nullptr ? x.tensor()->shape(x.where()).rank() : x.kind() == Operand::Kind::kInts;
}

// The axes that an op takes: those that are named, else all that x has.
inline std::vector<int64_t> AxesOf(const Operand& x, const Axes& axes) {
  if (axes.has_value()) return *axes;
  std::vector<int64_t> all(static_cast<size_t>(RankOf(x)));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

// `axis` counted from the front. INVALID_ARGUMENT unless it is one of `rank`.
inline int64_t AxisOf(int64_t axis, int rank, absl::string_view function, const Where& where) {
  if (axis < -rank || axis >= rank) {
    Refuse(absl::StrCat(function, ": axis must be in the range [", -rank, ", ", rank, "), got ", axis), where);
  }
  return axis < 0 ? axis + rank : axis;
}

}  // namespace eager::internal
