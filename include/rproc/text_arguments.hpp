// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

/// Texts with placeholders, and their arguments. Errors and lines of the kernel's log stay unformatted until they are
/// read.
namespace rproc {

/// An argument of a text: a number or a name. A name is a view, which the text that it refers to must outlive.
class TextArgument {
  public:
    /// The type of the argument; `negative` is a number below 0.
    enum class Kind : std::uint8_t { none, number, negative, name };

    constexpr TextArgument() = default;
    template <std::integral T>
    requires(!std::same_as<T, bool>) constexpr TextArgument(T value) noexcept  // NOLINT: a number is an argument
        : number_(static_cast<std::uint64_t>(value)), kind_(Kind::number) {
        if constexpr (std::signed_integral<T>) kind_ = value < 0 ? Kind::negative : Kind::number;
    }
    constexpr TextArgument(std::string_view name) noexcept : name_(name), kind_(Kind::name) {}   // NOLINT
    constexpr TextArgument(const char* name) noexcept : TextArgument(std::string_view(name)) {}  // NOLINT
    TextArgument(const std::string& name) noexcept : TextArgument(std::string_view(name)) {}     // NOLINT
    TextArgument(std::string&& name) = delete;  // it would be gone before the argument is read

    /// The type of the argument.
    [[nodiscard]] constexpr Kind kind() const noexcept { return kind_; }
    /// Precondition: `kind()` is number.
    [[nodiscard]] constexpr std::uint64_t number() const noexcept { return number_; }
    /// Precondition: `kind()` is negative.
    [[nodiscard]] constexpr std::int64_t negative() const noexcept { return static_cast<std::int64_t>(number_); }
    /// Precondition: `kind()` is name.
    [[nodiscard]] constexpr std::string_view name() const noexcept { return name_; }
    constexpr void set_name(std::string_view name) noexcept { name_ = name; }

  private:
    std::string_view name_{};
    std::uint64_t number_ = 0;
    Kind kind_ = Kind::none;
};

/// The number of arguments that a text takes: one more than the largest number among its placeholders {0}, {1:#x}... A
/// number has one digit.
[[nodiscard]] constexpr std::size_t count_arguments(std::string_view text) noexcept {
    std::size_t most = 0;
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        if (text[i] != '{') continue;
        const char digit = text[i + 1];
        if (digit >= '0' && digit <= '9' && static_cast<std::size_t>(digit - '0') >= most)
            most = static_cast<std::size_t>(digit - '0') + 1;
    }
    return most;
}

/// Formats a text: replaces {0}, {1:#x}... by the arguments. The part after the colon is a format specification of fmt.
/// A placeholder without an argument stays as it is. "{{" and "}}" are single braces.
[[nodiscard]] std::string fill(std::string_view text, std::initializer_list<TextArgument> arguments);

}  // namespace rproc
