# The bowline command: BUILD/bin/bowline. All but main.cpp is a library of its own, so that tests
# can call the commands.
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_path(BOWLINE_EDIT_INCLUDE histedit.h REQUIRED)
find_library(BOWLINE_EDIT_LIBRARY edit REQUIRED)
mark_as_advanced(BOWLINE_EDIT_INCLUDE BOWLINE_EDIT_LIBRARY)

file(GLOB_RECURSE bowline_cli_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/cli/*.cpp")
list(REMOVE_ITEM bowline_cli_sources "${PROJECT_SOURCE_DIR}/src/cli/main.cpp")
if(bowline_cli_sources)
  add_library(bowline_cli STATIC ${bowline_cli_sources})
  bowline_compiler_settings(bowline_cli)
  target_compile_definitions(bowline_cli PUBLIC "BOWLINE_VERSION=\"${PROJECT_VERSION}\"")
  target_include_directories(bowline_cli SYSTEM PRIVATE "${BOWLINE_EDIT_INCLUDE}")
  target_link_libraries(
    bowline_cli PUBLIC bowline CLI11::CLI11 nlohmann_json::nlohmann_json fmt::fmt
                       "${BOWLINE_EDIT_LIBRARY}"
    PRIVATE tomlplusplus::tomlplusplus)
endif()

if(EXISTS "${PROJECT_SOURCE_DIR}/src/cli/main.cpp")
  add_executable(bowline_command src/cli/main.cpp)
  bowline_compiler_settings(bowline_command)
  set_target_properties(bowline_command PROPERTIES OUTPUT_NAME bowline
                                                   RUNTIME_OUTPUT_DIRECTORY
                                                   "${PROJECT_BINARY_DIR}/bin")
  target_link_libraries(bowline_command PRIVATE bowline $<TARGET_NAME_IF_EXISTS:bowline_cli>)
endif()
