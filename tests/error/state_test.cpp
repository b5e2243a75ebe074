// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/state.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace rproc {
namespace {

constexpr State kStates[] = {State::offline, State::suspended, State::running, State::crashed,
                             State::deleted, State::attached,  State::detached};
constexpr Event kEvents[] = {Event::boot,   Event::stop,    Event::attach, Event::detach,         Event::crash,
                             Event::remove, Event::suspend, Event::resume, Event::resume_attached};

// Written from the kernel's rules; every pair that is not listed is illegal.
TEST(State, EveryTransitionIsThatOfTheKernel) {
    const std::map<std::pair<State, Event>, State> legal{
        {{State::offline, Event::boot}, State::running},
        {{State::running, Event::stop}, State::offline},
        {{State::crashed, Event::stop}, State::offline},
        {{State::attached, Event::stop}, State::offline},
        {{State::detached, Event::attach}, State::attached},
        {{State::attached, Event::detach}, State::detached},
        {{State::running, Event::crash}, State::crashed},
        {{State::attached, Event::crash}, State::crashed},
        {{State::crashed, Event::detach}, State::detached},
        {{State::offline, Event::remove}, State::deleted},
        {{State::detached, Event::remove}, State::deleted},
        {{State::running, Event::suspend}, State::suspended},
        {{State::attached, Event::suspend}, State::suspended},
        {{State::suspended, Event::resume}, State::running},
        {{State::suspended, Event::resume_attached}, State::attached},
        {{State::suspended, Event::crash}, State::crashed},
    };
    for (const State from : kStates) {
        for (const Event event : kEvents) {
            const auto expected = legal.find({from, event});
            const auto next = transition(from, event);
            const std::string pair =
                std::string(to_string(from)) + ", event " + std::to_string(static_cast<int>(event));
            ASSERT_EQ(next.has_value(), expected != legal.end()) << pair;
            if (!next) continue;
            EXPECT_EQ(to_string(*next), to_string(expected->second)) << pair;
        }
    }
}

TEST(State, NamesAreThoseOfSysfs) {
    const char* const names[] = {"offline", "suspended", "running", "crashed", "deleted", "attached", "detached"};
    for (std::size_t i = 0; i < std::size(kStates); ++i) EXPECT_EQ(to_string(kStates[i]), names[i]);
}

}  // namespace
}  // namespace rproc
