// Kernels of casts, which are many: by kind of the type that is cast from, compiled apart.
#pragma once

#include "server/kernels/kernel.h"

namespace eager::server::cuda {

// The kernel for elements whose bits a cast changes; null if there is none. `from` is a floating or complex dtype …
KernelFn CastFromFloating(DType from, DType to, bool truncate);
// … or bool or an integer.
KernelFn CastFromInteger(DType from, DType to, bool truncate);

}  // namespace eager::server::cuda
