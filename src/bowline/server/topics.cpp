#include "bowline/server/topics.h"

#include "bowline/base/check.h"
#include "bowline/task/wait.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bowline {

// One message on its way, and how far it came.
struct Topics::Publication {
  std::string_view name;
  SharedMessage& message;
  TopicDesk* home = nullptr;        // of the loop that publishes; null: a thread that can't wait
  const TopicSeat* from = nullptr;  // does not get it
  Time now = never;                 // unless `home` is null
  Time without_room_since = never;  // somebody was for longest
  std::size_t reached = 0;          // queues

  bool is_for(const TopicSeat& seat) const { return &seat != from && !seat.is_cut; }
};

// On the loop of a task that publishes, for as long.
class Topics::Visit {
 public:
  Visit(Topics& topics, Network network) : topics_(topics), desk_(topics.enter(network, false)) {}
  Visit(const Visit&) = delete;
  ~Visit() { topics_.leave(desk_, false); }
  TopicDesk& desk() const { return desk_; }

 private:
  Topics& topics_;
  TopicDesk& desk_;
};

Topics::Topics(TopicsOptions options) : options_(options) {
  options_.queue.until_acknowledged = false;
}

Topics::~Topics() {
  BOWLINE_CHECK(desks_.empty());
}

Task<> Topics::serve(MessageStream peer, Body body) {
  Network network = co_await current_network();
  Subscriber me(*this, network, std::move(peer));
  Task<> talking = with_scope(Subscriber::talk, &me, &body);
  Result<void> talked = co_await attempt(std::move(talking));
  me.leave();
  if (me.seat_.is_cut) throw me.cut_off();
  talked.value();
}

Task<std::size_t> Topics::publish(std::string_view name, MessageView message) {
  Network network = co_await current_network();
  Visit visit(*this, network);
  co_return co_await publish_from(visit.desk(), nullptr, name, message);
}

Task<std::size_t> Topics::publish_from(TopicDesk& home, const TopicSeat* from,
                                       std::string_view name, MessageView message) {
  Context& context = co_await current_context();
  SharedMessage::Pointer shared = copy(name, message);
  Publication publication{name, *shared, &home, from};
  publication.now = home.network.now();
  while (!put(publication)) {
    Time limit = later(publication.without_room_since, options_.wait_max);
    Duration wait = limit == never ? forever : limit - publication.now;
    Result<void> room = co_await attempt(within(wait, home.room.passed()));
    if (context.cancelled()) throw cancelled_error(context, fmt::format("publish under {}", name));
    publication.now = home.network.now();
  }
  co_return publication.reached;
}

bool Topics::try_publish(std::string_view name, MessageView message) {
  SharedMessage::Pointer shared = copy(name, message);
  Publication publication{name, *shared};
  return put(publication);
}

SharedMessage::Pointer Topics::copy(std::string_view name, MessageView message) const {
  if (message.bytes.size() > options_.queue.size_max) {
    throw make_error(std::make_error_code(std::errc::message_size),
                     fmt::format("publish under {}", name),
                     fmt::format("it has {} bytes, and a queue holds {}", message.bytes.size(),
                                 options_.queue.size_max));
  }
  return SharedMessage::copy(message);
}

bool Topics::put(Publication& publication) {
  std::lock_guard lock(mutex_);
  auto topic = topics_.find(publication.name);
  if (topic != topics_.end()) {
    std::vector<TopicSeat*>& seats = topic->second;
    bool waits = options_.queue.when_full == WhenFull::wait;
    if (waits && !all_have_room(seats, publication)) return false;
    for (TopicSeat* seat : seats) put(*seat, publication);
  }
  ++counts_.published;
  return true;
}

// Nobody else puts anything meanwhile, so who has room still has it then.
bool Topics::all_have_room(const std::vector<TopicSeat*>& seats, Publication& publication) {
  bool all = true;
  publication.without_room_since = never;
  for (TopicSeat* seat : seats) {
    if (!publication.is_for(*seat)) continue;
    std::optional<Time> since =
        seat->without_room_since(publication.message.size(), publication.now);
    if (!since) continue;
    if (publication.home && later(*since, options_.wait_max) <= publication.now) {
      cut(*seat, publication);
      continue;
    }
    all = false;
    publication.without_room_since = std::min(publication.without_room_since, *since);
  }
  if (!all && publication.home) publication.home->waits = true;
  return all;
}

void Topics::put(TopicSeat& seat, Publication& publication) {
  if (!publication.is_for(seat)) return;
  TopicSeat::Taken taken = seat.put(publication.message.message());
  counts_.dropped += taken.dropped;
  if (taken.put == Outbox::Put::closed) return cut(seat, publication);
  if (taken.put != Outbox::Put::taken) return;
  ++counts_.queued;
  ++publication.reached;
  if (!taken.wakes) return;
  if (&seat.desk == publication.home) return seat.tell();
  seat.desk.ring(&seat);
}

void Topics::cut(TopicSeat& seat, const Publication& publication) {
  seat.is_cut = true;
  ++counts_.cut;
  if (&seat.desk == publication.home) return seat.tell();
  seat.desk.ring(&seat);
}

TopicsCounts Topics::counts() const {
  std::lock_guard lock(mutex_);
  TopicsCounts counts = counts_;
  counts.topics = topics_.size();
  return counts;
}

TopicDesk& Topics::enter(Network network, bool subscribes) {
  std::lock_guard lock(mutex_);
  counts_.subscribers += subscribes;
  auto at = std::find_if(desks_.begin(), desks_.end(), [&](const auto& desk) {
    return &desk->network.loop() == &network.loop();
  });
  if (at == desks_.end()) at = desks_.insert(at, std::make_shared<TopicDesk>(network));
  ++(*at)->users;
  return **at;
}

void Topics::leave(TopicDesk& desk, bool subscribes) {
  std::lock_guard lock(mutex_);
  counts_.subscribers -= subscribes;
  if (--desk.users > 0) return;
  std::erase_if(desks_, [&](const auto& other) { return other.get() == &desk; });
}

void Topics::subscribe(TopicSeat& seat, std::string_view name) {
  std::string action = fmt::format("subscribe to {}", name.substr(0, name_size_max));
  if (name.empty() || name.size() > name_size_max) {
    throw make_error(std::make_error_code(std::errc::invalid_argument), action,
                     fmt::format("a name has 1 to {} bytes", name_size_max));
  }
  std::lock_guard lock(mutex_);
  auto topic = topics_.find(name);
  bool known = std::any_of(seat.places.begin(), seat.places.end(),
                           [&](const TopicSeat::Place& place) { return place.topic == topic; });
  if (known) return;
  if (seat.places.size() >= options_.subscriptions_max) {
    throw make_error(
        std::make_error_code(std::errc::no_buffer_space), action,
        fmt::format("it has {} subscriptions, and that is the limit", seat.places.size()));
  }
  if (topic == topics_.end()) topic = topics_.try_emplace(std::string(name)).first;
  seat.places.push_back({topic, topic->second.size()});
  topic->second.push_back(&seat);
}

void Topics::unsubscribe(TopicSeat& seat, std::string_view name) {
  std::lock_guard lock(mutex_);
  auto place = std::find_if(seat.places.begin(), seat.places.end(),
                            [&](const auto& candidate) { return candidate.topic->first == name; });
  if (place == seat.places.end()) return;
  remove(*place);
  *place = seat.places.back();
  seat.places.pop_back();
  tell_of_room();
}

void Topics::remove(TopicSeat& seat) {
  std::lock_guard lock(mutex_);
  for (const TopicSeat::Place& place : seat.places) remove(place);
  seat.places.clear();
  seat.desk.forget(seat);
  tell_of_room();
}

// The last one gets the place of the one that leaves.
void Topics::remove(const TopicSeat::Place& place) {
  std::vector<TopicSeat*>& seats = place.topic->second;
  TopicSeat* last = seats.back();
  seats[place.index] = last;
  seats.pop_back();
  for (TopicSeat::Place& other : last->places) {
    if (other.topic == place.topic) other.index = place.index;
  }
  if (seats.empty()) topics_.erase(place.topic);
}

void Topics::room_was_made() {
  std::lock_guard lock(mutex_);
  tell_of_room();
}

void Topics::tell_of_room() {
  for (const std::shared_ptr<TopicDesk>& desk : desks_) {
    if (std::exchange(desk->waits, false)) desk->ring(nullptr);
  }
}

}  // namespace bowline
