// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "rproc/result.hpp"
#include "rproc/tee/protocol.hpp"

/// The interface of a TEE client: sessions, commands, shared memory. `DeviceClient` is the client of a real TEE,
/// `SoftwareTee` is a TEE in process; a unit test defines its own mock.
namespace rproc::tee {

/// A session of one client; other clients do not know it.
enum class SessionId : std::uint32_t {};

/// A memory registration of one client; other clients do not know it.
enum class MemoryId : std::uint32_t {};

/// A parameter of an open or an invoke (TEEC_Parameter; GlobalPlatform TEE Client API 1.0, 4.3.7). `type` determines
/// which members are used.
struct Parameter {
    ParamType type = ParamType::none;
    std::uint32_t a = 0;  ///< of a value, with b
    std::uint32_t b = 0;
    MemoryId memory{};         ///< of a memref: the memory,
    std::uint64_t offset = 0;  ///< the offset in it in bytes,
    std::uint64_t size = 0;    ///< and the size in bytes

    /// A value that the TEE reads.
    [[nodiscard]] static constexpr Parameter value_input(std::uint32_t a, std::uint32_t b = 0) noexcept {
        return {.type = ParamType::value_input, .a = a, .b = b};
    }
    /// A value that the TEE writes.
    [[nodiscard]] static constexpr Parameter value_output() noexcept { return {.type = ParamType::value_output}; }
    /// The first `size` bytes of a memory, which the TEE reads.
    [[nodiscard]] static constexpr Parameter memref_input(MemoryId memory, std::uint64_t size) noexcept {
        return {.type = ParamType::memref_input, .memory = memory, .size = size};
    }

    /// A 64-bit number in the two halves of a value: a low, b high.
    [[nodiscard]] constexpr std::uint64_t value() const noexcept { return std::uint64_t{b} << 32U | a; }
    constexpr void set_value(std::uint64_t value) noexcept {
        a = static_cast<std::uint32_t>(value);
        b = static_cast<std::uint32_t>(value >> 32U);
    }

    friend constexpr bool operator==(const Parameter&, const Parameter&) = default;
};

/// The parameters of a call: four, as in the specification. Unused ones are `none` and follow the used ones.
using Parameters = std::array<Parameter, 4>;

/// The result of an open.
struct OpenedSession {
    ResultCode result;    ///< success, or the reason of the refusal
    SessionId session{};  ///< valid only on success
};

/// A client of a TEE.
///
/// An error (`Result` without value) means that the request did not reach the TEE. Every answer of the TEE, also a
/// refusal, is a value.
///
/// Threads: one thread at a time calls a member, but not always the same one. No member may throw.
template <class C>
concept Client = requires(C& client, const Uuid& application, std::uint32_t command, Parameters& parameters,
                          SessionId session, MemoryId memory, std::span<const std::byte> bytes) {
    // Opens a session with a trusted application. Output parameters are written on success.
    { client.open_session(application, parameters) } -> std::same_as<Result<OpenedSession>>;
    // Runs a command of an open session. Output parameters are written on success.
    { client.invoke(session, command, parameters) } -> std::same_as<Result<ResultCode>>;
    // Closes a session. Called once for each open session.
    { client.close_session(session) } -> std::same_as<void>;
    // Shares `bytes` with the TEE, in place or as a copy. They stay valid and unchanged until `unregister_memory`.
    { client.register_memory(bytes) } -> std::same_as<Result<MemoryId>>;
    // Ends the sharing. Called once for each registered memory.
    { client.unregister_memory(memory) } -> std::same_as<void>;
};

}  // namespace rproc::tee
