// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "rproc/error.hpp"

/// The errors of a client of /dev/teeN, with their texts.
namespace rproc::tee::device {

/// The device paths that Linux creates for clients: /dev/tee0 to /dev/tee15.
[[nodiscard]] std::vector<std::string> candidates();

/// The error of a failed request to the driver.
/// @param action completes "... failed".
/// @returns tee_gone (ENODEV), tee_device_denied (EACCES, EPERM) or tee_unreachable (any other).
[[nodiscard]] Error request_failed(std::string_view path, std::string_view action, std::errc error);

/// Whether another kind of shared memory would fail with the same error: the device is gone, or may not be used.
[[nodiscard]] bool is_final(std::errc error);

/// The errors of both kinds of shared memory.
struct SharingFailure {
    std::optional<std::errc> allocation;    ///< of TEE_IOC_SHM_ALLOC; nothing for more than 4 MiB: not tried
    std::optional<std::errc> registration;  ///< of TEE_IOC_SHM_REGISTER; nothing where the TEE does not offer it
};

/// The error of memory that no kind takes, with the limits of both: tee_unreachable.
/// @param size of the memory in bytes.
[[nodiscard]] Error sharing_failed(std::string_view path, std::uint64_t size, const SharingFailure& failure);

/// Collects the results of the search for OP-TEE, and explains why it failed.
class Search {
  public:
    /// @param paths the devices to try, at least one; must outlive the search.
    explicit Search(std::span<const std::string> paths) noexcept : paths_(paths) {}

    /// Records a device that could not be opened, or that did not answer the version request.
    void failed(const std::string& path, std::errc error);
    /// Records a device of another TEE. @param implementation its TEE_IMPL_ID.
    void met(const std::string& path, std::uint32_t implementation);

    /// @returns tee_device_denied when a device could not be opened for lack of permission; else tee_unreachable when a
    ///   device failed; else tee_device_missing, with the devices that were found.
    [[nodiscard]] Error failure() const;

  private:
    std::span<const std::string> paths_;
    std::optional<Error> denied_;
    std::optional<Error> unreachable_;
    std::string others_;
};

}  // namespace rproc::tee::device
