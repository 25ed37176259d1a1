# Headers, library, command, `find_package(bowline)` and `pkg-config bowline`. The command itself
# writes its completion and manual pages when it is installed; without them it still installs.
include(CMakePackageConfigHelpers)

install(TARGETS bowline EXPORT bowlineTargets)
if(TARGET bowline_command)
  install(TARGETS bowline_command)
  install(
    CODE [[
    function(bowline_page file)
      execute_process(COMMAND "$<TARGET_FILE:bowline_command>" ${ARGN}
                      OUTPUT_VARIABLE text ERROR_QUIET RESULT_VARIABLE status)
      if(status EQUAL 0)
        file(WRITE "$<TARGET_PROPERTY:bowline_command,BINARY_DIR>/share/${file}" "${text}")
      else()
        message(WARNING "bowline ${ARGN} failed: ${file} is left out")
      endif()
    endfunction()
    bowline_page(bash-completion/completions/bowline completion bash)
    bowline_page(man/man1/bowline.1 manual)
    foreach(command serve connect bench cert user sockets completion manual)
      bowline_page(man/man1/bowline-${command}.1 manual ${command})
    endforeach()
    ]])
endif()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/src/bowline" TYPE INCLUDE FILES_MATCHING PATTERN "*.h")
install(DIRECTORY "${PROJECT_BINARY_DIR}/share/" TYPE DATA OPTIONAL)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/bowline")
install(EXPORT bowlineTargets NAMESPACE bowline:: DESTINATION "${package_dir}")
configure_package_config_file(cmake/bowlineConfig.cmake.in bowlineConfig.cmake
                              INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file(bowlineConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/bowlineConfig.cmake"
              "${PROJECT_BINARY_DIR}/bowlineConfigVersion.cmake" DESTINATION "${package_dir}")
configure_file(cmake/bowline.pc.in bowline.pc @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/bowline.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
