// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "rproc/tee/client.hpp"

/// The messages of the kernel's TEE interface, byte by byte (<linux/tee.h>), without the kernel's header: that one is
/// needed only where the library is compiled, and checked there to agree with what stands here.
namespace rproc::tee::device {

/// A parameter as the kernel reads it (struct tee_ioctl_param): for a value a and b; for a memref the offset in a, the
/// size in b and the kernel's number of the memory in c.
struct WireParameter {
    std::uint64_t attr = 0;
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::uint64_t c = 0;
};

/// Always four: the kernel takes any number whose size agrees with the message's length, and OP-TEE reads absent ones
/// as `none`, so that one form serves every command.
using WireParameters = std::array<WireParameter, 4>;

/// The implementation that a device names in its version: OP-TEE.
inline constexpr std::uint32_t kOptee = 1;

/// A parameter without memory: the values that the TEE is told, zero for those that it fills in.
[[nodiscard]] WireParameter wire_value(const Parameter& parameter) noexcept;

/// A memref into the memory to which the kernel gave the number `memory`.
[[nodiscard]] WireParameter wire_memref(const Parameter& parameter, std::int32_t memory) noexcept;

/// Copies what the TEE filled in: output values, of which the lower 32 bits count (a value of the GlobalPlatform API
/// has no more), and the sizes of output memrefs.
void copy_outputs(const WireParameters& from, Parameters& to) noexcept;

/// What the TEE answered to an open or an invoke.
struct Answer {
    ResultCode result;
    SessionId session;
    WireParameters parameters;
};

/// One request to the driver and, once the driver has been asked, its answer. Every byte that says nothing is zero.
class Message {
  public:
    [[nodiscard]] static Message version() noexcept;
    /// `size` in bytes; the driver refuses 0.
    [[nodiscard]] static Message allocate_memory(std::uint64_t size) noexcept;
    /// Logs in as "public", the one way that needs no identity and that user space may always ask for.
    [[nodiscard]] static Message open_session(const Uuid& application, const WireParameters& parameters) noexcept;
    [[nodiscard]] static Message invoke(SessionId session, std::uint32_t command,
                                        const WireParameters& parameters) noexcept;
    [[nodiscard]] static Message close_session(SessionId session) noexcept;

    /// The number and the argument for ioctl(2). The argument points into this message, which must stay where it is
    /// until the call returns.
    [[nodiscard]] unsigned long request() const noexcept { return request_; }
    [[nodiscard]] void* argument() noexcept;

    /// The answers, each of the message that asks for it.
    [[nodiscard]] std::uint32_t implementation() const noexcept;
    [[nodiscard]] std::int32_t memory() const noexcept;
    [[nodiscard]] Answer opened() const noexcept;
    [[nodiscard]] Answer invoked() const noexcept;

  private:
    explicit Message(unsigned long request) noexcept : request_(request) {}

    static constexpr std::size_t kLongest = 56 + 4 * sizeof(WireParameter);  // an open with its parameters
    static constexpr std::size_t kReference = 16;                            // struct tee_ioctl_buf_data

    unsigned long request_;
    alignas(8) std::array<std::byte, kLongest> bytes_{};
    std::size_t referred_ = 0;                                  // bytes, when the driver takes a reference to them
    alignas(8) std::array<std::byte, kReference> reference_{};  // as a message with parameters is handed over
};

}  // namespace rproc::tee::device
