// IDX files, the format of MNIST and of what imitates it (http://yann.lecun.com/exdb/mnist).
#pragma once

#include <source_location>
#include <string>

#include "client/ndarray.h"

namespace eager::data {

// The array of an IDX file, plain or gzip: uint8, int8, int16, int32, float32 or float64 of any rank. Read-only.
// NOT_FOUND without the file, INVALID_ARGUMENT for a file of another format, DATA_LOSS for one that is cut off or too
// long.
NDArray load_idx(const std::string& path, std::source_location where = std::source_location::current());

struct LabelledImages {
  NDArray images;  // uint8 (n, 28, 28)
  NDArray labels;  // uint8 (n,)
};
struct Mnist {
  LabelledImages train, test;
};
// The four files of MNIST's names in a folder ("train-images-idx3-ubyte" and so on, each also with ".gz"), as Debian's
// dataset-fashion-mnist has them: auto [train, test] = load_mnist("/usr/share/datasets/fashion-mnist").
// INVALID_ARGUMENT if images and labels are not of equal number.
Mnist load_mnist(const std::string& folder, std::source_location where = std::source_location::current());

}  // namespace eager::data
