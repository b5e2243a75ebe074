// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "rproc/result.hpp"
#include "rproc/tee/protocol.hpp"

/// What a backend needs of a TEE: sessions, commands, shared memory. `DeviceClient` asks a real one, `SoftwareTee` is
/// one, and a unit test brings its own mock.
namespace rproc::tee {

/// A session of a client; meaningless to any other.
enum class SessionId : std::uint32_t {};

/// Memory that was registered with a client.
enum class MemoryId : std::uint32_t {};

/// A parameter of an open or an invoke (GlobalPlatform TEE Client API 1.0, 4.3.7). `type` says which members count.
struct Parameter {
    ParamType type = ParamType::none;
    std::uint32_t a = 0;  ///< of a value
    std::uint32_t b = 0;
    MemoryId memory{};         ///< of a memref: which memory,
    std::uint64_t offset = 0;  ///< from where in it,
    std::uint64_t size = 0;    ///< and how many bytes

    [[nodiscard]] static constexpr Parameter value_input(std::uint32_t a, std::uint32_t b = 0) noexcept {
        return {.type = ParamType::value_input, .a = a, .b = b};
    }
    /// Filled in by the TEE.
    [[nodiscard]] static constexpr Parameter value_output() noexcept { return {.type = ParamType::value_output}; }
    [[nodiscard]] static constexpr Parameter memref_input(MemoryId memory, std::uint64_t size) noexcept {
        return {.type = ParamType::memref_input, .memory = memory, .size = size};
    }

    /// Two 32-bit halves of a number: a low, b high.
    [[nodiscard]] constexpr std::uint64_t value() const noexcept { return std::uint64_t{b} << 32U | a; }
    constexpr void set_value(std::uint64_t value) noexcept {
        a = static_cast<std::uint32_t>(value);
        b = static_cast<std::uint32_t>(value >> 32U);
    }

    friend constexpr bool operator==(const Parameter&, const Parameter&) = default;
};

/// Four, as the specification has it; unused ones are `none`, and stand behind the used ones.
using Parameters = std::array<Parameter, 4>;

/// The answer to an open.
struct OpenedSession {
    ResultCode result;    ///< success, or why the TEE refuses
    SessionId session{};  ///< only when it succeeded
};

/// A way to a TEE.
///
/// An error (`Result` without value) says that the TEE could not be asked; what it answers, also a refusal, is a value.
/// Members are called by one thread at a time, but not always by the same; none may throw.
template <class C>
concept Client = requires(C& client, const Uuid& application, std::uint32_t command, Parameters& parameters,
                          SessionId session, MemoryId memory, std::span<const std::byte> bytes) {
    // Opens a session with a trusted application. `parameters` may be written to.
    { client.open_session(application, parameters) } -> std::same_as<Result<OpenedSession>>;
    // Runs a command of an open session; output parameters are filled in when it succeeded.
    { client.invoke(session, command, parameters) } -> std::same_as<Result<ResultCode>>;
    // Closes a session. Called once for each session that was opened.
    { client.close_session(session) } -> std::same_as<void>;
    // Shows `bytes` to the TEE, as they are or as a copy; they stay valid and unchanged until `unregister_memory`.
    { client.register_memory(bytes) } -> std::same_as<Result<MemoryId>>;
    // Takes them back. Called once for each memory that was registered.
    { client.unregister_memory(memory) } -> std::same_as<void>;
};

}  // namespace rproc::tee
