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

/// The errors of a client of /dev/teeN, in words.
namespace rproc::tee::device {

/// /dev/tee0 to /dev/tee15: all that Linux makes for clients.
[[nodiscard]] std::vector<std::string> candidates();

/// A request that the driver did not take. `action` completes "... failed".
/// tee_gone for ENODEV, tee_device_denied for EACCES and EPERM, tee_unreachable for anything else.
[[nodiscard]] Error request_failed(std::string_view path, std::string_view action, std::errc error);

/// Remembers what the search for OP-TEE met, and says why it found none.
class Search {
  public:
    /// `paths` are the devices that will be tried, at least one; they must outlive the search.
    explicit Search(std::span<const std::string> paths) noexcept : paths_(paths) {}

    /// The device could not be opened, or did not tell its version.
    void failed(const std::string& path, std::errc error);
    /// The device is another TEE: `implementation` is its TEE_IMPL_ID.
    void met(const std::string& path, std::uint32_t implementation);

    /// tee_device_denied when any device could not be opened for lack of permission; else tee_unreachable when any
    /// failed; else tee_device_missing, with what there is instead.
    [[nodiscard]] Error failure() const;

  private:
    std::span<const std::string> paths_;
    std::optional<Error> denied_;
    std::optional<Error> unreachable_;
    std::string others_;
};

}  // namespace rproc::tee::device
