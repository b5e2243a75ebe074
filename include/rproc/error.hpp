// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "rproc/error_code.hpp"
#include "rproc/error_details.hpp"
#include "rproc/place.hpp"
#include "rproc/step.hpp"
#include "rproc/text_arguments.hpp"

namespace rproc {

/// Severity of an error or finding, from the view of the user who boots the firmware.
enum class Severity {
    note,     ///< the firmware boots as asked; additional information
    warning,  ///< the firmware boots, but a resource that it asked for is missing, or works only by chance
    error,    ///< the operation is refused
};

/// @returns "note", "warning" or "error"; static storage.
[[nodiscard]] constexpr std::string_view to_string(Severity severity) noexcept {
    switch (severity) {
        case Severity::note: return "note";
        case Severity::warning: return "warning";
        case Severity::error: return "error";
    }
    return "unknown";
}

namespace internal {

/// An ErrorCode or an ErrorText. The compiler checks that its texts take `Count` arguments.
template <std::size_t Count>
class TextOfCount {
  public:
    consteval TextOfCount(ErrorCode code) : TextOfCount(text_of(code)) {}  // NOLINT: the code stands for its text
    consteval TextOfCount(const ErrorText& text) : text_(&text) {          // NOLINT
        if (text.argument_count() != Count) throw "the text takes another number of arguments";
    }
    [[nodiscard]] constexpr const ErrorText& text() const noexcept { return *text_; }

  private:
    const ErrorText* text_;
};

}  // namespace internal

/// The error type of the library: an ErrorCode, the place in the input, and the arguments of its texts. The texts are
/// formatted when they are asked for (src/text).
///
/// Size: at most 16 bytes. Construction allocates at most once. A copy allocates once; a move never allocates. A
/// default-constructed or moved-from error has the ErrorCode of value 0 and empty texts.
///
/// Threads: as a value; const members may run concurrently.
class [[nodiscard]] Error {
  public:
    Error() noexcept = default;

    /// Makes an error from an ErrorCode, which stands for its own text in error_codes.def, or from an `ErrorText`
    /// constant, which names its code: `Error(ErrorCode::entry_truncated, place::Entry{...}, needed, have)`.
    /// @param text of static storage when it is an ErrorText.
    /// @param place copied, with its names.
    /// @param arguments numbers and names for the placeholders of the text, one each; copied.
    template <class... Arguments>
    explicit Error(internal::TextOfCount<sizeof...(Arguments)> text, const Place& place, const Arguments&... arguments)
        : code_(text.text().code),
          details_(text.text(), place, std::array<TextArgument, sizeof...(Arguments)>{TextArgument(arguments)...}) {}

    /// Makes an error from a text that is selected at run time.
    /// @param text of static storage; its texts take `arguments.size()` arguments.
    /// @param place, arguments copied, with their names.
    [[nodiscard]] static Error of(const ErrorText& text, const Place& place, std::span<const TextArgument> arguments) {
        Error error;
        error.code_ = text.code;
        error.details_ = internal::ErrorDetails(text, place, arguments);
        return error;
    }

    /// The code; `name_of` gives its stable name.
    [[nodiscard]] ErrorCode code() const noexcept { return code_; }
    /// The positive errno that Linux returns for this error (22 for -EINVAL); 0 where Linux reports success. See
    /// `errno_of`.
    [[nodiscard]] int errno_value() const noexcept { return errno_of(code_); }
    /// The result that the kernel's function returns and prints: the negated errno, -22. It is 1 for the one error that
    /// Linux reports as success (vendor_entry_fails_boot).
    [[nodiscard]] int kernel_result() const noexcept { return errno_value() == 0 ? 1 : -errno_value(); }

    /// The same error under another code, for a policy that reports an error as its own. Place, texts and arguments
    /// stay.
    [[nodiscard]] Error with_code(ErrorCode code) && noexcept {
        code_ = code;
        return std::move(*this);
    }
    [[nodiscard]] Error with_code(ErrorCode code) const& { return Error(*this).with_code(code); }

    /// The boot step that failed. The boot sequence sets it; Step::none before.
    [[nodiscard]] Step step() const noexcept { return step_; }
    void set_step(Step step) noexcept { step_ = step; }

    /// The place in the input. Its names are valid until the error is modified or destroyed.
    [[nodiscard]] const Place& place() const noexcept { return details_.place(); }
    /// Replaces the place. Allocates once when the place has names.
    void set_place(const Place& place) { details_.set_place(place); }
    /// Adds a note of the caller, "the old firmware runs again"; `what` appends it after a semicolon. A second call
    /// replaces the first note. Allocates once.
    void set_note(std::string_view note) { details_.set_note(note); }
    /// The arguments of the texts, in the order of their placeholders. Valid until the error is modified or destroyed.
    [[nodiscard]] std::span<const TextArgument> arguments() const noexcept { return details_.arguments(); }

    /// The texts with unfilled placeholders; views of static storage.
    [[nodiscard]] ErrorText text() const noexcept {
        return {code_, details_.message(), details_.kernel_line(), details_.hint()};
    }

    /// What is wrong: one sentence without the place and without full stop.
    [[nodiscard]] std::string what() const;
    /// The place as text, "segment 1 (0x80100000+0x540)"; may be empty.
    [[nodiscard]] std::string where() const { return describe(place()); }
    /// Place and `what` as one line: "segment 1 (0x80100000+0x540): does not lie in any memory ..."
    [[nodiscard]] std::string message() const;
    /// What the user can do about it; may be empty.
    [[nodiscard]] std::string hint() const;
    /// The line that Linux prints for this error, without device prefix; empty when Linux prints none.
    [[nodiscard]] std::string kernel_line() const;
    /// Whether `kernel_line` is not empty; formats nothing.
    [[nodiscard]] bool has_kernel_line() const noexcept { return !details_.kernel_line().empty(); }

    /// Replaces the kernel line: Linux prints the same error differently in different callers.
    /// @param text of static storage; takes the arguments of the error, {result} for `kernel_result`, and {name} for
    ///   the first name in its place.
    void set_kernel_line(std::string_view text) { details_.set_kernel_line(text); }
    /// Replaces the hint. @param text as in `set_kernel_line`.
    void set_hint(std::string_view text) { details_.set_hint(text); }

  private:
    ErrorCode code_{};
    Step step_ = Step::none;
    internal::ErrorDetails details_{};
};

}  // namespace rproc
