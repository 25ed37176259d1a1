// Runs a fuzz target over files without libFuzzer, so that its corpus is an ordinary test.
// Usage: PROGRAM FILE-OR-FOLDER...; no input at all still tries the empty one.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void replay(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  // The name comes first: if the target ends the program, it is the last line.
  std::printf("%s\n", path.c_str());
  std::fflush(stdout);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

int main(int argument_count, char** arguments) {
  LLVMFuzzerTestOneInput(nullptr, 0);
  for (int index = 1; index < argument_count; ++index) {
    std::filesystem::path path(arguments[index]);
    if (!std::filesystem::is_directory(path)) {
      if (std::filesystem::exists(path)) replay(path);
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) replay(entry.path());
    }
  }
}
