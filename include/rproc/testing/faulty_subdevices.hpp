// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rproc/core/subdevices.hpp"
#include "rproc/result.hpp"
#include "rproc/testing/faults.hpp"

namespace rproc::testing {

/// Two sub-devices whose `prepare` and `start` can fail, and which check the order of calls: each completed call is
/// rolled back once, in reverse order.
class FaultySubdevices {
  public:
    /// The number of sub-devices.
    static constexpr std::size_t kCount = 2;

    /// @param faults strike at the points subdevice.prepare and subdevice.start.
    explicit FaultySubdevices(Faults faults) : faults_(std::move(faults)) {}
    FaultySubdevices(const FaultySubdevices&) = delete;
    FaultySubdevices& operator=(const FaultySubdevices&) = delete;

    /// The sub-device of an index, for RemoteProcessor::add_subdevice, in the order of `index`. It must not outlive
    /// this object.
    [[nodiscard]] Subdevice subdevice(std::size_t index) {
        return {.name = fmt::format("faulty {}", index),
                .prepare = [this, index] { return done("subdevice.prepare", prepared_, index); },
                .start = [this, index] { return done("subdevice.start", started_, index); },
                .stop = [this, index](StopReason) { rolled_back("stopped", started_, index); },
                .unprepare =
                    [this, index] {
                        if (started_ > index) add_violation("is unprepared, and was not stopped", index);
                        rolled_back("unprepared", prepared_, index);
                    }};
    }

    /// Checks that all sub-devices are prepared, or none; and likewise started.
    void expect(bool prepared, bool started) {
        expect_all_or_none("prepared", prepared_, prepared);
        expect_all_or_none("started", started_, started);
    }

    /// The violations since the last call, in words.
    [[nodiscard]] std::vector<std::string> take_violations() { return std::exchange(violations_, {}); }

  private:
    [[nodiscard]] Result<void> done(std::string_view point, std::size_t& reached, std::size_t index) {
        if (reached != index) add_violation(fmt::format("has its turn at {}, and not all before it had", point), index);
        RPROC_TRY(faults_.pass(point));
        reached = index + 1;
        return {};
    }

    void rolled_back(std::string_view what, std::size_t& reached, std::size_t index) {
        if (reached != index + 1) add_violation(fmt::format("is {} out of turn", what), index);
        reached = index;
    }

    void expect_all_or_none(std::string_view what, std::size_t reached, bool all) {
        const std::size_t expected = all ? kCount : 0;
        if (reached == expected) return;
        violations_.push_back(fmt::format("{} sub-devices are {}, and not {}", reached, what, expected));
    }

    void add_violation(std::string_view what, std::size_t index) {
        violations_.push_back(fmt::format("sub-device {} {}", index, what));
    }

    Faults faults_;
    std::size_t prepared_ = 0;
    std::size_t started_ = 0;
    std::vector<std::string> violations_;
};

}  // namespace rproc::testing
