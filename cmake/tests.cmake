# One test binary, BUILD/bin/bowline_tests; BUILD/bin/fuzz/NAME from fuzz/NAME.cpp, which replays a
# corpus or, with BOWLINE_FUZZ, searches.
file(GLOB_RECURSE test_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/*.cpp")
if(BOWLINE_SANITIZE OR BOWLINE_PLAIN_FRAMES)
  # What counts allocations would take the allocator's place.
  list(FILTER test_sources EXCLUDE REGEX "/allocation_[a-z_]+\\.cpp$")
endif()
find_package(GTest QUIET)
if(NOT GTest_FOUND)
  message(NOTICE "GoogleTest (libgtest-dev, libgmock-dev) is not here: no test binary")
elseif(test_sources AND NOT BOWLINE_FUZZ)
  add_executable(bowline_tests ${test_sources})
  bowline_compiler_settings(bowline_tests)
  set_target_properties(bowline_tests PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                                                 "${PROJECT_BINARY_DIR}/bin")
  target_include_directories(bowline_tests PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(bowline_tests PRIVATE bowline $<TARGET_NAME_IF_EXISTS:bowline_cli>
                                              GTest::gmock GTest::gtest_main fmt::fmt)
  target_precompile_headers(bowline_tests PRIVATE <gtest/gtest.h> <string> <vector>)
endif()

add_custom_target(fuzzers)
file(GLOB fuzz_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/fuzz/*.cpp")
foreach(source IN LISTS fuzz_sources)
  get_filename_component(name "${source}" NAME_WE)
  add_executable(fuzz_${name} "${source}")
  bowline_compiler_settings(fuzz_${name})
  set_target_properties(fuzz_${name} PROPERTIES OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY
                                                "${PROJECT_BINARY_DIR}/bin/fuzz")
  target_include_directories(fuzz_${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(fuzz_${name} PRIVATE bowline)
  if(BOWLINE_FUZZ)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(fuzz_${name} PRIVATE tools/fuzz_replay.cpp)
  endif()
  add_dependencies(fuzzers fuzz_${name})
endforeach()

if(NOT BOWLINE_FUZZ)
  include(cmake/bench.cmake)
endif()
