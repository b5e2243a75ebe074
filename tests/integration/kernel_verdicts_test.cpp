// SPDX-License-Identifier: BSD-2-Clause
//
// The verdicts of `check` against those recorded from the real kernel (tests/data/kernel_verdicts.json): every accepted
// and refused shape of a firmware, with errno, state, virtio devices and the kernel's lines.

#include <algorithm>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "rproc/check/checker.hpp"
#include "support/shapes.hpp"

namespace rproc::test {
namespace {

using nlohmann::json;

/// Shapes whose outcome on the kernel is random (see tests/data/README.md), or which `check` refuses as newer kernels
/// do: an offset that older kernels read as a negative number.
const std::set<std::string> kExcluded{"entry-offset-c0000000", "entry-offset-ffffffff",
                                      "defect-kernel-reads-before-table"};

const json& recorded() {
    static const json verdicts = [] {
        std::ifstream file(RPROC_TEST_DATA_DIR "/kernel_verdicts.json");
        return json::parse(file).at("shapes");
    }();
    return verdicts;
}

check::Checker guest_checker() {
    auto board = platform::read_board(RPROC_TEST_BOARD_DIR "/qemu-virt-m4.dtb");
    EXPECT_TRUE(board.has_value()) << board.error().message();
    return check::Checker(std::move(*board));
}

std::string expected_outcome(const json& verdict) {
    if (verdict.at("panic") != "none") return "panics";
    return verdict.at("state") == "running" ? "running" : "refused";
}

std::string coarse(check::Outcome outcome) {
    const bool runs = outcome == check::Outcome::boots || outcome == check::Outcome::degraded;
    return runs ? "running" : std::string(check::to_string(outcome));
}

std::optional<int> as_int(const json& value) {
    return value.is_null() ? std::nullopt : std::optional(value.get<int>());
}

long registered_in_log(const json& verdict) {
    return std::ranges::count_if(
        verdict.at("log"), [](const json& line) { return line.get<std::string>().starts_with("registered virtio"); });
}

void expect_agreement(check::Checker& checker, const Shape& shape) {
    SCOPED_TRACE(shape.name + ": " + shape.about);
    const json& kernel = recorded().at(shape.name);

    const auto verdict = checker.check(FirmwareSource(Firmware(shape.name + ".elf", shape.image)));

    if (kExcluded.contains(shape.name)) {
        EXPECT_EQ(verdict.outcome, check::Outcome::refused);
        EXPECT_TRUE(std::ranges::count(verdict.findings, "kernel-reads-before-table", &check::Finding::code_name));
        return;
    }
    EXPECT_EQ(coarse(verdict.outcome), expected_outcome(kernel));
    EXPECT_EQ(verdict.errno_value, as_int(kernel.at("errno")));
    EXPECT_EQ(verdict.state ? json(to_string(*verdict.state)) : json(), kernel.at("state"));
    EXPECT_EQ(std::ranges::count(verdict.virtio, true, &check::VirtioDevice::registered), registered_in_log(kernel));
    EXPECT_EQ(verdict.kernel_log, kernel.at("log").get<std::vector<std::string>>());
}

TEST(KernelVerdicts, AgreeForEveryShape) {
    auto checker = guest_checker();
    for (const Shape& shape : all_shapes()) expect_agreement(checker, shape);
}

TEST(KernelVerdicts, EveryRecordedShapeIsTested) {
    std::set<std::string> built;
    for (const Shape& shape : all_shapes()) built.insert(shape.name);
    std::set<std::string> known;
    for (const auto& [name, verdict] : recorded().items()) known.insert(name);
    EXPECT_EQ(built, known);
    EXPECT_GE(built.size(), 300U);
}

}  // namespace
}  // namespace rproc::test
