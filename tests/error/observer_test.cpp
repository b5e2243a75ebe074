// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/observer.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/state.hpp"

namespace rproc {
namespace {

using testing::ElementsAre;

/// Writes down every call, with its arguments, after its own name.
struct Scribe {
    std::string name;
    std::vector<std::string>* heard;

    void on_step_begin(Step step) { say("begin " + std::string(to_string(step))); }
    void on_step_end(Step step) { say("end " + std::string(to_string(step))); }
    void on_step_failed(Step step, const Error& error) {
        say("failed " + std::string(to_string(step)) + " " + error.what());
    }
    void on_notice(Severity severity, const Error& error) {
        say("notice " + std::string(to_string(severity)) + " " + error.what());
    }
    void on_log(const LogLine& line) { say("log " + std::string(line.text)); }
    void on_state(State from, State to) { say(std::string(to_string(from)) + ">" + std::string(to_string(to))); }

    void say(const std::string& what) { heard->push_back(name + ":" + what); }
};
static_assert(Observer<Scribe>);
static_assert(Observer<ObserverRef<Scribe>>);
static_assert(Observer<ObserverList<Scribe, NullObserver>>);

template <Observer O>
void tell_everything(O& observer) {
    observer.on_step_begin(Step::load);
    observer.on_step_end(Step::prepare);
    observer.on_step_failed(Step::start, Error::of({.message = "no"}, {}, {}));
    observer.on_notice(Severity::note, Error::of({.message = "hm"}, {}, {}));
    observer.on_log({LogLevel::info, LogSource::driver, "line"});
    observer.on_state(State::offline, State::running);
}

TEST(Observer, RefPassesEverythingOn) {
    std::vector<std::string> heard;
    Scribe scribe{"a", &heard};
    ObserverRef ref(scribe);
    tell_everything(ref);
    EXPECT_THAT(heard, ElementsAre("a:begin load", "a:end prepare", "a:failed start no", "a:notice note hm",
                                   "a:log line", "a:offline>running"));
}

TEST(Observer, ListCallsEachInTheOrderGiven) {
    std::vector<std::string> heard;
    ObserverList list(Scribe{"a", &heard}, Scribe{"b", &heard});
    tell_everything(list);
    EXPECT_THAT(heard, ElementsAre("a:begin load", "b:begin load", "a:end prepare", "b:end prepare",
                                   "a:failed start no", "b:failed start no", "a:notice note hm", "b:notice note hm",
                                   "a:log line", "b:log line", "a:offline>running", "b:offline>running"));
}

TEST(Observer, ListGivesAccessToItsMembers) {
    std::vector<std::string> heard;
    ObserverList list(NullObserver{}, Scribe{"b", &heard});
    list.get<1>().on_step_begin(Step::stop);
    EXPECT_THAT(heard, ElementsAre("b:begin stop"));
}

TEST(Observer, DerivedFromNullHearsOnlyItsOwn) {
    struct OnlyLogs : NullObserver {
        int lines = 0;
        void on_log(const LogLine& /*line*/) { ++lines; }
    };
    OnlyLogs observer;
    tell_everything(observer);
    EXPECT_EQ(observer.lines, 1);
}

}  // namespace
}  // namespace rproc
