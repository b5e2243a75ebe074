// SPDX-License-Identifier: BSD-2-Clause
#include "support/random_board.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <random>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rproc::test {
namespace {

/// A node of /reserved-memory.
struct Region {
    std::string name;
    std::uint32_t base;
    std::uint32_t size;
    std::string unit = fmt::format("@{:x}", base);
    std::string compatible = "compatible = \"shared-dma-pool\";";
    std::string reg = fmt::format("reg = <0x0 {:#x} 0x0 {:#x}>;", base, size);
    std::string no_map = "no-map;";
    std::string more{};

    [[nodiscard]] std::string text(const std::string& label) const {
        return fmt::format("{}: {}{} {{ {} {} {} {} }};\n", label, name, unit, compatible, reg, no_map, more);
    }
    void resize(std::uint32_t bytes) { reg = fmt::format("reg = <0x0 {:#x} 0x0 {:#x}>;", base, bytes); }
    void move(std::uint32_t to) { reg = fmt::format("reg = <0x0 {:#x} 0x0 {:#x}>;", to, size); }
};

/// The parts of the tree, each as text.
struct Tree {
    std::array<Region, 6> regions{{{"mcuram2", 0x60000000, 0x40000},
                                   {"vdev0vring0", 0x60040000, 0x1000},
                                   {"vdev0vring1", 0x60041000, 0x1000},
                                   {"vdev0buffer", 0x60042000, 0x4000},
                                   {"mcuram", 0x61000000, 0x40000},
                                   {"retram", 0x62000000, 0x10000}}};
    std::array<std::string, 6> labels{"mcuram2", "vdev0vring0", "vdev0vring1", "vdev0buffer", "mcuram", "retram"};
    std::vector<std::string> references{"&retram",      "&mcuram",      "&mcuram2",
                                        "&vdev0vring0", "&vdev0vring1", "&vdev0buffer"};
    std::string reserved = "#address-cells = <2>; #size-cells = <2>; ranges;";
    std::string syscon = "compatible = \"syscon\"; reg = <0x0 0x63000000 0x0 0x1000>;";
    std::string reset_controller =
        "compatible = \"snps,dw-high-reset\"; reg = <0x0 0x63001000 0x0 0x1000>; #reset-cells = <1>;";
    std::string soc = "compatible = \"simple-bus\";";
    std::string ahb = "compatible = \"simple-bus\";";
    std::string dma_ranges =
        "dma-ranges = <0x00000000 0x62000000 0x10000>, <0x10000000 0x60000000 0x60000>, <0x30000000 0x61000000 "
        "0x60000>;";
    std::string resets = "resets = <&rst0 0>;";
    std::string hold_boot = "st,syscfg-holdboot = <&syscon0 0x10c 0x1>;";
    std::string trust_zone = "st,syscfg-tz = <&syscon0 0x0 0x1>;";
    std::string table = "st,syscfg-rsc-tbl = <&syscon0 0x144 0xffffffff>;";
    std::string state = "st,syscfg-m4-state = <&syscon0 0x148 0xffffffff>;";
    std::string more{};
};

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t count) { return static_cast<std::size_t>(random() % count); }

/// One thing that is wrong. Returns what, in words.
using Edit = std::function<std::string(Tree&, Random&)>;

Edit of_region(const char* what, std::function<void(Region&, Random&)> change) {
    return [what, change = std::move(change)](Tree& tree, Random& random) {
        Region& region = tree.regions[below(random, tree.regions.size())];
        const std::string name = region.name;
        change(region, random);
        return fmt::format("{} {}", name, what);
    };
}

Edit of_part(const char* what, std::string Tree::*part, std::vector<std::string> texts) {
    return [what, part, texts = std::move(texts)](Tree& tree, Random& random) {
        const std::string& text = texts[below(random, texts.size())];
        tree.*part = text;
        return fmt::format("{}: {}", what, text.empty() ? "none" : text);
    };
}

std::vector<Edit> edits_of_regions() {
    return {
        of_region("misnamed", [](Region& r, Random&) { r.name = "x" + r.name; }),
        of_region("without unit address", [](Region& r, Random&) { r.unit.clear(); }),
        of_region("disabled", [](Region& r, Random&) { r.more += "status = \"disabled\";"; }),
        of_region("without compatible", [](Region& r, Random&) { r.compatible.clear(); }),
        of_region("without no-map", [](Region& r, Random&) { r.no_map.clear(); }),
        of_region("of size 0", [](Region& r, Random&) { r.resize(0); }),
        of_region("without reg", [](Region& r, Random&) { r.reg.clear(); }),
        of_region("with a reg cut off",
                  [](Region& r, Random&) { r.reg = fmt::format("reg = <0x0 {:#x} 0x0>;", r.base); }),
        of_region("with 32-bit cells",
                  [](Region& r, Random&) { r.reg = fmt::format("reg = <{:#x} {:#x}>;", r.base, r.size); }),
        of_region("with a size and no reg",
                  [](Region& r, Random&) { r.reg = fmt::format("size = <0x0 {:#x}>;", r.size); }),
        of_region("in RAM", [](Region& r, Random&) { r.move(0x50000000); }),
        of_region("in RAM, without no-map", [](Region& r, Random&) { r.move(0x50000000), r.no_map.clear(); }),
        of_region("reusable", [](Region& r, Random&) { r.more += "reusable;"; }),
        of_region(
            "shorter",
            [](Region& r, Random& random) { r.resize(0x800U + 4U * static_cast<std::uint32_t>(below(random, 64))); }),
        of_region("longer, over what follows", [](Region& r, Random&) { r.resize(0x50000); }),
        of_region("over what follows", [](Region& r, Random&) { r.move(r.base + 0x800); }),
    };
}

std::vector<Edit> edits_of_parts() {
    constexpr const char* kWindows = "<0x10000000 0x60000000 0x60000>, <0x30000000 0x61000000 0x60000>";
    return {
        [](Tree& tree, Random& random) {
            const std::size_t at = below(random, tree.references.size());
            const std::string name = tree.references[at];
            tree.references.erase(tree.references.begin() + static_cast<std::ptrdiff_t>(at));
            return name + " not referenced";
        },
        [](Tree& tree, Random& random) {
            tree.references[below(random, tree.references.size())] = below(random, 2) == 0 ? "0x7777" : "&syscon0";
            return std::string("a reference elsewhere");
        },
        [](Tree& tree, Random& random) {
            tree.references.push_back(tree.references[below(random, tree.references.size())]);
            return std::string("a region twice");
        },
        [](Tree& tree, Random& random) {
            std::swap(tree.references.front(), tree.references[below(random, tree.references.size())]);
            return std::string("another order");
        },
        of_part("reserved-memory", &Tree::reserved,
                {"#address-cells = <2>; #size-cells = <2>;", "#address-cells = <2>; #size-cells = <1>; ranges;",
                 "#address-cells = <1>; #size-cells = <1>; ranges;", "ranges;",
                 "#address-cells = <2>; #size-cells = <2>; ranges; status = \"disabled\";"}),
        of_part(
            "dma-ranges", &Tree::dma_ranges,
            {"", "dma-ranges;", "dma-ranges = <0x00000000 0x62000000>;", fmt::format("dma-ranges = {};", kWindows),
             fmt::format("dma-ranges = <0x0 0x62000000 0x8000>, {};", kWindows),
             fmt::format("dma-ranges = <0x0 0x62000000 0x0>, {};", kWindows),
             fmt::format("dma-ranges = <0x0 0x62000000 0x10000>, <0x20000000 0x60000000 0x80000>, {};", kWindows),
             fmt::format("dma-ranges = <0x0 0x62000000 0x10000>, <0x50000000 0x50000000 0x100000>, {};", kWindows)}),
        of_part("soc", &Tree::soc, {"", "compatible = \"simple-bus\"; status = \"disabled\";"}),
        of_part("ahb", &Tree::ahb, {"", "compatible = \"simple-bus\"; status = \"disabled\";"}),
        of_part("syscon", &Tree::syscon,
                {"reg = <0x0 0x63000000 0x0 0x1000>;",
                 "compatible = \"syscon\"; reg = <0x0 0x63000000 0x0 0x1000>; status = \"disabled\";"}),
        of_part("reset controller", &Tree::reset_controller,
                {"compatible = \"snps,dw-high-reset\"; reg = <0x0 0x63001000 0x0 0x1000>; #reset-cells = <1>; status = "
                 "\"disabled\";",
                 "compatible = \"snps,dw-high-reset\"; reg = <0x0 0x63001000 0x0 0x1000>;"}),
        of_part("resets", &Tree::resets,
                {"", "resets = <0x7777 0>;", "resets = <&rst0>;", "resets = <&syscon0 0>;",
                 "resets = <&rst0 0>; reset-names = \"mcu_rst\";",
                 "resets = <&rst0 0>, <&rst0 1>; reset-names = \"mcu_rst\", \"hold_boot\";"}),
        of_part("hold-boot", &Tree::hold_boot,
                {"", "st,syscfg-holdboot;", "st,syscfg-holdboot = <&syscon0 0x10c>;",
                 "st,syscfg-holdboot = <0x7777 0x10c 0x1>;", "st,syscfg-holdboot = <&rst0 0x10c 0x1>;"}),
        of_part("tz", &Tree::trust_zone,
                {"", "st,syscfg-tz = <&syscon0 0x0>;", "st,syscfg-tz = <0x7777 0x0 0x1>;",
                 "st,syscfg-tz = <&rst0 0x0 0x1>;"}),
        of_part("m4-state", &Tree::state,
                {"", "st,syscfg-m4-state = <&syscon0 0x148>;", "st,syscfg-m4-state = <0x7777 0x148 0xffffffff>;"}),
        of_part("rsc-tbl", &Tree::table,
                {"", "st,syscfg-rsc-tbl = <&syscon0 0x144>;", "st,syscfg-rsc-tbl = <0x7777 0x144 0xffffffff>;"}),
        of_part("m4", &Tree::more,
                {"status = \"disabled\";", "status = \"fail\";", "st,syscfg-pdds = <&syscon0 0x14>;",
                 "st,syscfg-pdds = <&syscon0 0x14 0x1>;", "mboxes = <&rst0 0>; mbox-names = \"vq0\";",
                 "mbox-names = \"vq0\", \"vq1\";", "mboxes = <0x7777 0>; mbox-names = \"vq0\";",
                 "firmware-name = \"other.elf\";"}),
    };
}

std::string source_of(const Tree& tree) {
    std::string regions;
    for (std::size_t i = 0; i < tree.regions.size(); ++i) regions += tree.regions[i].text(tree.labels[i]);
    const std::string references =
        tree.references.empty() ? "" : fmt::format("memory-region = <{}>;", fmt::join(tree.references, ">, <"));
    return fmt::format(R"(/dts-v1/;
/plugin/;
/ {{ fragment@0 {{ target-path = "/"; __overlay__ {{
#address-cells = <2>; #size-cells = <2>;
memory@40000000 {{ device_type = "memory"; reg = <0x0 0x40000000 0x0 0x20000000>; }};
reserved-memory {{ {}
{}}};
syscon0: syscon@63000000 {{ {} }};
rst0: rst@63001000 {{ {} }};
soc {{ {}
#address-cells = <1>; #size-cells = <1>; ranges = <0x60000000 0x0 0x60000000 0x10000000>;
ahb {{ {}
#address-cells = <1>; #size-cells = <1>;
ranges = <0x10000000 0x60000000 0x60000>, <0x30000000 0x61000000 0x60000>, <0x38000000 0x62000000 0x10000>;
{}
m4@10000000 {{ compatible = "st,stm32mp1-m4";
reg = <0x10000000 0x40000>, <0x30000000 0x40000>, <0x38000000 0x10000>;
{} {} {} {} {} {}
{} }}; }}; }}; }}; }}; }};
)",
                       tree.reserved, regions, tree.syscon, tree.reset_controller, tree.soc, tree.ahb, tree.dma_ranges,
                       tree.resets, tree.hold_boot, tree.trust_zone, tree.table, tree.state, tree.more, references);
}

}  // namespace

std::vector<RandomBoard> random_boards(std::uint64_t seed, std::size_t count) {
    Random random(seed);
    std::vector<Edit> edits = edits_of_regions();
    const std::size_t regions = edits.size();
    for (Edit& edit : edits_of_parts()) edits.push_back(std::move(edit));
    std::vector<RandomBoard> boards;
    for (std::size_t i = 0; i < count; ++i) {
        Tree tree;
        std::vector<std::string> done{edits[i % edits.size()](tree, random)};
        // The first round has one edit in each tree, and the later ones one of a region beside it.
        for (std::size_t more = i < edits.size() ? 0 : 1 + below(random, 2); more > 0; --more)
            done.push_back(edits[below(random, regions)](tree, random));
        boards.push_back({fmt::format("board-{:04}", i), fmt::format("{}", fmt::join(done, ", ")), source_of(tree)});
    }
    return boards;
}

}  // namespace rproc::test
