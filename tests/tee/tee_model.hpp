// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "rproc/firmware/elf_image.hpp"
#include "rproc/firmware/platform_tlvs.hpp"
#include "rproc/firmware/signed_hashes.hpp"
#include "tee/tee_fixture.hpp"

/// A second, simpler implementation of the software TEE's answers and loads, for the fuzz target.
namespace rproc::test {

using ParameterTypes = std::array<tee::ParamType, 4>;

[[nodiscard]] inline ParameterTypes types_of(const tee::Parameters& parameters) {
    return {parameters[0].type, parameters[1].type, parameters[2].type, parameters[3].type};
}

inline constexpr ParameterTypes kOnlyAnId{tee::ParamType::value_input};

/// The parameters of a command; nothing for an unknown or unimplemented one.
[[nodiscard]] inline std::optional<ParameterTypes> wanted_types(tee::Command command) {
    using tee::ParamType;
    switch (command) {
        case tee::Command::load_fw: return ParameterTypes{ParamType::value_input, ParamType::memref_input};
        case tee::Command::get_rsc_table:
            return ParameterTypes{ParamType::value_input, ParamType::value_output, ParamType::value_output};
        case tee::Command::start_fw:
        case tee::Command::stop_fw:
        case tee::Command::release_fw: return kOnlyAnId;
        default: return std::nullopt;
    }
}

/// The answer where it does not depend on the state of the processor; nothing otherwise.
/// @param session the processor that the session was opened for; nothing when it is not open.
[[nodiscard]] inline std::optional<tee::ResultCode> refusal_of_call(std::optional<std::uint32_t> session,
                                                                    tee::Command command, const tee::Parameters& asked,
                                                                    std::span<const std::uint32_t> processors) {
    using tee::ResultCode;
    if (!session) return ResultCode::bad_parameters;
    if (command == tee::Command::get_coredump) return ResultCode::not_implemented;
    if (wanted_types(command) != types_of(asked)) return ResultCode::bad_parameters;
    if (*session == asked[0].a) return std::nullopt;
    if (std::ranges::find(processors, asked[0].a) != processors.end()) return ResultCode::access_denied;
    return command == tee::Command::load_fw ? ResultCode::not_supported : ResultCode::bad_parameters;
}

/// The state after any command but a load in state off; nothing for BAD_STATE.
[[nodiscard]] inline std::optional<tee::SoftwareTee::ProcessorState> next_state(
    tee::Command command, tee::SoftwareTee::ProcessorState state) {
    using State = tee::SoftwareTee::ProcessorState;
    switch (command) {
        case tee::Command::start_fw: return state == State::off ? std::nullopt : std::optional(State::started);
        case tee::Command::stop_fw: return state == State::loaded ? std::nullopt : std::optional(State::off);
        case tee::Command::get_rsc_table: return state == State::off ? std::nullopt : std::optional(state);
        case tee::Command::release_fw: return state == State::started ? std::nullopt : std::optional(State::off);
        default: return state == State::started ? std::nullopt : std::optional(state);
    }
}

/// Copies a segment to its da in kSmallMemories.
/// @returns false when it does not lie in one of them as a whole.
[[nodiscard]] inline bool place(std::span<const std::byte> contents, const ElfSegment& segment, Bytes& seen) {
    std::size_t start = 0;
    for (const tee::RemoteMemory& memory : kSmallMemories) {
        const std::uint64_t size = memory.pa.size();
        const std::uint64_t offset = segment.paddr.value() - memory.da.value();  // huge when it lies before
        if (offset < size && segment.memsz <= size - offset && contents.size() <= segment.memsz) {
            const auto place = std::span(seen).subspan(start + offset, segment.memsz);
            std::ranges::fill(place, std::byte{0});
            std::ranges::copy(contents, place.begin());
            return true;
        }
        start += size;
    }
    return false;
}

/// The contents of kSmallMemories after an unencrypted image is loaded.
/// @returns nothing when a segment is missing in the hash table or lies outside: such an image must not be loaded.
[[nodiscard]] inline std::optional<Bytes> memories_with(const SignedImage& package) {
    const auto segments = check_segment_hashes(package);
    if (!segments || segments->size() != package.hash_count()) return std::nullopt;
    Bytes seen(kSmallMemories[0].pa.size() + kSmallMemories[1].pa.size());
    for (const auto& [index, segment, state] : *segments) {
        if (state != HashState::matches) return std::nullopt;
        const auto contents = package.image(index)->subspan(segment.offset, segment.filesz);
        if (segment.loadable() && !place(contents, segment, seen)) return std::nullopt;
    }
    return seen;
}

[[nodiscard]] inline bool is_encrypted(const SignedImage& package) {
    return package.find(static_cast<TlvType>(PlatformTlv::encryption)).has_value();
}

}  // namespace rproc::test
