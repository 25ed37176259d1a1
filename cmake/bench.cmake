# The programs of bench/, on request (target `benches`), into BUILD/bin/bench: the load, the bare
# references and the peers whose packages are here. bench/compare.py tells of those that are not.
add_custom_target(benches)

# bowline_bench(SOURCE [LIBRARY...]): BUILD/bin/bench/NAME from bench/.../NAME.cpp.
function(bowline_bench source)
  get_filename_component(name "${source}" NAME_WE)
  add_executable(bench_${name} EXCLUDE_FROM_ALL "${PROJECT_SOURCE_DIR}/bench/${source}")
  bowline_compiler_settings(bench_${name})
  set_target_properties(bench_${name} PROPERTIES OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY
                                                 "${PROJECT_BINARY_DIR}/bin/bench")
  target_link_libraries(bench_${name} PRIVATE ${ARGN})
  add_dependencies(benches bench_${name})
endfunction()

# bowline_peers(HEADER LIBRARY SOURCE...): those that a library of Debian's makes possible.
function(bowline_peers header library)
  find_path(BOWLINE_PEER_${library}_INCLUDE ${header})
  find_library(BOWLINE_PEER_${library}_LIBRARY ${library})
  mark_as_advanced(BOWLINE_PEER_${library}_INCLUDE BOWLINE_PEER_${library}_LIBRARY)
  if(BOWLINE_PEER_${library}_INCLUDE AND BOWLINE_PEER_${library}_LIBRARY)
    foreach(source IN LISTS ARGN)
      bowline_bench(${source} "${BOWLINE_PEER_${library}_LIBRARY}")
    endforeach()
  endif()
endfunction()

bowline_bench(load/load.cpp bowline OpenSSL::SSL)
file(GLOB load_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/bench/load/*.cpp")
target_sources(bench_load PRIVATE ${load_sources})
bowline_bench(tls_cost.cpp bowline)
bowline_bench(bare_epoll.cpp)
bowline_bench(bare_udp.cpp)
bowline_bench(bare_websocket.cpp OpenSSL::Crypto)
bowline_peers(liburing.h uring bare_uring.cpp)
bowline_peers(uv.h uv peers/libuv_write.cpp)
bowline_peers(event2/event.h event peers/libevent_events.cpp peers/libevent_buffers.cpp)

find_path(BOWLINE_PEER_ASIO_INCLUDE asio.hpp)
mark_as_advanced(BOWLINE_PEER_ASIO_INCLUDE)
if(BOWLINE_PEER_ASIO_INCLUDE)
  bowline_bench(peers/asio_callbacks.cpp Threads::Threads)
  bowline_bench(peers/asio_coroutines.cpp Threads::Threads)
  bowline_bench(peers/asio_tls.cpp Threads::Threads OpenSSL::SSL)
endif()

find_path(BOWLINE_PEER_BEAST_INCLUDE boost/beast.hpp)
mark_as_advanced(BOWLINE_PEER_BEAST_INCLUDE)
if(BOWLINE_PEER_BEAST_INCLUDE)
  bowline_bench(peers/beast_websocket.cpp Threads::Threads)
endif()

find_program(BOWLINE_GO go)
mark_as_advanced(BOWLINE_GO)
if(BOWLINE_GO)
  set(go_source "${PROJECT_SOURCE_DIR}/bench/peers/go_net.go")
  set(go_program "${PROJECT_BINARY_DIR}/bin/bench/go_net")
  add_custom_command(
    OUTPUT "${go_program}"
    COMMAND "${CMAKE_COMMAND}" -E env "GOCACHE=${PROJECT_BINARY_DIR}/go" "${BOWLINE_GO}" build -o
            "${go_program}" "${go_source}"
    DEPENDS "${go_source}"
    VERBATIM)
  add_custom_target(bench_go_net DEPENDS "${go_program}")
  add_dependencies(benches bench_go_net)
endif()
