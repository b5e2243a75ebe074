// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace rproc {

/// The bytes of a firmware image under a name. A cheap value: copies share the bytes, which are never written.
class Firmware {
  public:
    Firmware(std::string name, std::vector<std::byte> bytes)
        : name_(std::move(name)), owner_(std::make_shared<const std::vector<std::byte>>(std::move(bytes))) {
        const auto& held = *static_cast<const std::vector<std::byte>*>(owner_.get());
        bytes_ = held;
    }

    /// Bytes that somebody else holds, e.g. a mapped file; `owner` keeps them alive (may be null for static data).
    Firmware(std::string name, std::span<const std::byte> bytes, std::shared_ptr<const void> owner)
        : name_(std::move(name)), owner_(std::move(owner)), bytes_(bytes) {}

    /// As sysfs shows it: a name below the firmware directories, or whatever the caller chose.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

  private:
    std::string name_;
    std::shared_ptr<const void> owner_;
    std::span<const std::byte> bytes_;
};

}  // namespace rproc
