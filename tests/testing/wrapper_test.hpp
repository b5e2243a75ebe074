// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "error/outcome.hpp"
#include "rproc/testing/faults.hpp"
#include "testing/fake_rig.hpp"

namespace rproc::test {

/// The results of three calls of an op; the second one fails.
template <class F>
[[nodiscard]] std::vector<std::string> second_fails(testing::Faults faults, std::string_view point, F op,
                                                    testing::FaultKind kind = testing::FaultKind::instead) {
    faults.arm_at(point, 1, kind);
    std::vector<std::string> outcomes;
    for (int i = 0; i < 3; ++i) outcomes.push_back(outcome(op()));
    return outcomes;
}

inline const auto kSecondOp = ::testing::ElementsAre("ok", "fault-injected", "ok");

class WrapperTest : public ::testing::Test {
  protected:
    testing::Faults faults;
    Script script{.calls = {}, .table = full_table()};
    Context ctx{"m4"};
    Firmware firmware{"app.elf", {std::byte{1}}};
};

}  // namespace rproc::test
