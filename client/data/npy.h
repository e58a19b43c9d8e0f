// NumPy's files: .npy for one array, .npz for several (numpy.lib.format, versions 1.0 to 3.0).
//
// bool, integers, floats and complex numbers of either byte order and either memory order are read as they are,
// fixed-length bytes and unicode as strings (unicode as UTF-8). INVALID_ARGUMENT for files of another format,
// UNIMPLEMENTED for arrays of Python objects, records or dates, DATA_LOSS for files that are cut off or damaged; each
// names the file. What is read is read-only. Files are written beside their place and moved there when complete.
#pragma once

#include <map>
#include <source_location>
#include <string>

#include "client/ndarray.h"

namespace eager::np {

NDArray load(const std::string& path, std::source_location where = std::source_location::current());
// All dtypes but bfloat16, which NumPy does not have. Strings become bytes as long as the longest; one with a NUL at
// its end, which NumPy would drop, is INVALID_ARGUMENT.
void save(const std::string& path, const NDArray& array, std::source_location where = std::source_location::current());

// Arrays by name, without the ".npy" that they have in the archive.
using Arrays = std::map<std::string, NDArray>;
Arrays load_npz(const std::string& path, std::source_location where = std::source_location::current());
void savez(const std::string& path, const Arrays& arrays, std::source_location where = std::source_location::current());
void savez_compressed(const std::string& path, const Arrays& arrays,
                      std::source_location where = std::source_location::current());

}  // namespace eager::np
