// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>
#include <string_view>
#include <utility>

#include "rproc/error_code.hpp"
#include "rproc/place.hpp"
#include "rproc/text_arguments.hpp"

namespace rproc::internal {

/// Storage of an Error or a StoredPlace that does not fit into the object itself: text, place, arguments and the bytes
/// of their names, in one allocation. A copy allocates once; a move never allocates. A default-constructed object has
/// empty texts and no place.
class ErrorDetails {
  public:
    ErrorDetails() noexcept = default;
    /// Allocates once.
    /// @param text of static storage.
    /// @param place, arguments copied, with their names.
    ErrorDetails(const ErrorText& text, const Place& place, std::span<const TextArgument> arguments);

    ErrorDetails(const ErrorDetails& other);
    ErrorDetails& operator=(const ErrorDetails& other);
    ErrorDetails(ErrorDetails&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    ErrorDetails& operator=(ErrorDetails&& other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~ErrorDetails() {
        if (block_ != nullptr) destroy();
    }

    /// Views that these return are valid until this object is modified or destroyed.
    [[nodiscard]] const Place& place() const noexcept;
    [[nodiscard]] std::span<const TextArgument> arguments() const noexcept;
    [[nodiscard]] std::string_view message() const noexcept;
    [[nodiscard]] std::string_view kernel_line() const noexcept;
    [[nodiscard]] std::string_view hint() const noexcept;
    [[nodiscard]] std::string_view note() const noexcept;

    /// Replaces the place. Allocates when the place has names.
    void set_place(const Place& place);
    /// Replaces the note. Allocates.
    void set_note(std::string_view note);
    /// @param text of static storage.
    void set_kernel_line(std::string_view text);
    void set_hint(std::string_view text);

  private:
    struct Block;
    void destroy() noexcept;
    Block& block();
    void replace(Block* block) noexcept;

    // Not a std::unique_ptr: <memory> takes longer to compile than all of this file's users need together.
    Block* block_ = nullptr;
};

}  // namespace rproc::internal
