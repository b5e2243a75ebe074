// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace rproc {

/// A firmware image with its name. Cheap to copy: copies share the bytes, which are never written.
class Firmware {
  public:
    /// Takes the bytes over.
    Firmware(std::string name, std::vector<std::byte> bytes)
        : name_(std::move(name)), owner_(std::make_shared<const std::vector<std::byte>>(std::move(bytes))) {
        const auto& held = *static_cast<const std::vector<std::byte>*>(owner_.get());
        bytes_ = held;
    }

    /// Refers to bytes of another owner, e.g. a mapped file.
    /// @param owner keeps the bytes alive; null for static data.
    Firmware(std::string name, std::span<const std::byte> bytes, std::shared_ptr<const void> owner)
        : name_(std::move(name)), owner_(std::move(owner)), bytes_(bytes) {}

    /// The name that sysfs shows: relative to the firmware directories, or any other that the caller chose.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// The image; valid as long as a copy of this object exists.
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

  private:
    std::string name_;
    std::shared_ptr<const void> owner_;
    std::span<const std::byte> bytes_;
};

}  // namespace rproc
