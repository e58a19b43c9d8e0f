# Whether the build has CUDA, and for which GPUs. Sets EAGERD_WITH_CUDA.
#   EAGERD_CUDA                 AUTO: if nvcc is found; ON: an error if it is not; OFF
#   EAGERD_CUDA_ARCHITECTURES   as CMAKE_CUDA_ARCHITECTURES; empty: this host's GPUs, or, where it has none, every
#                               architecture that the compiler knows, and code for later ones

set(EAGERD_CUDA AUTO CACHE STRING "Build the CUDA device: AUTO, ON or OFF")
set_property(CACHE EAGERD_CUDA PROPERTY STRINGS AUTO ON OFF)
set(EAGERD_CUDA_ARCHITECTURES "$ENV{EAGERD_CUDA_ARCHITECTURES}" CACHE STRING "GPU architectures; empty: as described in EagerCuda.cmake")

set(EAGERD_WITH_CUDA OFF)
if(NOT EAGERD_CUDA STREQUAL "OFF")
  find_program(EAGERD_NVCC nvcc HINTS /usr/local/cuda/bin)
  if(EAGERD_NVCC)
    set(EAGERD_WITH_CUDA ON)
  elseif(EAGERD_CUDA STREQUAL "ON")
    message(FATAL_ERROR "EAGERD_CUDA is ON, but there is no nvcc on the PATH")
  endif()
endif()

if(EAGERD_WITH_CUDA)
  set(CMAKE_CUDA_COMPILER ${EAGERD_NVCC})
  if(EAGERD_CUDA_ARCHITECTURES STREQUAL "")
    execute_process(COMMAND nvidia-smi --list-gpus OUTPUT_VARIABLE eagerd_gpus ERROR_QUIET RESULT_VARIABLE eagerd_no_gpu)
    if(eagerd_no_gpu EQUAL 0 AND NOT eagerd_gpus STREQUAL "")
      set(CMAKE_CUDA_ARCHITECTURES native)
    else()
      set(CMAKE_CUDA_ARCHITECTURES all-major)
    endif()
  else()
    set(CMAKE_CUDA_ARCHITECTURES ${EAGERD_CUDA_ARCHITECTURES})
  endif()
  enable_language(CUDA)
  if(CCACHE)
    set(CMAKE_CUDA_COMPILER_LAUNCHER ${CCACHE})
  endif()
  if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)  # Debian's CMake does not know of C++20 in nvcc
    set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
    set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
  endif()
  # Functors are shared with the CPU, whose constexpr functions they call; abseil's headers, and functors for
  # all integers, raise nvcc's own warnings.
  set(CMAKE_CUDA_FLAGS "${CMAKE_CUDA_FLAGS} --expt-relaxed-constexpr -Xcudafe --diag_suppress=186,--diag_suppress=20012,--diag_suppress=20013,--diag_suppress=20014,--diag_suppress=20015")
  include(EagerCudnn)
endif()
