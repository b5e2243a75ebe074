// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "rproc/tee/client.hpp"

/// The messages of the kernel's TEE interface (<linux/tee.h>), byte by byte. Only the source file includes the kernel's
/// header, and checks that it agrees with these declarations.
namespace rproc::tee::device {

/// A parameter as the kernel reads it (struct tee_ioctl_param). For a value: a and b. For a memref: offset in a, size
/// in b, the kernel's id of the memory in c.
struct WireParameter {
    std::uint64_t attr = 0;  ///< TEE_IOCTL_PARAM_ATTR_TYPE_*
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::uint64_t c = 0;
};

/// Always four parameters: the kernel accepts any number that agrees with the length of the message, and OP-TEE treats
/// missing ones as `none`.
using WireParameters = std::array<WireParameter, 4>;

/// TEE_IMPL_ID_OPTEE.
inline constexpr std::uint32_t kOptee = 1;
/// TEE_GEN_CAP_REG_MEM: the TEE takes memory of a program (TEE_IOC_SHM_REGISTER).
inline constexpr std::uint32_t kRegistersMemory = 1U << 2U;

/// The wire form of a value or `none`: input values are copied, output values are zero.
[[nodiscard]] WireParameter wire_value(const Parameter& parameter) noexcept;

/// The wire form of a memref. @param memory the kernel's id of its memory.
[[nodiscard]] WireParameter wire_memref(const Parameter& parameter, std::int32_t memory) noexcept;

/// Copies the outputs of the TEE: the lower 32 bits of output values (values of the GlobalPlatform API have 32 bits),
/// and the sizes of output memrefs.
void copy_outputs(const WireParameters& from, Parameters& to) noexcept;

/// The answer of the driver to TEE_IOC_VERSION (struct tee_ioctl_version_data).
struct Version {
    std::uint32_t implementation = 0;               ///< TEE_IMPL_ID_*
    std::uint32_t implementation_capabilities = 0;  ///< TEE_OPTEE_CAP_* of OP-TEE
    std::uint32_t capabilities = 0;                 ///< TEE_GEN_CAP_*

    friend constexpr bool operator==(const Version&, const Version&) = default;
};

/// The answer of the TEE to an open or an invoke.
struct Answer {
    ResultCode result;          ///< of the TEE or the trusted application
    SessionId session;          ///< of an open; valid only on success
    WireParameters parameters;  ///< with their outputs
};

/// A request to the driver and, after the ioctl, its answer. Unused bytes are zero.
class Message {
  public:
    /// TEE_IOC_VERSION.
    [[nodiscard]] static Message version() noexcept;
    /// TEE_IOC_SHM_ALLOC. @param size in bytes; the driver refuses 0.
    [[nodiscard]] static Message allocate_memory(std::uint64_t size) noexcept;
    /// TEE_IOC_SHM_REGISTER. @param address of the first of `size` bytes, at least one, of this program.
    [[nodiscard]] static Message register_memory(const std::byte* address, std::uint64_t size) noexcept;
    /// FIOCLEX: a descriptor is not inherited by programs that this one starts.
    [[nodiscard]] static Message close_on_exec() noexcept;
    /// TEE_IOC_OPEN_SESSION, with the login method "public", the only one that needs no identity and that every program
    /// may use.
    [[nodiscard]] static Message open_session(const Uuid& application, const WireParameters& parameters) noexcept;
    /// TEE_IOC_INVOKE.
    [[nodiscard]] static Message invoke(SessionId session, std::uint32_t command,
                                        const WireParameters& parameters) noexcept;
    /// TEE_IOC_CLOSE_SESSION.
    [[nodiscard]] static Message close_session(SessionId session) noexcept;

    /// The request number and the argument of ioctl(2). The argument points into this message, which must not move
    /// until the call returns.
    [[nodiscard]] unsigned long request() const noexcept { return request_; }
    [[nodiscard]] void* argument() noexcept;

    /// The answers. Precondition: the ioctl of the corresponding message succeeded.
    [[nodiscard]] Version versions() const noexcept;
    /// The kernel's id of the memory.
    [[nodiscard]] std::int32_t allocated() const noexcept;
    [[nodiscard]] std::int32_t registered() const noexcept;
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
