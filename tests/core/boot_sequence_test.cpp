// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/core/boot_sequence.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"

namespace rproc {
namespace {

using test::outcome;
using testing::ElementsAreArray;

/// Steps that only write down that they ran.
struct Steps {
    std::vector<std::string> ran;
    std::string refuse;

    Result<void> sanity_check() { return run("sanity_check"); }
    Result<void> prepare() { return run("prepare"); }
    Result<void> boot_address() { return run("boot_address"); }
    Result<void> parse_fw() { return run("parse_fw"); }
    Result<void> handle_resources() { return run("handle_resources"); }
    Result<void> allocate_carveouts() { return run("allocate_carveouts"); }
    Result<void> load() { return run("load"); }
    Result<void> install_table() { return run("install_table"); }
    Result<void> start() { return run("start"); }
    Result<void> start_subdevices() { return run("start_subdevices"); }

    Result<void> run(const char* step) {
        ran.emplace_back(step);
        if (ran.back() == refuse) return fail({.code = ErrorCode::register_failed});
        return {};
    }
};

const std::vector<std::string> kMainline{
    "sanity_check",       "prepare", "boot_address",  "parse_fw", "handle_resources",
    "allocate_carveouts", "load",    "install_table", "start",    "start_subdevices"};

TEST(Mainline, RunsTheKernelsOrder) {
    Steps steps;
    EXPECT_EQ(outcome(Mainline::run(steps)), "ok");
    EXPECT_THAT(steps.ran, ElementsAreArray(kMainline));
    EXPECT_EQ(Mainline::kName, "mainline");
}

TEST(Mainline, EndsAtTheStepThatRefuses) {
    for (std::size_t i = 0; i < kMainline.size(); ++i) {
        Steps steps{.ran = {}, .refuse = kMainline[i]};
        EXPECT_EQ(outcome(Mainline::run(steps)), "register-failed") << kMainline[i];
        EXPECT_EQ(steps.ran.size(), i + 1) << kMainline[i];
    }
}

}  // namespace
}  // namespace rproc
