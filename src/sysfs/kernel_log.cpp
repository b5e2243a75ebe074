// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/sysfs/kernel_log.hpp"

#include <charconv>

#include <fmt/format.h>

#include "rproc/sysfs/sysfs_files.hpp"

namespace rproc::sysfs {
namespace {

LogLevel level_of(unsigned priority) {
    constexpr unsigned kLevelBits = 7;  // the rest is the facility
    constexpr unsigned kError = 3;
    constexpr unsigned kWarning = 4;
    const unsigned level = priority & kLevelBits;
    if (level <= kError) return LogLevel::error;
    return level == kWarning ? LogLevel::warning : LogLevel::info;
}

LogSource source_of(std::string_view text) {
    if (text.starts_with("remoteproc ")) return LogSource::remoteproc;
    if (text.starts_with("rproc-virtio: ")) return LogSource::bus;
    if (text.starts_with("rproc-virtio ") || text.starts_with("virtio_rpmsg_bus ")) return LogSource::virtio;
    return LogSource::driver;
}

/// @returns the text after the device prefix, if the line is about the device `name`.
std::optional<std::string_view> said_by(std::string_view text, std::string_view name) {
    if (name.empty()) return std::nullopt;
    const std::string prefix = fmt::format(" {}: ", name);
    const auto found = text.find(prefix);
    if (found == std::string_view::npos) return std::nullopt;
    return text.substr(found + prefix.size());
}

/// @returns the text of a line about this processor, without the prefix of the device, or nothing for any other line.
std::optional<std::string_view> text_about(const KernelLine& line, std::string_view remoteproc,
                                           std::string_view device) {
    const std::string_view text = line.text;
    if (line.source == LogSource::bus) return text;
    if (line.source == LogSource::virtio) {
        const auto colon = text.find(": ");
        return colon == std::string_view::npos ? text : text.substr(colon + 2);
    }
    const auto own = said_by(text, remoteproc);
    return own ? own : said_by(text, device);
}

}  // namespace

std::optional<KernelLine> parse_kmsg(std::string_view record) {
    const auto semicolon = record.find(';');
    if (semicolon == std::string_view::npos) return std::nullopt;
    unsigned priority = 0;
    const char* const end = record.data() + semicolon;
    const auto parsed = std::from_chars(record.data(), end, priority);
    if (parsed.ec != std::errc{} || parsed.ptr == end || *parsed.ptr != ',') return std::nullopt;
    const std::string_view text = record.substr(semicolon + 1);
    return KernelLine{level_of(priority), source_of(text), std::string(text)};
}

std::vector<KernelLine> lines_about(const std::vector<std::string>& records, std::string_view remoteproc,
                                    std::string_view device) {
    std::vector<KernelLine> lines;
    for (const std::string& record : records) {
        const auto line = parse_kmsg(record);
        const auto text = line ? text_about(*line, remoteproc, device) : std::nullopt;
        if (text) lines.push_back({line->level, line->source, std::string(*text)});
    }
    return lines;
}

}  // namespace rproc::sysfs
