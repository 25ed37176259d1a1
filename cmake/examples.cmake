# Each examples/NAME.cpp is the program BUILD/bin/examples/NAME; the target `examples` is all.
add_custom_target(examples)
file(GLOB example_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/examples/*.cpp")
foreach(source IN LISTS example_sources)
  get_filename_component(name "${source}" NAME_WE)
  add_executable(example_${name} "${source}")
  bowline_compiler_settings(example_${name})
  set_target_properties(
    example_${name} PROPERTIES OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY
                                                   "${PROJECT_BINARY_DIR}/bin/examples")
  target_link_libraries(example_${name} PRIVATE bowline)
  add_dependencies(examples example_${name})
endforeach()
