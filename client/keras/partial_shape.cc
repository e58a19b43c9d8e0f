#include "client/keras/partial_shape.h"

#include "absl/strings/str_cat.h"

namespace eager::keras {

int64_t PartialShape::num_elements(int first) const {
  int64_t n = 1;
  for (int axis = first; axis < rank(); ++axis) {
    if ((*this)[axis] == None) return None;
    n *= (*this)[axis];
  }
  return n;
}

PartialShape PartialShape::WithBatch(int64_t batch) const {
  std::vector<int64_t> dims{batch};
  dims.insert(dims.end(), dims_.begin(), dims_.end());
  return PartialShape(std::move(dims));
}

std::string PartialShape::ToString() const {
  std::string text = "(";
  for (size_t i = 0; i < dims_.size(); ++i) {
    absl::StrAppend(&text, i > 0 ? ", " : "", dims_[i] == None ? "None" : absl::StrCat(dims_[i]));
  }
  return text + (dims_.size() == 1 ? ",)" : ")");
}

}  // namespace eager::keras
