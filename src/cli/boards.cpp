// SPDX-License-Identifier: BSD-2-Clause
// rproc boards: which boards are built in, and what a board offers to its remote processor.

#include <algorithm>
#include <memory>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "rproc/check/memory_map.hpp"

namespace rproc::cli {
namespace {

using Json = nlohmann::ordered_json;
using platform::Board;
using platform::ResetLine;
using platform::Stm32mp15Config;
using platform::SysconField;

struct BoardsOptions : CommonOptions {
    std::string name;
};

Json json_of(const ResetLine& line) {
    return {{"form", "reset"}, {"controller", line.controller}, {"line", line.line}};
}

Json json_of(const SysconField& field) {
    return {{"form", "syscon"},
            {"base", hex(field.base.value())},
            {"offset", hex(field.offset)},
            {"mask", hex(field.mask)}};
}

Json json_of(const std::optional<SysconField>& field) { return field ? json_of(*field) : Json(nullptr); }

Json memories_json(const Stm32mp15Config& config) {
    Json list = Json::array();
    for (const check::MemoryEntry& memory : check::memory_map(config)) {
        list.push_back({{"name", memory.name},
                        {"da", hex(memory.device.start().value())},
                        {"pa", hex(memory.physical.start().value())},
                        {"size", memory.device.size()},
                        {"loadable", memory.loadable},
                        {"tee_only", memory.tee_only}});
    }
    return list;
}

Json mailboxes_json(const Stm32mp15Config& config) {
    Json list = Json::array();
    for (const auto& mailbox : config.mailboxes) {
        list.push_back({{"name", mailbox.name}, {"controller", mailbox.controller}, {"arguments", mailbox.arguments}});
    }
    return list;
}

/// Null where Linux owns the remote processor. A tree may name no backend.
Json tee_json(const Stm32mp15Config& config) {
    if (!config.tee) return nullptr;
    const std::string& backend = config.tee->backend;
    return {{"backend", backend.empty() ? Json(nullptr) : Json(backend)}, {"id", config.tee->id}};
}

Json hold_boot_json(const Stm32mp15Config& config) {
    return std::visit([](const auto& form) { return json_of(form); }, config.hold_boot);
}

Json json_of(const Board& board) {
    const Stm32mp15Config& config = board.config;
    Json object{{"schema", "rproc.boards/1"},
                {"board", board.name},
                {"model", board.model},
                {"remoteproc", config.name},
                {"node", config.node_path},
                {"tee", tee_json(config)},
                {"memories", memories_json(config)},
                {"mailboxes", mailboxes_json(config)},
                {"watchdog", config.watchdog}};
    object["reset"] = config.tee ? Json(nullptr) : json_of(config.reset);
    object["hold_boot"] = config.tee ? Json(nullptr) : hold_boot_json(config);
    object["trust_zone"] = json_of(config.trust_zone);
    object["deep_sleep"] = json_of(config.pdds);
    object["m4_state"] = json_of(config.m4_state);
    object["resource_table"] = json_of(config.resource_table);
    object["wakeup_source"] = config.wakeup_source;
    object["auto_boot"] = config.auto_boot;
    object["firmware_name"] = config.firmware_name ? Json(*config.firmware_name) : Json(nullptr);
    return object;
}

std::string text_of(const ResetLine& line) { return fmt::format("reset {} of {}", line.line, line.controller); }

std::string text_of(const SysconField& field) {
    return fmt::format("register {} + {:#x}, mask {:#x}", hex(field.base.value()), field.offset, field.mask);
}

std::string text_of(const std::optional<SysconField>& field) { return field ? text_of(*field) : "none"; }

std::string hold_boot_text(const Stm32mp15Config& config) {
    if (const auto* const line = std::get_if<ResetLine>(&config.hold_boot)) return text_of(*line);
    const std::string field = text_of(std::get<SysconField>(config.hold_boot));
    return config.trust_zone ? field + "; by secure call where TrustZone is on" : field;
}

/// The loader of the firmware, and its requirement.
std::string loader_text(const Stm32mp15Config& config) {
    if (!config.tee) return "Linux";
    const auto& [backend, id] = *config.tee;
    return fmt::format("OP-TEE (processor {}{}{}): the firmware must be signed", id, backend.empty() ? "" : " of ",
                       printable(backend));
}

/// How Linux starts and stops the remote processor. The tree does not show how a TEE does it.
void add_core_control(Table& facts, const Stm32mp15Config& config) {
    if (config.tee) return;
    facts.add({"reset", text_of(config.reset)});
    facts.add({"hold-boot", hold_boot_text(config)});
    facts.add({"deep sleep", text_of(config.pdds)});
    facts.add({"core state", text_of(config.m4_state)});
}

std::string mailboxes_text(const Stm32mp15Config& config) {
    std::vector<std::string_view> names;
    for (const auto& mailbox : config.mailboxes) names.emplace_back(mailbox.name);
    return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

std::string remark_on(const check::MemoryEntry& memory) {
    if (memory.tee_only) return "the TEE's: Linux does not map it";
    return memory.loadable ? "" : "virtio buffers; nothing can be loaded here";
}

void print_memories(Output& out, const Stm32mp15Config& config) {
    Table table;
    table.add({"MEMORY", "DA", "PA", "SIZE", ""});
    for (const check::MemoryEntry& memory : check::memory_map(config)) {
        table.add({printable(memory.name), hex(memory.device.start().value()), hex(memory.physical.start().value()),
                   bytes_text(memory.device.size()), remark_on(memory)});
    }
    table.print(out, "  ");
}

/// Memory regions that make Linux refuse every boot.
void print_faults(Output& out, const Stm32mp15Config& config) {
    for (const auto& region : config.regions) {
        if (platform::is_refused(region)) {
            out.print("  {} {}: no firmware boots\n", out.bad("error"),
                      printable(platform::region_error(region, config.node_path).what()));
        } else if (region.fault == platform::RegionFault::linux_ram) {
            out.print("  {} memory-region {} lies in the RAM that Linux uses, without no-map: no firmware boots\n",
                      out.bad("error"), printable(region.name));
        } else if (config.overruns_window(*region.memory)) {
            out.print(
                "  {} memory-region {} ({}) runs past the end of the window that it begins in: no firmware boots\n",
                out.bad("error"), printable(region.name), to_string(*region.memory));
        } else if (!config.dma_ranges.to_device(region.memory->start())) {
            out.print("  {} memory-region {} at {} lies outside dma-ranges: no firmware boots\n", out.bad("error"),
                      printable(region.name), to_string(region.memory->start()));
        }
    }
}

void print_details(Output& out, const ChosenBoard& chosen) {
    const Board& board = chosen.board;
    const Stm32mp15Config& config = board.config;
    out.print("{}\n", out.bold(describe(chosen)));
    Table facts;
    facts.add({"model", board.model.empty() ? "unknown" : printable(board.model)});
    facts.add({"node", printable(config.node_path)});
    facts.add({"read by", fmt::format("Linux {}", config.kernel.to_string())});
    facts.add({"loaded by", loader_text(config)});
    facts.add({"mailboxes", printable(mailboxes_text(config))});
    facts.add({"watchdog",
               config.watchdog.empty() ? "none" : fmt::format("interrupt <{}>", fmt::join(config.watchdog, " "))});
    add_core_control(facts, config);
    facts.add({"auto-boot", config.auto_boot ? "yes" : "no"});
    facts.add({"firmware-name", config.firmware_name
                                    ? printable(*config.firmware_name) + " (Linux 6.1 does not read it)"
                                    : std::string("none")});
    facts.print(out, "  ");
    out.write("\n");
    print_memories(out, config);
    print_faults(out, config);
}

ExitStatus show_one(Console& console, const BoardsOptions& options) {
    const auto chosen = choose_board(options);
    if (!chosen) return report(console, chosen.error());
    if (options.json) {
        console.out.json(json_of(chosen->board));
    } else {
        print_details(console.out, *chosen);
    }
    return ExitStatus::yes;
}

std::string memories_text(const Stm32mp15Config& config) {
    std::vector<std::string> memories;
    for (const check::MemoryEntry& memory : check::memory_map(config))
        memories.push_back(fmt::format("{} {}", printable(memory.name), bytes_text(memory.device.size())));
    return fmt::format("{}", fmt::join(memories, ", "));
}

void print_overview(Output& out, const std::vector<ChosenBoard>& boards) {
    constexpr std::string_view kRow = "{:<{}}  {:<9}  {}\n";
    std::size_t width = 0;
    for (const ChosenBoard& each : boards) width = std::max(width, each.board.name.size());
    out.print(kRow, "BOARD", width, "PROCESSOR", "MODEL");
    for (const auto& [board, choice] : boards) {
        const bool is_default = choice == BoardChoice::by_default;
        out.print(kRow, board.name, width, board.config.name, board.model + (is_default ? " (default)" : ""));
        out.wrapped("    ", 4, memories_text(board.config));
    }
}

ExitStatus list_all(Console& console, const BoardsOptions& options) {
    std::vector<ChosenBoard> boards;
    for (const std::string& name : platform::embedded_board_names()) {
        auto board = platform::embedded_board(name);
        if (!board) return report(console, board.error());
        boards.push_back(
            {*std::move(board), name == platform::kDefaultBoard ? BoardChoice::by_default : BoardChoice::named});
    }
    if (!options.json && !options.quiet && !options.verbose) {
        print_overview(console.out, boards);
        return ExitStatus::yes;
    }
    for (const ChosenBoard& board : boards) {
        if (options.json) {
            console.out.json(json_of(board.board));
        } else if (options.quiet) {
            console.out.print("{}\n", board.board.name);
        } else {
            print_details(console.out, board);
        }
    }
    return ExitStatus::yes;
}

ExitStatus run_boards(Console& console, BoardsOptions options) {
    if (!options.name.empty()) options.board = options.name;
    if (options.board || options.dtb || !options.node.empty()) return show_one(console, options);
    return list_all(console, options);
}

}  // namespace

Command add_boards(CLI::App& app) {
    auto* const boards = app.add_subcommand("boards", "List the built-in boards, or show one board");
    const auto options = std::make_shared<BoardsOptions>();
    auto* const name = boards->add_option("NAME", options->name, "Show this board")->type_name("");
    add_common_options(*boards, *options);
    name->excludes(boards->get_option("--board"))->excludes(boards->get_option("--dtb"));
    add_help_footer(*boards,
                    "  rproc boards                      every built-in board\n"
                    "  rproc boards stm32mp157c-dk2      its memories, mailboxes and registers\n"
                    "  rproc boards --dtb board.dtb      the same of your own device tree\n"
                    "  rproc boards -q                   the names only\n");
    return {boards, options, [options](Console& console) { return run_boards(console, *options); }};
}

}  // namespace rproc::cli
