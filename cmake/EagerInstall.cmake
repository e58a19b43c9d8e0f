# `cmake --install BUILD --prefix P`: P/bin, P/lib, P/include/eager and the CMake package `eager`.
#
#   find_package(eager REQUIRED)                          -> eager::client
#   find_package(eager REQUIRED COMPONENTS inprocess)     -> eager::inprocess as well

include(CMakePackageConfigHelpers)
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME dev)  # of the packages, see EagerPackages.cmake

# All that <eager/eager.h> includes. tests/e2e/install fails when one is missing here.
set(EAGER_PUBLIC_HEADERS
  client/array.h client/axes.h client/bitwise.h client/clip.h client/gather.h client/make.h client/products.h
  client/reduce.h client/sort.h client/constant.h client/context.h client/custom_gradient.h client/debugging.h client/profile.h
  client/eager.h client/error.h client/gradient_tape.h client/host_values.h client/indexing.h client/inprocess.h
  client/math.h client/module.h client/linalg.h client/einsum.h client/image.h
  client/ndarray.h client/ndarray_eigen.h client/nn.h client/op.h client/ops.h client/random.h
  client/random_generator.h client/shared_variables.h client/tensor.h client/types.h client/variable.h
  client/data/csv.h client/data/dataset.h client/data/element.h client/data/idx.h client/data/npy.h
  client/data/pipeline.h
  client/keras/activations.h client/keras/initializers.h client/keras/layer.h client/keras/layers.h
  client/keras/losses.h client/keras/metrics.h client/keras/model.h client/keras/optimizer.h
  client/keras/optimizers.h client/keras/progress_bar.h client/keras/partial_shape.h client/keras/schedules.h client/keras/sequential.h
  client/keras/training.h
  client/keras/layers/convolution.h client/keras/layers/core.h client/keras/layers/merging.h
  client/keras/layers/normalization.h client/keras/layers/pooling.h client/keras/layers/regularization.h
  client/keras/layers/reshaping.h client/keras/layers/window.h
  client/plot/plot.h
  client/summary/file_writer.h client/summary/summary.h
  client/train/checkpoint.h client/train/checkpoint_manager.h client/train/checkpoint_reader.h
  client/train/weights.h
  common/attr.h common/dtype.h common/host_tensor.h common/mutex.h common/shape.h common/tensor_spec.h)

# An installed header includes its neighbours as "eager/client/…": a user's own client/ or common/ never gets in between.
foreach(header ${EAGER_PUBLIC_HEADERS})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${header})
  file(READ ${header} text)
  string(REGEX REPLACE "#include \"((client|common)/[^\"]*)\"" "#include \"eager/\\1\"" text "${text}")
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/install/eager/${header} CONTENT "${text}" @ONLY)
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/install/eager/eager.h CONTENT "#include \"eager/client/eager.h\"\n" @ONLY)
install(DIRECTORY ${CMAKE_BINARY_DIR}/install/eager DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

install(TARGETS eagerd eagerctl COMPONENT eagerd)
install(TARGETS eager-guide COMPONENT guide)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT guide)

# Pages of the manual and completions are what the programs say of themselves; part of a whole build.
function(eager_said_by program file)
  add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/${file} 
    COMMAND sh -c "\"$@\" >\"$0\"" ${CMAKE_BINARY_DIR}/${file} $<TARGET_FILE:${program}> ${ARGN}
    DEPENDS ${program} VERBATIM)
endfunction()
find_program(EAGERD_GZIP gzip REQUIRED)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/man ${CMAKE_BINARY_DIR}/completions)
eager_said_by(eagerd man/eagerd.8 --man)
eager_said_by(eagerctl man/eagerctl.1 --man)
eager_said_by(eagerctl completions/eagerctl completion bash)
eager_said_by(eagerctl completions/_eagerctl completion zsh)
eager_said_by(eagerctl completions/eagerctl.fish completion fish)
foreach(page eagerd.8 eagerctl.1)
  add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/man/${page}.gz COMMAND ${EAGERD_GZIP} -9nkf ${CMAKE_BINARY_DIR}/man/${page}
    DEPENDS ${CMAKE_BINARY_DIR}/man/${page} VERBATIM)
endforeach()
set(said man/eagerd.8.gz man/eagerctl.1.gz completions/eagerctl completions/_eagerctl completions/eagerctl.fish)
list(TRANSFORM said PREPEND ${CMAKE_BINARY_DIR}/)
add_custom_target(eager_manual ALL DEPENDS ${said})
install(FILES ${CMAKE_BINARY_DIR}/man/eagerd.8.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man8 COMPONENT eagerd OPTIONAL)
install(FILES ${CMAKE_BINARY_DIR}/man/eagerctl.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT eagerd OPTIONAL)
install(FILES ${CMAKE_BINARY_DIR}/completions/eagerctl DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT eagerd OPTIONAL)
install(FILES ${CMAKE_BINARY_DIR}/completions/_eagerctl DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT eagerd OPTIONAL)
install(FILES ${CMAKE_BINARY_DIR}/completions/eagerctl.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT eagerd OPTIONAL)

# Two export sets, so that who uses only the client needs neither oneDNN nor OpenMP.
set_target_properties(eager_client PROPERTIES EXPORT_NAME client)
set_target_properties(eager_inprocess PROPERTIES EXPORT_NAME inprocess)
install(TARGETS
  eager_client eager_keras eager_keras_train eager_train eager_data eager_summary eager_plot eager_api
  eager_transport eager_channel eager_print eager_tape eager_ops eager_base eager_wire eager_bundle eager_crc32c
  eager_proto eager_proto_grpc eager_proto_events eager_proto_bundle
  EXPORT eagerTargets)
install(TARGETS eager_inprocess eager_dispatch eager_session eager_exec eager_kernels eager_device
  EXPORT eagerInprocessTargets)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/eager)
install(EXPORT eagerTargets NAMESPACE eager:: DESTINATION ${package_dir})
install(EXPORT eagerInprocessTargets NAMESPACE eager:: DESTINATION ${package_dir})

configure_package_config_file(cmake/eagerConfig.cmake.in ${CMAKE_BINARY_DIR}/install/eagerConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/install/eagerConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/install/eagerConfig.cmake ${CMAKE_BINARY_DIR}/install/eagerConfigVersion.cmake
  cmake/EagerCudnn.cmake
  DESTINATION ${package_dir})
