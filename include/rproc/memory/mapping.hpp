// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <span>
#include <utility>

namespace rproc {

/// Bytes that are mapped for as long as this object lives. Move-only; whoever holds it owns the mapping, and its
/// destructor gives the bytes back to the provider that made it.
class Mapping {
  public:
    /// Called once, with the owner and the bytes, when the mapping ends. Must not throw.
    using Release = void (*)(void* owner, std::span<std::byte> bytes) noexcept;

    Mapping() = default;
    /// `owner` must outlive the mapping.
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

    /// Gives the bytes back now; does nothing when there are none.
    void reset() noexcept {
        const auto bytes = std::exchange(bytes_, {});
        if (const auto release = std::exchange(release_, nullptr)) release(owner_, bytes);
    }

    [[nodiscard]] std::span<std::byte> bytes() const noexcept { return bytes_; }
    [[nodiscard]] bool mapped() const noexcept { return release_ != nullptr; }

  private:
    std::span<std::byte> bytes_;
    Release release_ = nullptr;
    void* owner_ = nullptr;
};

}  // namespace rproc
