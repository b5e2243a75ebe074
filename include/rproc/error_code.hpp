// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "rproc/internal/code_name.hpp"
#include "rproc/text_arguments.hpp"

namespace rproc {

/// Every way in which an operation is refused or falls short; error_codes.def has a row for each. The names (`name_of`)
/// are stable: they are the `code` of the findings of `rproc check`, and may be used in scripts.
enum class ErrorCode : std::uint16_t {
#define RPROC_ERROR(name, ...) name,
#include "rproc/error_codes.def"
};

/// The texts of an error, with holes for its arguments ({0}, {1:#x}... in fmt's syntax). A policy that is worded
/// otherwise than error_codes.def defines a constant of static storage, and fails with that:
///
///     constexpr ErrorText kNoClock{.code = ErrorCode::register_failed, .message = "the clock {0} is off", .hint =
///     "..."}; return fail(kNoClock, place::Register{"mcu"}, "ck_mcu");
///
/// The views must be of static storage, too: string literals.
struct ErrorText {
    ErrorCode code{};
    std::string_view message{};      ///< one sentence in the user's words, without full stop
    std::string_view kernel_line{};  ///< the line Linux prints for it, without device prefix; {result} is -errno
    std::string_view hint{};         ///< what to do; may be empty

    /// How many arguments the texts take together.
    [[nodiscard]] constexpr std::size_t argument_count() const noexcept {
        std::size_t most = 0;
        for (const std::string_view text : {message, kernel_line, hint})
            if (const std::size_t count = count_arguments(text); count > most) most = count;
        return most;
    }
};

/// A row of error_codes.def: the code, its stable name, its errno, and its own text.
struct ErrorCodeInfo {
    ErrorCode code;
    std::string_view name;  ///< "segment-outside-memory"
    /// What a write of "start" to the kernel's state file returns where Linux refuses for this reason, positive; 0
    /// where Linux reports success all the same.
    int errno_value;
    ErrorText text;
};

namespace internal {

// Linux's values, so that a verdict reads the same on every host.
inline constexpr int kReportedAsSuccess = 0;  // the boot fails, and the write to `state` succeeds
inline constexpr int kEnoent = 2;
inline constexpr int kEio = 5;
inline constexpr int kEnomem = 12;
inline constexpr int kEacces = 13;
inline constexpr int kEbusy = 16;
inline constexpr int kEnodev = 19;
inline constexpr int kEinval = 22;
inline constexpr int kEfbig = 27;
inline constexpr int kEtime = 62;
inline constexpr int kEoverflow = 75;
inline constexpr int kEopnotsupp = 95;
inline constexpr int kEtimedout = 110;
inline constexpr int kEprobeDefer = 517;

constexpr std::string_view message_or_meaning(std::string_view message, std::string_view meaning) noexcept {
    return message.empty() ? meaning : message;
}

inline constexpr std::array kErrorCodes{
#define RPROC_ERROR(name, errno_value, message, kernel_line, hint, meaning, ...) \
    ErrorCodeInfo{ErrorCode::name,                                               \
                  kCodeName<CodeName(#name)>,                                    \
                  errno_value,                                                   \
                  {ErrorCode::name, message_or_meaning(message, meaning), kernel_line, hint}},
#include "rproc/error_codes.def"
};

}  // namespace internal

/// Every code with its name, errno and text, in the order of the enumeration.
[[nodiscard]] constexpr const auto& error_codes() noexcept { return internal::kErrorCodes; }

/// The stable name of a code, e.g. "segment-outside-memory".
[[nodiscard]] constexpr std::string_view name_of(ErrorCode code) noexcept {
    return internal::kErrorCodes[static_cast<std::size_t>(code)].name;
}

/// The positive errno that Linux returns where it refuses for this reason; 0 where it reports success all the same.
[[nodiscard]] constexpr int errno_of(ErrorCode code) noexcept {
    return internal::kErrorCodes[static_cast<std::size_t>(code)].errno_value;
}

/// The text that a code has by itself.
[[nodiscard]] constexpr const ErrorText& text_of(ErrorCode code) noexcept {
    return internal::kErrorCodes[static_cast<std::size_t>(code)].text;
}

}  // namespace rproc
