// A scripted conversation over a link, whose every await is a numbered step: at a step of the
// test's choice something happens, and a number of turns of the loop later. So cancelling and
// deadlines are tried at each point where a program can be waiting.
#pragma once

#include "tests/conformance/conformance.h"

#include <functional>

namespace bowline::conformance {

class Script {
 public:
  // `act` happens `turns` turns after step `at` (counted from 1) has begun.
  Script(int at, int turns, std::function<void()> act)
      : at_(at), turns_(turns), act_(std::move(act)) {}

  // Awaits `awaitable` as the next step.
  template <class A>
  Task<Awaited<A>> step(A awaitable) {
    if (++count_ == at_) begin();
    co_return co_await awaitable;
  }
  int count() const { return count_; }

  // The scope that the waiting for `turns` goes on in; set before the first step.
  Scope* beside = nullptr;

 private:
  void begin() {
    if (turns_ == 0) return act_();
    beside->start(act_later(turns_, act_));
  }
  static Task<> act_later(int turns, std::function<void()>& act) {
    for (int turn = 1; turn < turns; ++turn) co_await yield();
    act();
  }

  int at_;
  int turns_;
  std::function<void()> act_;
  int count_ = 0;
};

// Links two ends and has them talk until both have ended: lines, big writes that have to wait,
// sleeps, half-closes, tasks inside tasks.
Task<> converse(const Setting& setting, Network network, Script* script);

}  // namespace bowline::conformance
