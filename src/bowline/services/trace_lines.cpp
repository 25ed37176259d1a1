#include "bowline/services/trace_lines.h"

#include "bowline/base/base64.h"
#include "bowline/task/gate.h"

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>
#include <utility>

namespace bowline {
namespace {

using Kind = TraceEvent::Kind;

const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::received:
      return "received";
    case Kind::input_ended:
      return "input_ended";
    case Kind::sent:
      return "sent";
    case Kind::output_ended:
      return "output_ended";
    case Kind::closed:
      return "closed";
  }
  return "";
}

std::string line_of(const TraceEvent& event, Time begin) {
  Duration since = std::max(event.time - begin, Duration());
  nlohmann::ordered_json line{{"seconds", std::chrono::duration<double>(since).count()},
                              {"event", name_of(event.kind)}};
  if (event.message != MessageKind::none) {
    line["message"] = event.message == MessageKind::text ? "text" : "binary";
  }
  if (event.kind == Kind::received || event.kind == Kind::sent) {
    line["size"] = event.bytes.size();
    line["data"] = base64(event.bytes);
  }
  return line.dump() + "\n";
}

}  // namespace

struct TraceLines::Shared {
  Shared(Network reader, std::size_t limit) : home(reader), size_max(limit), begin(home.now()) {}

  void put(std::string line) {
    std::lock_guard lock(mutex);
    if (lines.size() + line.size() > size_max) {
      ++dropped;
    } else {
      lines += line;
    }
    wake();
  }
  void end() {
    std::lock_guard lock(mutex);
    ended = true;
    wake();
  }
  // Under the lock: as long as it is read, the loop of `home` is there.
  void wake() {
    if (!read || std::exchange(woken, true)) return;
    home.post([gate = gate] { gate->open(); });
  }
  std::string take() {
    std::lock_guard lock(mutex);
    woken = false;
    gate->close();
    std::string taken = std::exchange(lines, {});
    if (dropped > 0) {
      nlohmann::ordered_json line{{"event", "dropped"}, {"count", std::exchange(dropped, 0)}};
      taken += line.dump() + "\n";
    }
    return taken;
  }

  Network home;
  std::size_t size_max;
  Time begin;
  std::shared_ptr<Gate> gate = std::make_shared<Gate>();  // with what was posted; on that loop
  std::mutex mutex;                                       // for all below
  std::string lines;
  std::uint64_t dropped = 0;
  bool woken = false;  // `home` was told of what is here
  bool read = true;    // somebody may still wait
  bool ended = false;
};

// The tracer's part: it goes with the last copy of that.
struct TraceLines::Source {
  explicit Source(std::shared_ptr<Shared> to) : shared(std::move(to)) {}
  Source(const Source&) = delete;
  ~Source() { shared->end(); }

  std::shared_ptr<Shared> shared;
};

TraceLines::TraceLines(Network home, std::size_t size_max)
    : shared_(std::make_shared<Shared>(home, size_max)) {}

TraceLines::~TraceLines() {
  std::lock_guard lock(shared_->mutex);
  shared_->read = false;
}

Tracer TraceLines::tracer() {
  return [source = std::make_shared<Source>(shared_)](const TraceEvent& event) {
    source->shared->put(line_of(event, source->shared->begin));
  };
}

Task<std::string> TraceLines::next() {
  for (;;) {
    bool last = ended();
    std::string lines = shared_->take();
    if (last || !lines.empty()) co_return lines;
    co_await shared_->gate->passed();
  }
}

bool TraceLines::ended() const {
  std::lock_guard lock(shared_->mutex);
  return shared_->ended;
}

}  // namespace bowline
