// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/core/boot_sequence.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "rproc/elf/backend.hpp"

namespace rproc {
namespace {

using test::outcome;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

/// Steps that only record their order.
struct Steps {
    std::vector<std::string> ran;
    std::string refuse;

    Result<void> sanity_check() { return run("sanity_check"); }
    Result<void> prepare() { return run("prepare"); }
    Result<void> boot_address() { return run("boot_address"); }
    Result<void> parse_fw() { return run("parse_fw"); }
    Result<void> loaded_table() { return run("loaded_table"); }
    Result<void> handle_resources() { return run("handle_resources"); }
    Result<void> allocate_carveouts() { return run("allocate_carveouts"); }
    Result<void> load() { return run("load"); }
    Result<void> install_table() { return run("install_table"); }
    Result<void> start() { return run("start"); }
    Result<void> start_subdevices() { return run("start_subdevices"); }

    Result<void> run(const char* step) {
        ran.emplace_back(step);
        if (ran.back() == refuse) return fail(Error::of({.code = ErrorCode::register_failed}, {}, {}));
        return {};
    }
};

template <class S>
std::vector<std::string> order() {
    Steps steps;
    EXPECT_EQ(outcome(S::run(steps)), "ok");
    return steps.ran;
}

const std::vector<std::string> kMainline{
    "sanity_check",       "prepare", "boot_address",  "parse_fw", "handle_resources",
    "allocate_carveouts", "load",    "install_table", "start",    "start_subdevices"};

TEST(Mainline, RunsTheKernelsOrder) {
    EXPECT_THAT(order<Mainline>(), ElementsAreArray(kMainline));
    EXPECT_EQ(Mainline::kName, "mainline");
}

TEST(Mainline, RestartRunsTheStepsAfterTheCarveouts) {
    Steps steps;
    EXPECT_EQ(outcome(Mainline::start(steps)), "ok");
    EXPECT_THAT(steps.ran, ElementsAre("load", "install_table", "start", "start_subdevices"));
}

TEST(AlternateBoot, LoadsThenTakesTheTableFromMemory) {
    EXPECT_THAT(order<AlternateBoot>(),
                ElementsAre("sanity_check", "prepare", "boot_address", "load", "loaded_table", "handle_resources",
                            "allocate_carveouts", "start", "start_subdevices"));
}

TEST(LoadFirst, LoadsBeforeEveryOtherStep) {
    EXPECT_THAT(order<LoadFirst>(),
                ElementsAre("load", "sanity_check", "prepare", "boot_address", "parse_fw", "handle_resources",
                            "allocate_carveouts", "install_table", "start", "start_subdevices"));
}

template <class S>
class EachSequence : public ::testing::Test {};
using Sequences = ::testing::Types<Mainline, AlternateBoot, LoadFirst>;
TYPED_TEST_SUITE(EachSequence, Sequences);

TYPED_TEST(EachSequence, StopsAtTheStepThatFails) {
    const auto all = order<TypeParam>();
    for (std::size_t i = 0; i < all.size(); ++i) {
        Steps steps{.ran = {}, .refuse = all[i]};
        EXPECT_EQ(outcome(TypeParam::run(steps)), "register-failed") << all[i];
        EXPECT_EQ(steps.ran.size(), i + 1) << all[i];
    }
}

static_assert(Orders<Mainline, elf::Backend> && !Orders<AlternateBoot, elf::Backend> &&
                  !Orders<LoadFirst, elf::Backend>,
              "an ELF file is loaded into carveouts, so it cannot be loaded before they are there");

}  // namespace
}  // namespace rproc
