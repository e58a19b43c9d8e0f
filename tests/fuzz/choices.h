// What a call needs besides its op, as a program's bytes choose it: mostly right for the op's row, sometimes not.
#pragma once

#include <string>
#include <vector>

#include "common/attr.h"
#include "common/host_tensor.h"
#include "tests/fuzz/encoding.h"

namespace eager::fuzz {

inline constexpr int64_t kMaxElements = 4096;  // of one tensor that a program makes

// The dtype with the code in the next byte if `allowed` has it, else another one that it has.
DType ChooseDType(ByteReader& bytes, const DTypeSet& allowed);

// How an attribute stands in a program: one of these bytes, then, for the last two, its value.
enum AttrForm : uint8_t {
  kDefault = 0,     // left out if the row has a default
  kRight = 1,       // a value of the row's kind; so are all other bytes
  kLeftOut = 0xFE,  // left out, needed or not
  kAnyKind = 0xFF,  // a byte for the kind, then a value of it
};

// The attributes of a call. `dtypes` gets, by position of the attribute, what inputs of that type attribute should
// have; `name_types`: they stand among the attributes as well.
NamedAttrs ChooseAttrs(ByteReader& bytes, const OpSpec& op, bool name_types, std::vector<DType>& dtypes);

// The shape in a program: a byte, rank 0 to 8, or 9: `like`; then an Int per axis, cut so that no more than
// kMaxElements come out. Beside an extent of 0 the others may be as large as they want.
Shape ChooseShape(ByteReader& bytes, const Shape& like);

// How the values of a tensor stand in a program.
enum ValueForm : uint8_t {
  kSmall = 0,   // numbers around 0, made up from a byte
  kEach = 1,    // an Int or a Float (two for complex) for each element, a text for strings
  kEqual = 2,   // one for all
  kPositive = 3 // small positive numbers
};

// The bytes of a tensor of values that the program chooses. Not for resources.
std::string ChooseValues(ByteReader& bytes, const TensorSpec& spec);

}  // namespace eager::fuzz
