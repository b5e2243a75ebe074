// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "kernel/guest.hpp"
#include "support/shapes.hpp"

namespace rproc::test {

/// What the kernel made of one firmware.
struct KernelAnswer {
    std::optional<int> start;          ///< errno of writing "start"; nothing when the kernel died in it
    std::optional<std::string> state;  ///< what the state file said then
    std::optional<int> stop;           ///< errno of writing "stop"; nothing when the kernel died in it, or before
    std::vector<std::string> log{};    ///< its messages up to the stop, without time and device
    std::vector<std::string> stop_log{};
    std::vector<std::string> console{};  ///< its last words, when it died
};

/// The lines with the virtio devices that they name counted from 1: a kernel goes on counting from firmware to
/// firmware.
inline std::vector<std::string> counted_from_one(std::vector<std::string> lines) {
    static const std::regex device("rproc-virtio\\.([0-9]+)\\.auto");
    std::set<int> numbers;
    for (const std::string& line : lines)
        if (std::smatch match; std::regex_search(line, match, device)) numbers.insert(std::stoi(match[1]));
    for (std::string& line : lines) {
        std::smatch match;
        if (!std::regex_search(line, match, device)) continue;
        const auto rank = std::distance(numbers.begin(), numbers.find(std::stoi(match[1]))) + 1;
        line = match.prefix().str() + "rproc-virtio." + std::to_string(rank) + ".auto" + match.suffix().str();
    }
    return lines;
}

/// The messages about a remote processor among the kernel's lines, without time and device.
inline std::vector<std::string> processor_messages(std::span<const std::string> lines) {
    static const std::regex time("^(<[0-9]+>)?\\[ *[0-9.]+\\] ");
    static const std::regex prefix(
        "^(remoteproc remoteproc0|rproc-virtio rproc-virtio\\.[0-9]+\\.auto|stm32-rproc [0-9a-f]+\\.m4): ");
    std::vector<std::string> kept;
    for (const std::string& line : lines) {
        const std::string text = std::regex_replace(line, time, "");
        const std::string bare = std::regex_replace(text, prefix, "");
        if (bare != text || text.starts_with("rproc-virtio: ")) kept.push_back(bare);
    }
    return counted_from_one(std::move(kept));
}

/// What one guest said of the firmware that it got to, by name. It died with the last of them when it is not `done`.
inline std::map<std::string, KernelAnswer> answers_of(const GuestRun& run) {
    std::map<std::string, KernelAnswer> answers;
    KernelAnswer* current = nullptr;
    for (const auto& record : run.records) {
        const auto log = [&] {
            std::vector<std::string> lines;
            for (const auto& line : record.at("log")) lines.push_back(bytes_of(line));
            return processor_messages(lines);
        };
        if (record.contains("begin")) {
            current = &answers[record.at("begin").get<std::string>()];
        } else if (record.contains("start")) {
            current->start = record.at("start").get<int>();
            current->state = record.at("state").get<std::string>();
            current->log = log();
        } else if (record.contains("stop")) {
            current->stop = record.at("stop").get<int>();
            current->stop_log = log();
        }
    }
    if (run.done || current == nullptr) return answers;
    current->console = run.console;
    if (current->start) return answers;
    current->log = processor_messages(run.console);
    const auto last_boot = std::ranges::find(current->log.rbegin(), current->log.rend(), "powering up m4");
    if (last_boot != current->log.rend()) current->log.erase(current->log.begin(), last_boot.base() - 1);
    return answers;
}

/// Asks the kernel what it makes of each, one after the other; after a panic another guest asks the rest.
/// Throws when a guest does not get to its first.
inline std::map<std::string, KernelAnswer> ask_kernel(std::span<const Shape> images,
                                                      Guest::Console console = Guest::Console::quiet) {
    std::map<std::string, KernelAnswer> all;
    while (!images.empty()) {
        Guest guest;
        for (const Shape& image : images) {
            guest.root().add("/lib/firmware/" + image.name, image.image);
            guest.step({"boot", image.name});
        }
        auto answers = answers_of(guest.run(console));
        if (answers.empty()) throw std::runtime_error("the guest came to no firmware");
        images = images.subspan(answers.size());
        all.merge(std::move(answers));
    }
    return all;
}

}  // namespace rproc::test
