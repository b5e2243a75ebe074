// SPDX-License-Identifier: BSD-2-Clause
#include "cli/common/output.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace rproc::cli {
namespace {

bool is_set(const char* variable) {
    const char* const value = std::getenv(variable);
    return value != nullptr && *value != '\0';
}

bool wants_color(std::FILE* file, ColorWhen when) {
    if (when != ColorWhen::automatic) return when == ColorWhen::always;
    const char* const terminal = std::getenv("TERM");
    return !is_set("NO_COLOR") && ::isatty(::fileno(file)) == 1 && terminal != nullptr &&
           std::string_view(terminal) != "dumb";
}

std::size_t terminal_columns(std::FILE* file) {
    winsize size{};
    if (::isatty(::fileno(file)) != 1 || ::ioctl(::fileno(file), TIOCGWINSZ, &size) != 0) return 0;
    return size.ws_col;
}

/// The part of `text` that fits in `room` columns, up to a blank where there is one.
std::string_view first_line(std::string_view text, std::size_t room) {
    if (text.size() <= room) return text;
    const auto blank = text.rfind(' ', room);
    return text.substr(0, blank == std::string_view::npos ? text.find(' ') : blank);
}

}  // namespace

Output::Output(std::FILE* file, ColorWhen when)
    : file_(file), colors_(wants_color(file, when)), columns_(terminal_columns(file)) {}

void Output::write(std::string_view text) noexcept {
    if (error_ != 0) return;
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) error_ = errno;
}

void Output::json(const nlohmann::ordered_json& object) {
    write(object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    write("\n");
}

void Output::wrapped(std::string_view prefix, std::size_t prefix_width, std::string_view text) {
    constexpr std::size_t kLeastRoom = 30;
    const bool fits = columns_ == 0 || columns_ < prefix_width + kLeastRoom;
    const std::size_t room = fits ? text.size() : columns_ - prefix_width;
    write(prefix);
    while (true) {
        const std::string_view line = first_line(text, room);
        print("{}\n", line);
        if (line.size() == text.size()) return;
        text.remove_prefix(line.size() + 1);
        write(std::string(prefix_width, ' '));
    }
}

int Output::flush() noexcept {
    if (std::fflush(file_) != 0 && error_ == 0) error_ = errno;
    return error_;
}

std::string Output::painted(std::string_view code, std::string_view text) const {
    return colors_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

std::string printable(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) {
            result += fmt::format("\\x{:02x}", byte);
        } else {
            result += c;
        }
    }
    return result;
}

std::string padded(std::string_view text, std::size_t width) { return fmt::format("{:<{}}", text, width); }

std::string grouped(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t left = digits.size(); left > 3; left -= 3) digits.insert(left - 3, 1, ',');
    return digits;
}

std::string counted(std::uint64_t count, std::string_view noun) {
    return fmt::format("{} {}{}", grouped(count), noun, count == 1 ? "" : "s");
}

std::string bytes_text(std::uint64_t bytes) {
    constexpr std::uint64_t kKibi = 1024;
    constexpr std::uint64_t kMebi = kKibi * kKibi;
    if (bytes >= kMebi && bytes % kMebi == 0) return grouped(bytes / kMebi) + " MiB";
    if (bytes >= kKibi && bytes % kKibi == 0) return grouped(bytes / kKibi) + " KiB";
    return counted(bytes, "byte");
}

std::string hex(std::uint64_t value) { return fmt::format("{:#010x}", value); }

void Table::print(Output& out, std::string_view indent) const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    for (const auto& row : rows_) {
        std::string line(indent);
        for (std::size_t i = 0; i < row.size(); ++i)
            line += i + 1 == row.size() ? row[i] : padded(row[i], widths[i] + 2);
        line.erase(line.find_last_not_of(' ') + 1);
        out.print("{}\n", line);
    }
}

}  // namespace rproc::cli
