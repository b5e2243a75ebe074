// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json_fwd.hpp>

namespace rproc::cli {

/// When to colour: on a terminal (automatic), or as the user says.
enum class ColorWhen { automatic, always, never };

/// One of the command's two streams. Never throws: a write that fails is remembered, and those after it are dropped.
class Output {
  public:
    /// Colours: as the user says; automatic: on a terminal that supports them, unless NO_COLOR is set.
    Output(std::FILE* file, ColorWhen when);

    void write(std::string_view text) noexcept;

    template <class... Args>
    void print(fmt::format_string<Args...> format, Args&&... args) {
        write(fmt::format(format, std::forward<Args>(args)...));
    }

    /// One JSON object on one line. Bytes that are not UTF-8 (a file's name, a name in a firmware) are replaced.
    void json(const nlohmann::ordered_json& object);

    /// Prints `text` behind `prefix`; on a terminal, broken between words, later lines under the first one's text.
    void wrapped(std::string_view prefix, std::size_t prefix_width, std::string_view text);

    [[nodiscard]] std::string good(std::string_view text) const { return painted("32", text); }
    [[nodiscard]] std::string bad(std::string_view text) const { return painted("31", text); }
    [[nodiscard]] std::string warn(std::string_view text) const { return painted("33", text); }
    [[nodiscard]] std::string bold(std::string_view text) const { return painted("1", text); }
    [[nodiscard]] std::string dim(std::string_view text) const { return painted("2", text); }

    /// The errno of the first write that failed, or 0.
    [[nodiscard]] int error() const noexcept { return error_; }
    /// Flushes the stream; returns the errno of the first failure, or 0.
    [[nodiscard]] int flush() noexcept;

  private:
    [[nodiscard]] std::string painted(std::string_view code, std::string_view text) const;

    std::FILE* file_;
    bool colors_;
    std::size_t columns_;  ///< of the terminal; 0 where there is none
    int error_ = 0;
};

/// Untrusted text, safe for a terminal: control characters as \x1b.
[[nodiscard]] std::string printable(std::string_view text);

/// `text`, filled up with blanks to `width` columns.
[[nodiscard]] std::string padded(std::string_view text, std::size_t width);

/// "4,812"
[[nodiscard]] std::string grouped(std::uint64_t number);
/// "1 segment", "3 segments"
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view noun);
/// "64 KiB", "1,336 bytes"
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

/// "0x10000000": at least 8 digits.
[[nodiscard]] std::string hex(std::uint64_t value);

/// Rows of cells, printed with each column as wide as its widest cell.
class Table {
  public:
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    /// Prints all rows, each behind `indent`.
    void print(Output& out, std::string_view indent) const;
    [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }

  private:
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace rproc::cli
