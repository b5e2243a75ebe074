// SPDX-License-Identifier: BSD-2-Clause
// The boot sequences for a TEE, run to each point of failure: the commands that are sent, and their defects.
#include "rproc/study/sequence_study.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rproc::check {
namespace {

using tee::Command;
using tee::ResultCode;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using TeeState = tee::SoftwareTee::ProcessorState;
using Flags = std::vector<SequenceFlag>;
using FlagsAt = std::map<FailurePoint, Flags>;

SequenceRun study(SequenceVariant variant, FailurePoint point) {
    auto run = study_sequence(variant, point);
    EXPECT_TRUE(run) << run.error().message();
    return run.value_or(SequenceRun{});
}

/// "LOAD_FW" for each command of a run, "LOAD_FW!" when it was refused.
std::vector<std::string> commands_of(const SequenceRun& run) {
    std::vector<std::string> commands;
    run.record.for_each_op([&](const RecordedOperation& /*operation*/, const RecordedOp& op) {
        for (const auto& [command, result] : op.commands)
            commands.push_back(std::string(tee::name_of(command)) + (result == ResultCode::success ? "" : "!"));
    });
    return commands;
}

/// The ops that failed.
std::vector<Step> failed_ops(const SequenceRun& run) {
    std::vector<Step> failed;
    run.record.for_each_op([&](const RecordedOperation& /*operation*/, const RecordedOp& op) {
        if (op.failed) failed.push_back(op.step);
    });
    return failed;
}

FlagsAt flags_of(SequenceVariant variant) {
    FlagsAt flags;
    for (const FailurePointInfo& point : failure_points()) {
        const SequenceRun run = study(variant, point.point);
        if (!run.flags.empty()) flags[point.point] = run.flags;
    }
    return flags;
}

/// The variants that are the library's own.
std::vector<SequenceVariant> own_variants() {
    std::vector<SequenceVariant> own;
    for (const SequenceVariantInfo& info : sequence_variants())
        if (!info.is_posted()) own.push_back(info.variant);
    return own;
}

TEST(SequenceStudy, LibraryHasNoFlagAtAnyPoint) {
    for (const SequenceVariant variant : own_variants())
        EXPECT_THAT(flags_of(variant), IsEmpty()) << info_of(variant).sequence;
}

TEST(SequenceStudy, LibraryReleasesEachLoadOnce) {
    for (const SequenceVariant variant : own_variants()) {
        for (const FailurePointInfo& point : failure_points()) {
            const auto commands = commands_of(study(variant, point.point));
            const bool loaded = std::ranges::any_of(commands, [](const auto& c) { return c.starts_with("LOAD_FW"); });
            EXPECT_EQ(std::ranges::count(commands, "RELEASE_FW"), loaded ? 1 : 0)
                << info_of(variant).sequence << " " << point.name;
        }
    }
}

// rproc_boot releases whenever rproc_fw_boot failed, even before a load; and rproc_tee_parse_fw has released already
// when it fails after its load. In all other cases only one of the two releases.
TEST(SequenceStudy, V21ReleasesTwiceWhenItsParseFailsAfterTheLoad) {
    const FlagsAt expected{{FailurePoint::prepare, {SequenceFlag::release_needless}},
                           {FailurePoint::get_rsc_table, {SequenceFlag::release_twice}}};
    EXPECT_EQ(flags_of(SequenceVariant::mainline_v21), expected);
    EXPECT_THAT(commands_of(study(SequenceVariant::mainline_v21, FailurePoint::get_rsc_table)),
                ElementsAre("LOAD_FW", "GET_RSC_TABLE!", "RELEASE_FW", "RELEASE_FW"));
    EXPECT_THAT(commands_of(study(SequenceVariant::mainline_v21, FailurePoint::prepare)), ElementsAre("RELEASE_FW!"));
}

// v5 has no release: the image stays loaded after a failed boot, and its bytes stay after a stop. The software TEE
// clears the memories after a refused load; the designs did not require it.
TEST(SequenceStudy, V5NeverReleases) {
    const Flags missing{SequenceFlag::release_missing};
    const Flags left{SequenceFlag::left_to_tee};
    const FlagsAt expected{{FailurePoint::none, missing},
                           {FailurePoint::load_fw, left},
                           {FailurePoint::get_rsc_table, missing},
                           {FailurePoint::handle_resources, missing},
                           {FailurePoint::allocate_carveouts, missing},
                           {FailurePoint::start_fw, missing},
                           {FailurePoint::start_subdevices, missing},
                           {FailurePoint::stop_fw, missing},
                           {FailurePoint::recovery_load_fw, left},
                           {FailurePoint::recovery_start_fw, missing}};
    EXPECT_EQ(flags_of(SequenceVariant::alternate_boot_v5), expected);
    const SequenceRun run = study(SequenceVariant::alternate_boot_v5, FailurePoint::handle_resources);
    EXPECT_EQ(run.record.operations.back().state, State::offline);
    EXPECT_EQ(run.record.operations.back().tee_state, TeeState::loaded);
}

// From handle_resources on, rproc_fw_boot releases in its clean-up of resources, and rproc_boot releases once more when
// rproc_fw_boot failed. When load_fw itself fails, rproc_boot and rproc_boot_recovery return without a release. Only
// rproc_boot_recovery releases after a recovery that fails to start.
TEST(SequenceStudy, V15ReleasesTwiceFromTheResourcesOn) {
    const Flags twice{SequenceFlag::release_twice};
    const Flags left{SequenceFlag::left_to_tee};
    const FlagsAt expected{{FailurePoint::load_fw, left},
                           {FailurePoint::handle_resources, twice},
                           {FailurePoint::allocate_carveouts, twice},
                           {FailurePoint::start_fw, twice},
                           {FailurePoint::start_subdevices, twice},
                           {FailurePoint::recovery_load_fw, left}};
    EXPECT_EQ(flags_of(SequenceVariant::load_first_v15), expected);
    EXPECT_THAT(commands_of(study(SequenceVariant::load_first_v15, FailurePoint::handle_resources)),
                ElementsAre("LOAD_FW", "GET_RSC_TABLE", "RELEASE_FW", "RELEASE_FW"));
}

TEST(SequenceStudy, EachRunFailsAtItsPoint) {
    using Failed = std::vector<Step>;
    const std::map<FailurePoint, Failed> everywhere{
        {FailurePoint::none, {}},
        {FailurePoint::prepare, {Step::prepare}},
        {FailurePoint::handle_resources, {Step::handle_resources}},
        {FailurePoint::allocate_carveouts, {Step::allocate_carveouts}},
        {FailurePoint::start_fw, {Step::start}},
        {FailurePoint::start_subdevices, {Step::start_subdevices}},
        {FailurePoint::stop_fw, {Step::stop}},
        {FailurePoint::recovery_load_fw, {Step::load}},
        {FailurePoint::recovery_start_fw, {Step::start}},
    };
    for (const SequenceVariantInfo& info : sequence_variants()) {
        for (const auto& [point, failed] : everywhere)
            EXPECT_EQ(failed_ops(study(info.variant, point)), failed) << info.sequence << " " << info.name();
    }
}

TEST(SequenceStudy, OpOfTheRefusalDependsOnTheDesign) {
    const auto fails_at = [](SequenceVariant variant, FailurePoint point) { return failed_ops(study(variant, point)); };
    EXPECT_THAT(fails_at(SequenceVariant::mainline, FailurePoint::load_fw), ElementsAre(Step::parse_fw));
    EXPECT_THAT(fails_at(SequenceVariant::alternate_boot, FailurePoint::load_fw), ElementsAre(Step::load));
    EXPECT_THAT(fails_at(SequenceVariant::load_first, FailurePoint::load_fw), ElementsAre(Step::load));
    EXPECT_THAT(fails_at(SequenceVariant::mainline, FailurePoint::get_rsc_table), ElementsAre(Step::parse_fw));
    EXPECT_THAT(fails_at(SequenceVariant::alternate_boot, FailurePoint::get_rsc_table),
                ElementsAre(Step::loaded_table));
    EXPECT_THAT(fails_at(SequenceVariant::load_first, FailurePoint::get_rsc_table), ElementsAre(Step::parse_fw));
}

TEST(SequenceStudy, TeeRefusesTheDamagedImage) {
    const SequenceRun run = study(SequenceVariant::mainline, FailurePoint::load_fw);
    const RecordedOp& parse = run.record.operations.at(0).ops.at(2);
    EXPECT_EQ(parse.step, Step::parse_fw);
    EXPECT_THAT(parse.commands, ElementsAre(RecordedCommand{Command::release_fw, ResultCode::bad_parameters},
                                            RecordedCommand{Command::load_fw, ResultCode::security}));
}

TEST(SequenceStudy, EveryRunEndsOffline) {
    for (const SequenceVariantInfo& info : sequence_variants()) {
        for (const FailurePointInfo& point : failure_points()) {
            const auto record = study(info.variant, point.point).record;
            EXPECT_EQ(record.operations.back().state, State::offline) << info.sequence << " " << point.name;
            EXPECT_EQ(record.operations.front().operation, Operation::boot);
        }
    }
}

TEST(SequenceStudy, RecoveryLoadsAgain) {
    EXPECT_THAT(commands_of(study(SequenceVariant::alternate_boot, FailurePoint::recovery_start_fw)),
                ElementsAre("RELEASE_FW!", "LOAD_FW", "GET_RSC_TABLE", "START_FW", "STOP_FW", "LOAD_FW",
                            "GET_RSC_TABLE", "START_FW!", "RELEASE_FW"));
}

/// A record with these commands, of a remote processor that is offline afterwards.
SequenceRecord record_of(std::vector<RecordedCommand> commands) {
    RecordedOp op{.step = Step::parse_fw, .failed = false, .commands = std::move(commands)};
    return {.operations = {{.operation = Operation::boot, .ops = {std::move(op)}}}};
}

constexpr RecordedCommand kLoad{Command::load_fw, ResultCode::success};
constexpr RecordedCommand kLoadRefused{Command::load_fw, ResultCode::security};
constexpr RecordedCommand kRelease{Command::release_fw, ResultCode::success};
constexpr RecordedCommand kReleaseRefused{Command::release_fw, ResultCode::generic};

TEST(SequenceFlags, OneReleasePerLoadHasNoFlag) {
    EXPECT_THAT(find_flags({}), IsEmpty());
    EXPECT_THAT(find_flags(record_of({kLoad, kRelease})), IsEmpty());
    EXPECT_THAT(find_flags(record_of({kLoad, kLoad, kRelease})), IsEmpty());
    EXPECT_THAT(find_flags(record_of({kLoad, kRelease, kLoad, kRelease})), IsEmpty());
    EXPECT_THAT(find_flags(record_of({kLoadRefused, kRelease})), IsEmpty());
    EXPECT_THAT(find_flags(record_of({kLoad, kReleaseRefused, kRelease})), IsEmpty());
}

TEST(SequenceFlags, SurplusReleaseIsFlagged) {
    EXPECT_THAT(find_flags(record_of({kLoad, kRelease, kRelease})), ElementsAre(SequenceFlag::release_twice));
    EXPECT_THAT(find_flags(record_of({kRelease})), ElementsAre(SequenceFlag::release_needless));
    EXPECT_THAT(find_flags(record_of({kRelease, kRelease, kLoad, kRelease, kRelease})),
                ElementsAre(SequenceFlag::release_twice, SequenceFlag::release_needless));
}

// It brings the TEE to a known state.
TEST(SequenceFlags, ReleaseDirectlyBeforeALoadIsNotSurplus) {
    EXPECT_THAT(find_flags(record_of({kRelease, kLoad, kRelease})), IsEmpty());
    EXPECT_THAT(find_flags(record_of({kRelease, kLoad, kRelease, kRelease})), ElementsAre(SequenceFlag::release_twice));
    EXPECT_THAT(find_flags(record_of({kLoad, kRelease, kRelease, kLoad, kRelease})), IsEmpty());
}

TEST(SequenceFlags, UnreleasedRefusedLoadIsFlagged) {
    EXPECT_THAT(find_flags(record_of({kLoadRefused})), ElementsAre(SequenceFlag::left_to_tee));
    SequenceRecord running = record_of({kLoadRefused, kLoad});
    EXPECT_THAT(find_flags(running), IsEmpty());
}

TEST(SequenceFlags, RemainingFirmwareIsFlagged) {
    SequenceRecord loaded = record_of({kLoad});
    loaded.operations.back().tee_state = TeeState::loaded;
    EXPECT_THAT(find_flags(loaded), ElementsAre(SequenceFlag::release_missing));
    SequenceRecord bytes = record_of({kLoad});
    bytes.operations.back().memory_clear = false;
    EXPECT_THAT(find_flags(bytes), ElementsAre(SequenceFlag::release_missing));
}

TEST(SequenceFlags, FirmwareOfADestroyedProcessorIsFlagged) {
    SequenceRecord record;
    record.sessions_left = 1;
    record.shared_memories_left = 2;
    EXPECT_THAT(find_flags(record), ElementsAre(SequenceFlag::session_leak, SequenceFlag::memory_leak));
}

TEST(SequenceFlags, DifferentStatesOfLinuxAndTeeAreFlagged) {
    SequenceRecord record = record_of({kLoad});
    record.operations.back().state = State::running;
    record.operations.back().memory_clear = false;
    EXPECT_THAT(find_flags(record), ElementsAre(SequenceFlag::state_mismatch));
    record.operations.back().tee_state = TeeState::started;
    EXPECT_THAT(find_flags(record), IsEmpty());
    record.operations.back().state = State::offline;
    EXPECT_THAT(find_flags(record), Contains(SequenceFlag::state_mismatch));
}

TEST(SequenceNames, AreUniqueAndNotEmpty) {
    std::vector<std::string> names;
    for (const SequenceDesign& design : sequence_designs()) {
        names.emplace_back(design.name);
        EXPECT_FALSE(design.origin.empty() || design.idea.empty()) << design.name;
    }
    for (const FailurePointInfo& point : failure_points()) {
        names.emplace_back(point.name);
        EXPECT_EQ(&info_of(point.point), &point);
    }
    for (const SequenceVariantInfo& info : sequence_variants()) {
        names.push_back(std::string(info.sequence) + " " + info.name());
        EXPECT_EQ(&info_of(info.variant), &info);
        EXPECT_FALSE(info.releases.empty()) << names.back();
    }
    std::ranges::sort(names);
    EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
    EXPECT_THAT(names, Each(::testing::Not(IsEmpty())));
}

}  // namespace
}  // namespace rproc::check
