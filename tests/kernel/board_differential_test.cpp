// SPDX-License-Identifier: BSD-2-Clause
//
// What `check` says of boards with a wrong device tree, against Debian's kernel, asked now: whether it has the remote
// processor, and what it makes of three firmwares. RPROC_SEED=N makes other boards, RPROC_BOARDS=N asks about as many
// (a guest each) of 300 or more, RPROC_KEEP=DIR keeps the sources of those on which they differ.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "kernel/agreement.hpp"
#include "rproc/check/checker.hpp"
#include "support/random_board.hpp"
#include "support/run_command.hpp"

namespace rproc::test {
namespace {

namespace fs = std::filesystem;
using check::Outcome;
using check::Verdict;

/// A folder for the trees of this run.
class Workshop {
  public:
    Workshop() : folder_(fs::path(::testing::TempDir()) / "boards") { fs::create_directories(folder_); }

    /// The blob that QEMU gets.
    [[nodiscard]] fs::path compile(const RandomBoard& board) const {
        const fs::path source = folder_ / (board.name + ".dts");
        std::ofstream(source) << board.source;
        const fs::path overlay = folder_ / (board.name + ".dtbo");
        run({"/usr/bin/dtc", "-q", "-I", "dts", "-O", "dtb", "-o", overlay, source});
        const fs::path tree = folder_ / (board.name + ".dtb");
        run({"/usr/bin/fdtoverlay", "-i", RPROC_GUEST_DIR "/machine.dtb", "-o", tree, overlay});
        return tree;
    }

  private:
    static void run(std::vector<std::string> words) {
        const auto result = run_command({.arguments = std::move(words)});
        if (result.status != 0) throw std::runtime_error(result.err);
    }

    fs::path folder_;
};

std::vector<Shape> firmwares() {
    std::vector<Shape> chosen{
        {"m4_hello.elf", "the example", read_bytes(RPROC_SOURCE_DIR "/examples/firmware/prebuilt/m4_hello.elf")}};
    for (Shape& shape : all_shapes())
        if (shape.name == "table-none" || shape.name == "carveout-vring-then-vdev") chosen.push_back(std::move(shape));
    return chosen;
}

/// What the kernel said when it met the board.
struct Probe {
    bool has_processor = false;
    std::vector<std::string> lines{};
    std::string text{};  ///< all lines
};

Probe probe_of(const GuestRun& run) {
    Probe probe;
    for (const auto& record : run.records) {
        if (!record.contains("processors")) continue;
        probe.has_processor = !record.at("processors").empty();
        for (const auto& line : record.at("log")) probe.lines.push_back(bytes_of(line));
    }
    for (const std::string& line : probe.lines) probe.text += line + "\n";
    return probe;
}

/// In what the kernel and the reader of the tree differ, where the latter refuses the board.
std::string difference(const Error& refusal, const Probe& probe) {
    if (probe.has_processor) return "\n    refused: " + refusal.message();
    const std::string line = refusal.kernel_line();
    if (!line.empty() && probe.text.find(line) == std::string::npos) return "\n    the kernel never says: " + line;
    constexpr std::string_view kFailed = "m4 failed with error -";
    const auto at = probe.text.find(kFailed);
    const int error = at == std::string::npos ? 0 : std::atoi(probe.text.c_str() + at + kFailed.size());
    if (error == 0 || error == refusal.errno_value()) return {};
    return "\n    errno " + std::to_string(refusal.errno_value()) + ", kernel " + std::to_string(error);
}

/// Linux chooses the address of a region that has a size and no reg.
void forget_chosen_address(const Verdict& verdict, KernelAnswer& answer) {
    constexpr std::string_view kLine = "memory region not valid";
    for (const std::string& checked : verdict.kernel_log)
        for (std::string& line : answer.log)
            if (checked.starts_with(std::string(kLine) + " (") && line.starts_with(kLine)) line = checked;
}

constexpr std::uint64_t kBoards = 300;

struct Count {
    std::size_t boards = 0;
    std::size_t refused = 0;
    std::size_t firmwares = 0;
    std::size_t panics = 0;
};

GuestRun run_guest(const fs::path& tree, const std::vector<Shape>& images, Guest::Console console) {
    Guest guest;
    guest.use_tree(tree);
    guest.step({"probe"});
    for (const Shape& image : images) {
        guest.root().add("/lib/firmware/" + image.name, image.image);
        guest.step({"boot", image.name});
    }
    return guest.run(console);
}

/// Asks the kernel about one board. In what the two differ; empty when they agree.
std::string ask(const fs::path& tree, const std::vector<Shape>& images, Count& count) {
    GuestRun run = run_guest(tree, images, Guest::Console::quiet);
    if (!run.done) run = run_guest(tree, images, Guest::Console::messages);  // it died: its lines are on the console
    const Probe probe = probe_of(run);
    ++count.boards;

    auto board = platform::read_board(tree, {}, platform::kReferenceKernel);
    if (!board) {
        ++count.refused;
        return difference(board.error(), probe);
    }
    if (!probe.has_processor) return "\n    the kernel has no remote processor";
    check::Checker checker(*std::move(board));
    std::string text;
    auto answers = answers_of(run);
    for (const Shape& image : images) {
        const auto answer = answers.find(image.name);
        if (answer == answers.end()) break;  // the kernel died before
        const Verdict verdict = checker.check(FirmwareSource(Firmware(image.name, image.image)));
        forget_chosen_address(verdict, answer->second);
        ++count.firmwares;
        if (verdict.outcome == Outcome::panics) ++count.panics;
        if (const std::string differences = difference(verdict, answer->second); !differences.empty())
            text += "\n  " + image.name + differences;
    }
    return text;
}

void keep(const RandomBoard& board) {
    const char* const directory = std::getenv("RPROC_KEEP");
    if (directory == nullptr) return;
    fs::create_directories(directory);
    std::ofstream(fs::path(directory) / (board.name + ".dts")) << board.source;
}

TEST(BoardDifferential, CheckAgreesWithTheKernel) {
    if (!Guest::missing().empty()) GTEST_SKIP() << Guest::missing();
    const auto seed = number_from("RPROC_SEED", 20261127);
    const auto boards = std::max<std::uint64_t>(number_from("RPROC_BOARDS", 15), 1);
    std::cout << "RPROC_SEED=" << seed << " RPROC_BOARDS=" << boards << '\n';
    const auto all = random_boards(seed, std::max(boards, kBoards));
    const Workshop workshop;
    const auto images = firmwares();
    ASSERT_EQ(images.size(), 3U);
    Count count;
    for (std::uint64_t i = 0; i < boards; ++i) {
        const RandomBoard& board = all[i * all.size() / boards];
        const std::string differences = ask(workshop.compile(board), images, count);
        if (differences.empty()) continue;
        keep(board);
        ADD_FAILURE() << board.name << " (" << board.about << ")" << differences;
    }
    std::cout << count.boards << " boards, " << count.refused << " refused; " << count.firmwares << " firmwares, "
              << count.panics << " panics\n";
    EXPECT_EQ(count.boards, boards);
    EXPECT_GE(count.firmwares, count.boards);
}

}  // namespace
}  // namespace rproc::test
