# The few rules that every target of the project follows.

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(eager_options INTERFACE)
# GCC 12 takes moved-from members of inlined vectors for uninitialised.
set(warnings -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
if(EAGERD_WERROR)
  list(APPEND warnings -Werror)
endif()
target_compile_options(eager_options INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:${warnings}>"
  $<$<COMPILE_LANGUAGE:CUDA>:-Wno-deprecated-gpu-targets>)
if(EAGERD_SANITIZE)
  list(JOIN EAGERD_SANITIZE "," sanitizers)
  add_compile_options(-fsanitize=${sanitizers} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${sanitizers})
endif()
if(EAGERD_FUZZ)
  # Coverage for libFuzzer in every file; what UBSan finds ends the run, so that the fuzzer keeps the input.
  add_compile_options(-fsanitize=fuzzer-no-link -fno-sanitize-recover=undefined)
endif()

# Libraries that nobody here wrote do not raise our warnings, and the project's own includes start at its root.
target_include_directories(eager_options INTERFACE $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}>)

# eager_library(NAME SOURCES a.cc … DEPS target …): one library a folder, static unless BUILD_SHARED_LIBS says otherwise.
function(eager_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC ${arg_DEPS} PRIVATE $<BUILD_INTERFACE:eager_options>)
  target_include_directories(${name} PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}>)
endfunction()

# eager_binary(NAME SOURCES … DEPS …): a program in build/<preset>/bin.
function(eager_binary name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_DEPS} eager_options)
endfunction()

# eager_test(NAME SOURCES … DEPS … [LABELS slow] [TIMEOUT seconds]): one GoogleTest binary, one ctest entry.
# Tests without the label `slow` also run under the sanitizers.
function(eager_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${arg_DEPS} GTest::gtest GTest::gtest_main eager_options)
  add_test(NAME ${name} COMMAND ${name})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  if(NOT arg_LABELS)
    set(arg_LABELS fast)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}")
endfunction()
