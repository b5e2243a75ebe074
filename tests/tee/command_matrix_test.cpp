// SPDX-License-Identifier: BSD-2-Clause
// Every command, in every state, with every combination of parameter types: the result, the new state and the memories
// are those of one table, written from the protocol (rproc/tee/protocol.hpp).
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <tuple>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tee/small_image.hpp"

namespace rproc {
namespace {

using tee::Command;
using tee::Parameter;
using tee::Parameters;
using tee::ParamType;
using tee::ResultCode;
using test::BareTee;
using test::Bytes;
using State = tee::SoftwareTee::ProcessorState;
using Types = std::array<ParamType, 4>;

/// The state before a command. `stopped` is off as well, with the stopped firmware still in the memories.
enum class Start { off, stopped, loaded, started };

enum class Memories { unchanged, hold_image, clear };

struct Outcome {
    ResultCode result;
    State state;
    Memories memories = Memories::unchanged;
};

/// A command with the parameters that it requires.
struct Rule {
    Command command;
    Types types;
    Outcome off;  // and stopped
    Outcome loaded;
    Outcome started;
};

constexpr Types kOnlyId{ParamType::value_input};
constexpr Types kImage{ParamType::value_input, ParamType::memref_input};
constexpr Types kTableTypes{ParamType::value_input, ParamType::value_output, ParamType::value_output};

constexpr std::array kRules{
    Rule{Command::load_fw,
         kImage,
         {ResultCode::success, State::loaded, Memories::hold_image},
         {ResultCode::success, State::loaded},
         {ResultCode::bad_state, State::started}},
    Rule{Command::start_fw,
         kOnlyId,
         {ResultCode::bad_state, State::off},
         {ResultCode::success, State::started},
         {ResultCode::success, State::started}},
    Rule{Command::stop_fw,
         kOnlyId,
         {ResultCode::success, State::off},
         {ResultCode::bad_state, State::loaded},
         {ResultCode::success, State::off}},
    Rule{Command::get_rsc_table,
         kTableTypes,
         {ResultCode::bad_state, State::off},
         {ResultCode::success, State::loaded},
         {ResultCode::success, State::started}},
    Rule{Command::release_fw,
         kOnlyId,
         {ResultCode::success, State::off, Memories::clear},
         {ResultCode::success, State::off, Memories::clear},
         {ResultCode::bad_state, State::started}},
};

State state_at(Start start) {
    if (start == Start::loaded) return State::loaded;
    return start == Start::started ? State::started : State::off;
}

Outcome expected(std::uint32_t command, const Types& types, Start start) {
    if (command == static_cast<std::uint32_t>(Command::get_coredump))
        return {ResultCode::not_implemented, state_at(start)};
    const auto* const rule = std::ranges::find_if(
        kRules, [&](const Rule& r) { return static_cast<std::uint32_t>(r.command) == command && r.types == types; });
    if (rule == kRules.end()) return {ResultCode::bad_parameters, state_at(start)};
    if (start == Start::loaded) return rule->loaded;
    return start == Start::started ? rule->started : rule->off;
}

Bytes memories_after(Memories memories, const Bytes& before) {
    if (memories == Memories::unchanged) return before;
    return memories == Memories::hold_image ? test::small_elf_in_memory() : Bytes(before.size());
}

/// The parameters afterwards: a command only writes the address and size of the table.
Parameters parameters_after(std::uint32_t command, ResultCode result, Parameters parameters) {
    if (command != static_cast<std::uint32_t>(Command::get_rsc_table) || result != ResultCode::success)
        return parameters;
    parameters[1].set_value(test::kSmallTablePa);
    parameters[2].set_value(test::kSmallTableSize);
    return parameters;
}

class CommandMatrix : public ::testing::TestWithParam<std::tuple<std::uint32_t, Start>> {
  protected:
    CommandMatrix()
        : image_(test::small_package().sign(test::signing_key("p256"))),
          tee_(test::trusting("p256"), test::kSmallMemories),
          shared_(*tee_.tee.register_memory(image_)) {
        EXPECT_EQ(tee_.load(image_), ResultCode::success);  // the first load makes the application's entry
    }

    void reach(Start start) {
        static_cast<void>(tee_.stop());
        static_cast<void>(tee_.release());
        if (start == Start::off) return;
        ASSERT_EQ(tee_.load(image_), ResultCode::success);
        if (start == Start::loaded) return;
        ASSERT_EQ(tee_.start(), ResultCode::success);
        if (start == Start::started) return;
        ASSERT_EQ(tee_.stop(), ResultCode::success);
    }

    /// Parameters of these types, each with a value and a memory that suit every command.
    [[nodiscard]] Parameters parameters_of(const Types& types) const {
        Parameters parameters;
        std::ranges::transform(types, parameters.begin(), [&](tee::ParamType type) {
            return Parameter{.type = type, .memory = shared_, .size = image_.size()};
        });
        return parameters;
    }

    void check(std::uint32_t command, const Types& types, Start start) {
        const Bytes before = tee_.seen();
        Parameters parameters = parameters_of(types);
        const ResultCode result = tee_.call(static_cast<Command>(command), parameters);
        const Outcome want = expected(command, types, start);
        EXPECT_EQ(result, want.result) << name_of(result);
        EXPECT_EQ(tee_.tee.state(0), want.state);
        EXPECT_EQ(tee_.seen(), memories_after(want.memories, before));
        EXPECT_EQ(parameters, parameters_after(command, want.result, parameters_of(types)));
        if (result == ResultCode::success) reach(start);
    }

    Bytes image_;
    BareTee tee_;
    tee::MemoryId shared_;
};

TEST_P(CommandMatrix, FollowsTheProtocol) {
    constexpr unsigned kTypes = 8;  // those of the specification, and 4, which is none
    const auto [command, start] = GetParam();
    reach(start);
    for (unsigned i = 0; i < kTypes * kTypes * kTypes * kTypes; ++i) {
        Types types{};
        for (unsigned k = 0; k < types.size(); ++k) types[k] = static_cast<tee::ParamType>((i >> (3 * k)) % kTypes);
        check(command, types, start);
        ASSERT_FALSE(HasFailure()) << fmt::format("types {:04o} (octal, of parameter 0 last)", i);
    }
}

std::string name_of_case(const ::testing::TestParamInfo<std::tuple<std::uint32_t, Start>>& info) {
    static constexpr std::array kStarts{"Off", "Stopped", "Loaded", "Started"};
    const auto [command, start] = info.param;
    return fmt::format("Command{}When{}", command, kStarts.at(static_cast<std::size_t>(start)));
}

INSTANTIATE_TEST_SUITE_P(SoftwareTee, CommandMatrix,
                         ::testing::Combine(::testing::Values(0U, 1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 0xffffffffU),
                                            ::testing::Values(Start::off, Start::stopped, Start::loaded,
                                                              Start::started)),
                         name_of_case);

// The types are right, the memory is not shared: the load fails as any other.
TEST(LoadOfMemoryThatIsNotShared, IsRefusedAndClearsTheMemories) {
    const Bytes image = test::small_package().sign(test::signing_key("p256"));
    const Bytes huge((64U << 20U) + 1);
    BareTee tee(test::trusting("p256"), test::kSmallMemories);
    const tee::MemoryId shared = *tee.tee.register_memory(image);
    const tee::MemoryId larger = *tee.tee.register_memory(huge);
    const auto expect = [&](tee::MemoryId memory, std::uint64_t offset, std::uint64_t size, ResultCode result) {
        tee.run_once(image);
        EXPECT_FALSE(tee.tee.is_clear(0));
        Parameters parameters{Parameter::value_input(0), Parameter::memref_input(memory, size)};
        parameters[1].offset = offset;
        EXPECT_EQ(tee.call(Command::load_fw, parameters), result);
        EXPECT_EQ(tee.tee.last_load(0).result, result);
        EXPECT_FALSE(tee.tee.last_load(0).reason.empty());
        EXPECT_TRUE(tee.tee.is_clear(0));
    };
    expect(tee::MemoryId{99}, 0, image.size(), ResultCode::bad_parameters);
    expect(shared, 0, image.size() + 1, ResultCode::bad_parameters);
    expect(shared, 1, image.size(), ResultCode::bad_parameters);
    expect(shared, ~0ULL, 2, ResultCode::bad_parameters);
    expect(shared, 0, ~0ULL, ResultCode::bad_parameters);
    expect(shared, 0, 0, ResultCode::bad_parameters);
    expect(larger, 0, huge.size(), ResultCode::out_of_memory);
}

}  // namespace
}  // namespace rproc
