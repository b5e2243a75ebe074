// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kernel/guest.hpp"

namespace rproc::test {

/// A guest that has the command in /bin/rproc, and a plan whose steps are named by what they give: the place of their
/// record.
class CommandGuest : public ::testing::Test {
  protected:
    /// Skips the test where there is no guest, or no command for it. A fixture that derives from this one calls it
    /// first, and returns where `IsSkipped()`.
    void SetUp() override {
        if (!Guest::missing().empty()) GTEST_SKIP() << Guest::missing();
        if (!std::filesystem::exists(RPROC_GUEST_COMMAND))
            GTEST_SKIP() << "no command for the guest in " RPROC_GUEST_COMMAND ": ./dev cross armhf builds it";
        guest_.emplace();
        guest_->root().add("/bin/rproc", read_bytes(RPROC_GUEST_COMMAND), 0755);
    }

    [[nodiscard]] Guest& guest() { return *guest_; }

    std::size_t step(std::vector<std::string> words) {
        guest_->step(words);
        return steps_++;
    }

    /// Runs the plan.
    void follow() {
        result_ = guest_->run();
        ASSERT_TRUE(result_.done) << ::testing::PrintToString(result_.console);
        ASSERT_EQ(result_.records.size(), steps_);
    }

    [[nodiscard]] const GuestRun& result() const { return result_; }
    [[nodiscard]] std::string out(std::size_t step) const { return bytes_of(result_.records.at(step).at("out")); }
    [[nodiscard]] std::string err(std::size_t step) const { return bytes_of(result_.records.at(step).at("err")); }
    [[nodiscard]] int status(std::size_t step) const { return result_.records.at(step).at("exit").get<int>(); }
    [[nodiscard]] std::string text(std::size_t step) const { return bytes_of(result_.records.at(step).at("text")); }

  private:
    std::optional<Guest> guest_;
    std::size_t steps_ = 0;
    GuestRun result_;
};

}  // namespace rproc::test
