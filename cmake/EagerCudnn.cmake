# cuDNN beside CUDA's toolkit, as the target eager_cudnn: for the build, and for who links the installed libraries.
find_package(CUDAToolkit REQUIRED)
if(NOT TARGET eager_cudnn)
  find_library(EAGERD_CUDNN cudnn HINTS ${CUDAToolkit_LIBRARY_DIR} REQUIRED)
  add_library(eager_cudnn INTERFACE IMPORTED GLOBAL)
  target_link_libraries(eager_cudnn INTERFACE ${EAGERD_CUDNN})
  target_include_directories(eager_cudnn INTERFACE ${CUDAToolkit_INCLUDE_DIRS})
endif()
