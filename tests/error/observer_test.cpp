// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/observer.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/state.hpp"

namespace rproc {
namespace {

using ::testing::ElementsAre;

/// Records every call with its arguments, prefixed with its own name.
struct CallRecorder {
    std::string name;
    std::vector<std::string>* calls;

    void on_step_begin(Step step) { record("begin " + std::string(to_string(step))); }
    void on_step_end(Step step) { record("end " + std::string(to_string(step))); }
    void on_step_failed(Step step, const Error& error) {
        record("failed " + std::string(to_string(step)) + " " + error.what());
    }
    void on_notice(Severity severity, const Error& error) {
        record("notice " + std::string(to_string(severity)) + " " + error.what());
    }
    void on_log(const LogLine& line) { record("log " + line.text()); }
    void on_state(State from, State to) { record(std::string(to_string(from)) + ">" + std::string(to_string(to))); }

    void record(const std::string& what) { calls->push_back(name + ":" + what); }
};
static_assert(Observer<CallRecorder>);
static_assert(Observer<ObserverRef<CallRecorder>>);
static_assert(Observer<ObserverList<CallRecorder, NullObserver>>);

template <Observer O>
void call_every_member(O& observer) {
    observer.on_step_begin(Step::load);
    observer.on_step_end(Step::prepare);
    observer.on_step_failed(Step::start, Error::of({.message = "no"}, {}, {}));
    observer.on_notice(Severity::note, Error::of({.message = "hm"}, {}, {}));
    observer.on_log(LogLine(LogLevel::info, LogSource::driver, "line"));
    observer.on_state(State::offline, State::running);
}

TEST(Observer, RefForwardsEveryCall) {
    std::vector<std::string> calls;
    CallRecorder recorder{"a", &calls};
    ObserverRef ref(recorder);
    call_every_member(ref);
    EXPECT_THAT(calls, ElementsAre("a:begin load", "a:end prepare", "a:failed start no", "a:notice note hm",
                                   "a:log line", "a:offline>running"));
}

TEST(Observer, ListCallsEachInTheOrderGiven) {
    std::vector<std::string> calls;
    ObserverList list(CallRecorder{"a", &calls}, CallRecorder{"b", &calls});
    call_every_member(list);
    EXPECT_THAT(calls, ElementsAre("a:begin load", "b:begin load", "a:end prepare", "b:end prepare",
                                   "a:failed start no", "b:failed start no", "a:notice note hm", "b:notice note hm",
                                   "a:log line", "b:log line", "a:offline>running", "b:offline>running"));
}

TEST(Observer, ListGivesAccessToItsMembers) {
    std::vector<std::string> calls;
    ObserverList list(NullObserver{}, CallRecorder{"b", &calls});
    list.get<1>().on_step_begin(Step::stop);
    EXPECT_THAT(calls, ElementsAre("b:begin stop"));
}

TEST(Observer, DerivedFromNullReceivesOnlyWhatItDefines) {
    struct OnlyLogs : NullObserver {
        int lines = 0;
        void on_log(const LogLine& /*line*/) { ++lines; }
    };
    OnlyLogs observer;
    call_every_member(observer);
    EXPECT_EQ(observer.lines, 1);
}

}  // namespace
}  // namespace rproc
