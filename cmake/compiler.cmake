# Warnings, sanitizers and ccache: what every target of this project is compiled with.
set(CMAKE_CXX_EXTENSIONS OFF)

find_program(BOWLINE_CCACHE ccache)
mark_as_advanced(BOWLINE_CCACHE)
if(PROJECT_IS_TOP_LEVEL AND BOWLINE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The sloppiness is what ccache asks for to work with precompiled headers.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
                                  CCACHE_SLOPPINESS=pch_defines,time_macros ${BOWLINE_CCACHE})
endif()

set(bowline_warnings
    -Wall
    -Wextra
    -Wpedantic
    -Wshadow
    -Woverloaded-virtual
    -Wno-missing-field-initializers) # options structs are given by the fields that differ
set(bowline_sanitizers "")
if(BOWLINE_SANITIZE)
  set(bowline_sanitizers -fsanitize=${BOWLINE_SANITIZE} -fno-sanitize-recover=all
                         -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # clang 14 cannot assemble coroutines that carry the function check's prologue data.
    list(APPEND bowline_sanitizers -fno-sanitize=function)
  else()
    list(APPEND bowline_warnings -Wno-maybe-uninitialized) # false alarms in instrumented code
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # What these add at the end of a function would turn each tail call between coroutines into
    # stack growth. A coroutine's locals lie in its frame on the heap and stay watched; the fuzz
    # preset (clang) watches the stack of ordinary functions too.
    if(BOWLINE_SANITIZE MATCHES "address")
      # A look at each pointer before each use would double the time to compile: AddressSanitizer
      # tells a null pointer anyway, and the fuzz preset what is not aligned.
      list(APPEND bowline_sanitizers --param=asan-stack=0 -fno-sanitize=null,alignment)
    elseif(BOWLINE_SANITIZE MATCHES "thread")
      list(APPEND bowline_sanitizers --param=tsan-instrument-func-entry-exit=0)
    endif()
  endif()
endif()

# Gives `target` the project's warnings and sanitizers. Sanitizers reach whatever links the target.
function(bowline_compiler_settings target)
  set_target_properties(${target} PROPERTIES CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON)
  target_compile_options(${target} PRIVATE ${bowline_warnings} ${bowline_sanitizers}
                                           $<$<BOOL:${BOWLINE_WERROR}>:-Werror>)
  if(bowline_sanitizers)
    target_link_options(${target} PUBLIC ${bowline_sanitizers})
  endif()
  if(BOWLINE_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()
