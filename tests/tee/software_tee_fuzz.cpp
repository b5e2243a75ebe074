// SPDX-License-Identifier: BSD-2-Clause
//
// A client that sends any commands, with any parameters, to a software TEE that skips signatures: states and results
// are those of a small model, every refused load leaves the memories zero, every successful one leaves what the hash
// table authenticates, and no other command changes a byte.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "rproc/firmware/aes_cbc.hpp"
#include "rproc/firmware/signed_image.hpp"
#include "tee/fuzz_input.hpp"
#include "tee/tee_fixture.hpp"
#include "tee/tee_model.hpp"

namespace {

using rproc::tee::Command;
using rproc::tee::MemoryId;
using rproc::tee::Parameter;
using rproc::tee::Parameters;
using rproc::tee::ParamType;
using rproc::tee::RemoteMemory;
using rproc::tee::ResultCode;
using rproc::tee::SessionId;
using rproc::test::Bytes;
using rproc::test::Input;
using State = rproc::tee::SoftwareTee::ProcessorState;
using Span = std::span<const std::byte>;

void require(bool holds) {
    if (!holds) __builtin_trap();
}

constexpr std::array<std::uint32_t, 2> kProcessors{0, 5};

rproc::tee::SoftwareTeePolicy policy_from(std::uint8_t flags) {
    rproc::tee::SoftwareTeePolicy policy{.signatures = rproc::tee::SoftwareTeePolicy::Signatures::not_verified};
    if ((flags & 1U) != 0) policy.decryption_key = rproc::AesKey{};
    if ((flags & 2U) != 0) policy.minimum_version = 2;
    return policy;
}

/// The TEE, and the state that a client can derive.
class World {
  public:
    explicit World(std::uint8_t flags) : tee_(policy_from(flags)) {
        for (const std::uint32_t id : kProcessors)
            require(tee_.add_processor(id, rproc::test::kSmallMemories, memories_[id]).has_value());
        open(kRightUuid, Parameters{Parameter::value_input(kProcessors[0])});
    }

    /// One step, chosen by the input.
    void step(Input& input) {
        switch (input.u8() % 8) {
            case 0: open_any(input); return;
            case 1: close(input.u8()); return;
            case 2: share(copy(input.take(input.u16()))); return;
            case 3: share(rproc::test::package_from(input)); return;
            case 4: unshare(input.u8()); return;
            case 5: invoke_any(input); return;
            default: invoke_valid(input); return;
        }
    }

    void check_counts() const {
        require(tee_.open_sessions() == sessions_.size() && tee_.registered_memories() == shared_.size());
    }

  private:
    static constexpr std::uint8_t kRightUuid = 0;

    static Bytes copy(Span bytes) { return {bytes.begin(), bytes.end()}; }

    void open_any(Input& input) {
        const std::uint8_t uuid = input.u8() % 4;
        open(uuid, any_parameters(input));
    }

    void open(std::uint8_t uuid, Parameters parameters) {
        rproc::tee::Uuid application = rproc::tee::kRemoteprocUuid;
        application[15] ^= uuid;
        const std::uint32_t id = parameters[0].a;
        const auto opened = tee_.open_session(application, parameters);
        require(opened.has_value());
        const bool known = std::ranges::find(kProcessors, id) != kProcessors.end();
        if (uuid != kRightUuid) {
            require(opened->result == ResultCode::item_not_found);
        } else if (rproc::test::types_of(parameters) != rproc::test::kOnlyAnId) {
            require(opened->result == ResultCode::bad_parameters);
        } else {
            require(opened->result == (known ? ResultCode::success : ResultCode::not_supported));
        }
        if (opened->result == ResultCode::success) sessions_.emplace_back(opened->session, id);
    }

    void close(std::uint8_t choice) {
        if (sessions_.empty()) return;
        const auto session = sessions_.begin() + choice % static_cast<std::ptrdiff_t>(sessions_.size());
        tee_.close_session(session->first);
        sessions_.erase(session);
    }

    void share(Bytes bytes) {
        constexpr std::size_t kMost = 8;
        if (shared_.size() == kMost) return;
        bytes.shrink_to_fit();
        const auto kept = std::make_shared<const Bytes>(std::move(bytes));
        shared_.emplace_back(*tee_.register_memory(*kept), kept);
    }

    void unshare(std::uint8_t choice) {
        if (shared_.empty()) return;
        const auto memory = shared_.begin() + choice % static_cast<std::ptrdiff_t>(shared_.size());
        tee_.unregister_memory(memory->first);
        shared_.erase(memory);
    }

    MemoryId any_memory(Input& input) {
        const std::uint8_t choice = input.u8();
        return shared_.empty() || choice == 0xff ? MemoryId{choice} : shared_[choice % shared_.size()].first;
    }

    SessionId any_session(Input& input) {
        const std::uint8_t choice = input.u8();
        return sessions_.empty() || choice == 0xff ? SessionId{~0U} : sessions_[choice % sessions_.size()].first;
    }

    Parameters any_parameters(Input& input) {
        Parameters parameters;
        for (Parameter& parameter : parameters) {
            parameter.type = static_cast<ParamType>(input.u8() % 9);
            parameter.a = input.u8() % 8;
            parameter.memory = any_memory(input);
            const std::uint8_t place = input.u8();
            parameter.offset = place < 0xf0 ? place % 16U : std::numeric_limits<std::uint64_t>::max() - place % 16U;
            parameter.size = input.u16() == 0 ? parameter.offset + place : input.u16();
        }
        return parameters;
    }

    void invoke_any(Input& input) {
        const SessionId session = any_session(input);
        const std::uint8_t command = input.u8();
        invoke(session, command, any_parameters(input));
    }

    /// A command with the parameters that it requires, for the processor of the session.
    void invoke_valid(Input& input) {
        if (sessions_.empty()) return;
        const auto& [session, id] = sessions_[input.u8() % sessions_.size()];
        const auto command = static_cast<Command>(1 + input.u8() % 6);
        Parameters parameters{Parameter::value_input(id)};
        if (command == Command::get_rsc_table) parameters[1] = parameters[2] = Parameter::value_output();
        if (command == Command::load_fw && !shared_.empty()) {
            const auto& [memory, bytes] = shared_[input.u8() % shared_.size()];
            parameters[1] = Parameter::memref_input(memory, bytes->size());
        }
        invoke(session, static_cast<std::uint32_t>(command), parameters);
    }

    /// Invokes, and compares with the model.
    void invoke(SessionId session, std::uint32_t command, Parameters parameters) {
        const auto before = seen();
        const auto early =
            rproc::test::refusal_of_call(processor_of(session), static_cast<Command>(command), parameters, kProcessors);
        const Parameters asked = parameters;
        const auto result = tee_.invoke(session, command, parameters);
        require(result.has_value());
        const bool table = *result == ResultCode::success && static_cast<Command>(command) == Command::get_rsc_table;
        require(table || parameters == asked);
        if (early) {
            require(*result == *early && seen() == before);
        } else {
            check(asked[0].a, static_cast<Command>(command), *result, asked, before);
            if (table) check_table(parameters);
        }
        for (const std::uint32_t id : kProcessors) require(tee_.state(id) == states_[id]);
    }

    [[nodiscard]] std::optional<std::uint32_t> processor_of(SessionId session) const {
        const auto opened = std::ranges::find(sessions_, session, &std::pair<SessionId, std::uint32_t>::first);
        return opened == sessions_.end() ? std::nullopt : std::optional(opened->second);
    }

    /// Updates the state of the model. `before`: the memories before the command.
    void check(std::uint32_t id, Command command, ResultCode result, const Parameters& asked,
               std::map<std::uint32_t, Bytes> before) {
        if (command == Command::load_fw) entries_.insert(id);
        require(tee_.has_entry(id) == entries_.contains(id));
        if (!entries_.contains(id)) {
            require(result == ResultCode::bad_parameters && seen() == before);
            return;
        }
        State& state = states_[id];
        const bool loads = command == Command::load_fw && state == State::off;
        if (loads) {
            check_load(id, result, asked);
            state = result == ResultCode::success ? State::loaded : State::off;
            before[id] = seen()[id];
        } else {
            const std::optional<State> next = rproc::test::next_state(command, state);
            require(result == (next ? ResultCode::success : ResultCode::bad_state));
            if (command == Command::release_fw && next) std::ranges::fill(before[id], std::byte{0});
            state = next.value_or(state);
        }
        require(seen() == before);
    }

    void check_load(std::uint32_t id, ResultCode result, const Parameters& asked) {
        const auto& report = tee_.last_load(id);
        require(report.result == result && report.reason.empty() == (result == ResultCode::success));
        require(!report.key);
        if (result != ResultCode::success) {
            require(tee_.is_clear(id));
            return;
        }
        const auto shared = std::ranges::find(shared_, asked[1].memory, &std::pair<MemoryId, Shared>::first);
        require(shared != shared_.end());
        check_authentic(Span(*shared->second).subspan(asked[1].offset, asked[1].size), seen()[id]);
    }

    /// The hash table authenticates everything in the memories.
    static void check_authentic(Span image, const Bytes& memories) {
        const auto package = rproc::SignedImage::parse(image);
        require(package.has_value());
        const auto expected = rproc::test::memories_with(*package);
        require(expected && (rproc::test::is_encrypted(*package) || *expected == memories));
    }

    static void check_table(const Parameters& parameters) {
        const std::uint64_t size = parameters[2].value();
        if (size == 0) return;
        const auto table = rproc::PhysicalRange::make(rproc::PhysicalAddress(parameters[1].value()), size);
        require(table && std::ranges::any_of(rproc::test::kSmallMemories,
                                             [&](const RemoteMemory& m) { return m.pa.contains(*table); }));
    }

    /// The memories of each processor.
    std::map<std::uint32_t, Bytes> seen() {
        std::map<std::uint32_t, Bytes> all;
        for (const std::uint32_t id : kProcessors) {
            for (const RemoteMemory& memory : rproc::test::kSmallMemories) {
                const auto mapping = memories_[id].map(memory.pa);
                all[id].insert(all[id].end(), mapping->bytes().begin(), mapping->bytes().end());
            }
        }
        return all;
    }

    using Shared = std::shared_ptr<const Bytes>;

    std::map<std::uint32_t, rproc::ModelMemory> memories_;
    rproc::tee::SoftwareTee tee_;
    std::map<std::uint32_t, State> states_;  // off, at first
    std::set<std::uint32_t> entries_;        // of processors that were loaded once
    std::vector<std::pair<SessionId, std::uint32_t>> sessions_;
    std::vector<std::pair<MemoryId, Shared>> shared_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(std::as_bytes(std::span(data, size)));
    World world(input.u8());
    constexpr int kMostSteps = 64;
    for (int i = 0; i < kMostSteps && !input.at_end(); ++i) {
        world.step(input);
        world.check_counts();
    }
    return 0;
}
