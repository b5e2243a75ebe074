// SPDX-License-Identifier: BSD-2-Clause
//
// The verdicts of `check` against those of Debian's kernel, asked now: of every shape, and of two thousand images made
// by chance. RPROC_SEED=N makes other images, RPROC_IMAGES=N as many, RPROC_KEEP=DIR keeps those on which they differ.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "kernel/agreement.hpp"
#include "rproc/check/checker.hpp"
#include "rproc/check/finding_code.hpp"
#include "support/random_images.hpp"

namespace rproc::test {
namespace {

using check::Outcome;
using check::Verdict;

/// How many images of a kind of panic are tried: each costs a guest.
constexpr std::size_t kPanicsOfAKind = 2;

struct Question {
    Shape image;
    Verdict verdict;
};

bool has_finding(const Verdict& verdict, std::string_view code) {
    return std::ranges::find(verdict.findings, code, &check::Finding::code_name) != verdict.findings.end();
}

/// What the kernel does is chance: it reads memory that is not the firmware's, and goes by what it finds there.
bool is_chance(const Verdict& verdict) {
    return has_finding(verdict, check::name_of(check::FindingCode::kernel_reads_before_table)) ||
           has_finding(verdict, check::name_of(check::FindingCode::kernel_format_string));
}

std::vector<Question> questions() {
    const auto seed = number_from("RPROC_SEED", 20220601);
    const auto count = number_from("RPROC_IMAGES", 2000);
    std::cout << "RPROC_SEED=" << seed << " RPROC_IMAGES=" << count << '\n';
    std::vector<Shape> images = all_shapes();
    std::ranges::move(random_images(seed, count), std::back_inserter(images));

    auto board = platform::read_board(Guest::board());
    if (!board) throw std::runtime_error(board.error().message());
    check::Checker checker(std::move(*board));
    std::vector<Question> all;
    for (Shape& image : images) {
        Verdict verdict = checker.check(FirmwareSource(Firmware(image.name, image.image)));
        all.push_back({std::move(image), std::move(verdict)});
    }
    return all;
}

void keep(const Shape& image) {
    const char* directory = std::getenv("RPROC_KEEP");
    if (directory == nullptr) return;
    std::filesystem::create_directories(directory);
    std::ofstream file(std::filesystem::path(directory) / (image.name + ".elf"), std::ios::binary);
    file.write(reinterpret_cast<const char*>(image.image.data()), static_cast<std::streamsize>(image.image.size()));
}

/// Asks the kernel, and expects what `check` said. How many answers there were.
std::size_t expect_agreement(const std::vector<const Question*>& asked, Guest::Console console) {
    std::vector<Shape> images;
    for (const Question* question : asked) images.push_back(question->image);
    const auto answers = ask_kernel(images, console);
    for (const Question* question : asked) {
        const KernelAnswer& answer = answers.at(question->image.name);
        const std::string differences = difference(question->verdict, answer);
        if (differences.empty()) continue;
        keep(question->image);
        ADD_FAILURE() << question->image.name << " (" << question->image.about << ")" << differences
                      << (answer.console.empty() ? "" : "\n  the kernel's last words:" + text_of(answer.console));
    }
    return answers.size();
}

TEST(Differential, CheckAgreesWithTheKernel) {
    if (!Guest::missing().empty()) GTEST_SKIP() << Guest::missing();
    const auto all = questions();
    std::vector<const Question*> asked;
    std::map<std::string_view, int> outcomes;
    for (const Question& question : all) {
        if (question.verdict.outcome == Outcome::panics || is_chance(question.verdict)) continue;
        asked.push_back(&question);
        ++outcomes[check::to_string(question.verdict.outcome)];
    }

    const auto answers = expect_agreement(asked, Guest::Console::quiet);

    EXPECT_GE(answers, 1000U);
    std::cout << answers << " answers:";
    for (const auto& [outcome, count] : outcomes) std::cout << ' ' << count << ' ' << outcome;
    std::cout << '\n';
}

/// What makes a panic one of a kind: the defect, and when it strikes.
std::string kind_of_panic(const Verdict& verdict) {
    const check::Finding& why = verdict.findings.back();
    return std::string(why.code_name()) + " in " + why.where();
}

TEST(Differential, TheKernelPanicsWhereCheckSaysSo) {
    if (!Guest::missing().empty()) GTEST_SKIP() << Guest::missing();
    const auto all = questions();
    std::map<std::string, std::vector<const Question*>> kinds;
    for (const Question& question : all)
        if (question.verdict.outcome == Outcome::panics && !is_chance(question.verdict))
            kinds[kind_of_panic(question.verdict)].push_back(&question);

    std::size_t answers = 0;
    for (auto& [kind, panics] : kinds) {
        std::ranges::sort(panics, {}, [](const Question* question) { return question->image.image.size(); });
        panics.resize(std::min(panics.size(), kPanicsOfAKind));
        answers += expect_agreement(panics, Guest::Console::messages);
        std::cout << kind << ": " << panics.front()->image.name << ", " << panics.front()->image.image.size()
                  << " bytes\n";
    }
    EXPECT_GE(kinds.size(), 5U);
    EXPECT_GE(answers, kinds.size());
}

}  // namespace
}  // namespace rproc::test
