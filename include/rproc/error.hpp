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

/// How much a reported problem matters to the user who boots the firmware.
enum class Severity {
    note,     ///< worth knowing
    warning,  ///< it runs, but something that the firmware asked for is missing or works by luck
    error,    ///< the operation is refused
};

[[nodiscard]] constexpr std::string_view to_string(Severity severity) noexcept {
    switch (severity) {
        case Severity::note: return "note";
        case Severity::warning: return "warning";
        case Severity::error: return "error";
    }
    return "unknown";
}

namespace internal {

/// A code or an ErrorText, checked by the compiler to take `Count` arguments.
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

/// The one error type: a code, the place in the input, and the numbers and names that its text needs. It stays data
/// until a text is asked for; the texts are made by src/text.
///
/// A value of 16 bytes at most. Making one allocates at most once, whatever it names; moving it allocates nothing;
/// copying allocates once. A default-made or moved-from error has the code of value 0 and no text.
class [[nodiscard]] Error {
  public:
    Error() noexcept = default;

    /// `fail(ErrorCode::entry_truncated, place::Entry{...}, needed, have)`: the code with its own text. Or with a text
    /// of the caller's: a constant `ErrorText` of static storage, which has the code in it.
    /// @param arguments numbers and names, as many as the text has holes; copied.
    template <class... Arguments>
    explicit Error(internal::TextOfCount<sizeof...(Arguments)> text, const Place& place, const Arguments&... arguments)
        : code_(text.text().code),
          details_(text.text(), place, std::array<TextArgument, sizeof...(Arguments)>{TextArgument(arguments)...}) {}

    /// The same for a text that is chosen at run time.
    /// Precondition: `text` has static storage, and takes as many arguments.
    [[nodiscard]] static Error of(const ErrorText& text, const Place& place, std::span<const TextArgument> arguments) {
        Error error;
        error.code_ = text.code;
        error.details_ = internal::ErrorDetails(text, place, arguments);
        return error;
    }

    [[nodiscard]] ErrorCode code() const noexcept { return code_; }
    /// The positive errno that Linux returns for it (22 for -EINVAL); see `errno_of`.
    [[nodiscard]] int errno_value() const noexcept { return errno_of(code_); }
    /// What the kernel's function returns and prints: -22, or 1 in the one case where a refusal is taken for success.
    [[nodiscard]] int kernel_result() const noexcept { return errno_value() == 0 ? 1 : -errno_value(); }

    /// The same refusal with another code: a policy that repeats an error under its own.
    [[nodiscard]] Error with_code(ErrorCode code) && noexcept {
        code_ = code;
        return std::move(*this);
    }
    [[nodiscard]] Error with_code(ErrorCode code) const& { return Error(*this).with_code(code); }

    /// The step at which it arose; set by the boot sequence.
    [[nodiscard]] Step step() const noexcept { return step_; }
    void set_step(Step step) noexcept { step_ = step; }

    /// Where in the input; its names are valid until the error is changed or gone.
    [[nodiscard]] const Place& place() const noexcept { return details_.place(); }
    /// Names the place anew. Allocates once when the place has names.
    void set_place(const Place& place) { details_.set_place(place); }
    /// What a caller knows besides, "the old firmware runs again"; `what` appends it after a semicolon. Allocates once.
    void set_note(std::string_view note) { details_.set_note(note); }
    /// The numbers and names behind the texts, in the order of their holes.
    [[nodiscard]] std::span<const TextArgument> arguments() const noexcept { return details_.arguments(); }

    /// The texts before their holes are filled.
    [[nodiscard]] ErrorText text() const noexcept {
        return {code_, details_.message(), details_.kernel_line(), details_.hint()};
    }

    /// What was wrong: one sentence without the place and without full stop.
    [[nodiscard]] std::string what() const;
    /// The place in words, "segment 1 (0x80100000+0x540)"; may be empty.
    [[nodiscard]] std::string where() const { return describe(place()); }
    /// One line for a person: "segment 1 (0x80100000+0x540): does not lie in any memory ..."
    [[nodiscard]] std::string message() const;
    /// What to do; may be empty.
    [[nodiscard]] std::string hint() const;
    /// The line that Linux prints for it, without device prefix; empty when it prints none.
    [[nodiscard]] std::string kernel_line() const;
    [[nodiscard]] bool has_kernel_line() const noexcept { return !details_.kernel_line().empty(); }

    /// Gives it another kernel line: the same refusal is printed differently by different callers.
    /// @param text of static storage; takes the arguments of the error, {result} for `kernel_result`, and {name} for
    ///   the first name in its place.
    void set_kernel_line(std::string_view text) { details_.set_kernel_line(text); }
    /// Gives it another hint; as `set_kernel_line`.
    void set_hint(std::string_view text) { details_.set_hint(text); }

  private:
    ErrorCode code_{};
    Step step_ = Step::none;
    internal::ErrorDetails details_{};
};

}  // namespace rproc
