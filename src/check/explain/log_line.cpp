// SPDX-License-Identifier: BSD-2-Clause
#include "check/explain/log_line.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "check/explain/texts.hpp"

namespace rproc::check {
namespace {

std::string_view without_kernel_prefix(std::string_view line) {
    constexpr std::string_view kKernel = "kernel: ";
    if (const auto at = line.find(kKernel); at != std::string_view::npos) line.remove_prefix(at + kKernel.size());
    if (const auto bracket = line.find(": ["); line.starts_with("kern ") && bracket != std::string_view::npos)
        line.remove_prefix(bracket + 2);  // dmesg --decode
    if (line.starts_with('<')) line.remove_prefix(std::min(line.find('>'), line.size() - 1) + 1);
    if (line.starts_with('[')) line.remove_prefix(std::min(line.find(']'), line.size() - 1) + 1);
    return trimmed(line);
}

/// "E/TA:", "E/TC:0", "I/LD:"; 0 for other text.
std::size_t size_of_optee_level(std::string_view line) {
    constexpr std::string_view kLevels = "EIDFW";
    constexpr std::size_t kShortest = 5;
    if (line.size() < kShortest || kLevels.find(line[0]) == std::string_view::npos || line[1] != '/') return 0;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon > kShortest + 1) return 0;
    const auto blank = line.find_first_of(" \t", colon);
    return blank == std::string_view::npos ? 0 : blank;
}

/// Whether a word is "remoteproc_load_fw:1250".
bool is_function_and_number(std::string_view word) {
    const auto colon = word.rfind(':');
    return colon != std::string_view::npos && colon != 0 && colon + 1 < word.size() &&
           std::ranges::all_of(word.substr(colon + 1), is_digit);
}

std::string_view without_first_word(std::string_view text) {
    return trimmed(text.substr(std::min(text.find_first_of(" \t"), text.size())));
}

std::string_view first_word(std::string_view text) { return text.substr(0, text.find_first_of(" \t")); }

}  // namespace

LogLine log_line(std::string_view line) {
    line = without_kernel_prefix(line);
    const std::size_t level = size_of_optee_level(line);
    if (level == 0) return {line, false};
    line = trimmed(line.substr(level));
    if (std::ranges::all_of(first_word(line), is_digit)) line = without_first_word(line);  // the thread, "E/TC:? 0 "
    if (is_function_and_number(first_word(line))) line = without_first_word(line);
    return {line, true};
}

bool is_of_remoteproc(std::string_view before) {
    constexpr std::array<std::string_view, 14> kNames{"remoteproc", "rproc", "rpmsg", "virtio", "q6v5", "tee", "ipcc",
                                                      "mailbox",    "mbox",  ".m4",   "-cm",    "k3_",  "scp", "copro"};
    return before.empty() || std::ranges::any_of(kNames, [&](std::string_view name) { return contains(before, name); });
}

std::string_view remoteproc_in(std::string_view text) {
    constexpr std::string_view kName = "remoteproc";
    for (auto at = text.find(kName); at != std::string_view::npos; at = text.find(kName, at + 1)) {
        const auto end = std::min(text.find_first_not_of("0123456789", at + kName.size()), text.size());
        const bool is_word = at == 0 || std::string_view(" \t/:").find(text[at - 1]) != std::string_view::npos;
        const bool has_number = end > at + kName.size();
        if (is_word && has_number) return text.substr(at, end - at);
    }
    return {};
}

std::string_view device_of(std::string_view line, std::string_view before) {
    if (const std::string_view remoteproc = remoteproc_in(line); !remoteproc.empty()) return remoteproc;
    constexpr std::string_view kProbe = "probe of ";
    if (const auto probe = line.find(kProbe); probe != std::string_view::npos)
        return first_word(line.substr(probe + kProbe.size()));
    const auto colon = before.find(": ");
    if (colon == std::string_view::npos) return {};
    before = trimmed(before.substr(0, colon));
    const auto blank = before.find_last_of(" \t");
    if (blank == std::string_view::npos) return {};  // a driver alone
    before = before.substr(blank + 1);
    return before.substr(0, before.find('#'));
}

}  // namespace rproc::check
