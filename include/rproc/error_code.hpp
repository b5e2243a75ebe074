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

/// The reasons why an operation is refused or completes only in part; error_codes.def has one row for each. Their names
/// (`name_of`) are stable: `rproc check` prints them as the `code` of its findings, and scripts may depend on them. The
/// numeric values are not stable.
enum class ErrorCode : std::uint16_t {
#define RPROC_ERROR(name, ...) name,
#include "rproc/error_codes.def"
};

/// The texts of an error, with placeholders for its arguments ({0}, {1:#x}... in fmt's syntax). A policy whose wording
/// differs from error_codes.def defines a constant of static storage and passes it to `fail`:
///
///     constexpr ErrorText kNoClock{.code = ErrorCode::register_failed, .message = "the clock {0} is off", .hint =
///     "..."}; return fail(kNoClock, place::Register{"mcu"}, "ck_mcu");
///
/// The views refer to static storage as well: string literals.
struct ErrorText {
    ErrorCode code{};
    std::string_view message{};      ///< one sentence, without full stop
    std::string_view kernel_line{};  ///< the line that Linux prints, without device prefix; {result} is -errno
    std::string_view hint{};         ///< what the user can do; may be empty

    /// The number of arguments that the texts take together: the largest of the three.
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
    /// The positive errno that a write of "start" to the kernel's state file returns; 0 where Linux reports success
    /// although the boot failed.
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

/// The stable name of a code, "segment-outside-memory"; static storage.
[[nodiscard]] constexpr std::string_view name_of(ErrorCode code) noexcept {
    return internal::kErrorCodes[static_cast<std::size_t>(code)].name;
}

/// The positive errno that Linux returns for this reason (the values of 32-bit Arm, on every host); 0 where Linux
/// reports success although the boot failed.
[[nodiscard]] constexpr int errno_of(ErrorCode code) noexcept {
    return internal::kErrorCodes[static_cast<std::size_t>(code)].errno_value;
}

/// The texts of a code in error_codes.def.
[[nodiscard]] constexpr const ErrorText& text_of(ErrorCode code) noexcept {
    return internal::kErrorCodes[static_cast<std::size_t>(code)].text;
}

}  // namespace rproc
