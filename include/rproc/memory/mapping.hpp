// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <span>
#include <utility>

namespace rproc {

/// Mapped bytes. Move-only: owns the mapping, and releases it to its provider on destruction.
class Mapping {
  public:
    /// Releases the bytes to their provider. Called once, when the mapping ends. Must not throw.
    using Release = void (*)(void* owner, std::span<std::byte> bytes) noexcept;

    Mapping() = default;
    /// @param release may be null for bytes that need no release.
    /// @param owner passed to `release`; must outlive the mapping.
    Mapping(std::span<std::byte> bytes, Release release, void* owner) noexcept
        : bytes_(bytes), release_(release), owner_(owner) {}

    Mapping(Mapping&& other) noexcept
        : bytes_(std::exchange(other.bytes_, {})),
          release_(std::exchange(other.release_, nullptr)),
          owner_(other.owner_) {}
    Mapping& operator=(Mapping&& other) noexcept {
        if (this != &other) {
            reset();
            bytes_ = std::exchange(other.bytes_, {});
            release_ = std::exchange(other.release_, nullptr);
            owner_ = other.owner_;
        }
        return *this;
    }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    ~Mapping() { reset(); }

    /// Releases the bytes now. Does nothing when nothing is mapped.
    void reset() noexcept {
        const auto bytes = std::exchange(bytes_, {});
        if (const auto release = std::exchange(release_, nullptr)) release(owner_, bytes);
    }

    /// The mapped bytes; empty after `reset`, and after a move.
    [[nodiscard]] std::span<std::byte> bytes() const noexcept { return bytes_; }
    /// Whether the mapping owns bytes.
    [[nodiscard]] bool mapped() const noexcept { return release_ != nullptr; }

  private:
    std::span<std::byte> bytes_;
    Release release_ = nullptr;
    void* owner_ = nullptr;
};

}  // namespace rproc
