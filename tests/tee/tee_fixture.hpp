// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "rproc/memory/model_memory.hpp"
#include "rproc/platform/board.hpp"
#include "rproc/tee/software_tee.hpp"
#include "support/signed_package.hpp"

namespace rproc::test {

/// The memories of an STM32MP15's M4, as a TEE knows them.
inline constexpr std::array kM4Memories{
    tee::RemoteMemory{DeviceAddress(0), *PhysicalRange::make(PhysicalAddress(0x38000000), 0x10000)},
    tee::RemoteMemory{DeviceAddress(0x10000000), *PhysicalRange::make(PhysicalAddress(0x10000000), 0x40000)},
    tee::RemoteMemory{DeviceAddress(0x30000000), *PhysicalRange::make(PhysicalAddress(0x30000000), 0x40000)}};

/// Two memories of a few bytes, for tests that compare every byte after each of many commands.
inline constexpr std::array kSmallMemories{
    tee::RemoteMemory{DeviceAddress(0), *PhysicalRange::make(PhysicalAddress(0x38000000), 0x100)},
    tee::RemoteMemory{DeviceAddress(0x10000000), *PhysicalRange::make(PhysicalAddress(0x10000000), 0x100)}};

[[nodiscard]] inline tee::SoftwareTeePolicy trusting(const std::string& key) {
    return {.keys = tee::TrustedKeys(public_key(key))};
}

/// A TEE with remote processor 0, called through the client interface, without a backend.
class BareTee {
  public:
    explicit BareTee(tee::SoftwareTeePolicy policy, std::span<const tee::RemoteMemory> known = kM4Memories,
                     tee::SoftwareTee::Sessions sessions = tee::SoftwareTee::Sessions::several)
        : tee(std::move(policy), sessions), memories(known.begin(), known.end()) {
        static_cast<void>(tee.add_processor(0, memories, memory));
        tee::Parameters parameters{tee::Parameter::value_input(0)};
        session = tee.open_session(tee::kRemoteprocUuid, parameters)->session;
    }

    tee::ResultCode load(std::span<const std::byte> image) {
        const tee::MemoryId id = *tee.register_memory(image);
        tee::Parameters parameters{tee::Parameter::value_input(0), tee::Parameter::memref_input(id, image.size())};
        const tee::ResultCode result = call(tee::Command::load_fw, parameters);
        tee.unregister_memory(id);
        return result;
    }
    tee::ResultCode start() { return call(tee::Command::start_fw); }
    tee::ResultCode stop() { return call(tee::Command::stop_fw); }
    tee::ResultCode release() { return call(tee::Command::release_fw); }
    tee::ResultCode get_table(std::uint64_t& pa, std::uint64_t& size) {
        tee::Parameters parameters{tee::Parameter::value_input(0), tee::Parameter::value_output(),
                                   tee::Parameter::value_output()};
        const tee::ResultCode result = call(tee::Command::get_rsc_table, parameters);
        pa = parameters[1].value();
        size = parameters[2].value();
        return result;
    }
    /// Loads, starts and stops: the image stays in the memories of the stopped remote processor.
    void run_once(std::span<const std::byte> image) {
        static_cast<void>(load(image));
        static_cast<void>(start());
        static_cast<void>(stop());
    }
    tee::ResultCode call(tee::Command command) {
        tee::Parameters parameters{tee::Parameter::value_input(0)};
        return call(command, parameters);
    }
    tee::ResultCode call(tee::Command command, tee::Parameters& parameters) {
        return *tee.invoke(session, static_cast<std::uint32_t>(command), parameters);
    }

    /// The bytes at `da`. Precondition: they lie in one memory.
    [[nodiscard]] Bytes seen_at(std::uint64_t da, std::uint64_t size) {
        for (const tee::RemoteMemory& m : memories) {
            if (da < m.da.value() || da + size > m.da.value() + m.pa.size()) continue;
            const auto mapping = memory.map(m.pa);
            const auto bytes = mapping->bytes().subspan(da - m.da.value(), size);
            return {bytes.begin(), bytes.end()};
        }
        return {};
    }

    /// The contents of all memories, concatenated.
    [[nodiscard]] Bytes seen() {
        Bytes all;
        for (const tee::RemoteMemory& m : memories) {
            const auto mapping = memory.map(m.pa);
            all.insert(all.end(), mapping->bytes().begin(), mapping->bytes().end());
        }
        return all;
    }

    ModelMemory memory;
    tee::SoftwareTee tee;
    std::vector<tee::RemoteMemory> memories;
    tee::SessionId session{};
};

}  // namespace rproc::test
