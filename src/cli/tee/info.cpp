// SPDX-License-Identifier: BSD-2-Clause
// rproc tee info: what the TEE says of itself and of its processors; changes nothing.
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/tee/scene.hpp"

namespace rproc::cli {
namespace {

using tee::FirmwareState;

/// A bit of a set of capabilities, by the name in <linux/tee.h> without its prefix.
struct Capability {
    std::uint32_t bit;
    std::string_view name;
};
constexpr std::array kCapabilities{Capability{1U << 0U, "GP"}, Capability{1U << 1U, "PRIVILEGED"},
                                   Capability{tee::device::kRegistersMemory, "REG_MEM"},
                                   Capability{1U << 3U, "MEMREF_NULL"}};
constexpr std::array kOpteeCapabilities{Capability{1U << 0U, "TZ"}};

std::vector<std::string> names_of(std::uint32_t bits, std::span<const Capability> known) {
    std::vector<std::string> names;
    for (const Capability& capability : known) {
        if ((bits & capability.bit) != 0) names.emplace_back(capability.name);
        bits &= ~capability.bit;
    }
    if (bits != 0) names.push_back(hex(bits));
    return names;
}

std::string joined(const std::vector<std::string>& names) {
    return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

std::string_view supplicant_word(const tee::device::Holders& supplicants) {
    if (!supplicants.seen.empty()) return "running";
    return supplicants.complete ? "missing" : "unknown";
}

std::string supplicant_text(const tee::device::Holders& supplicants) {
    std::vector<std::string> processes;
    for (const auto& [process, name] : supplicants.seen)
        processes.push_back(fmt::format("{} ({})", process, printable(name)));
    if (!processes.empty()) return fmt::format("runs: process {}", fmt::join(processes, ", "));
    return supplicants.complete ? "does not run: OP-TEE can open only what is built into it"
                                : "not seen; only root sees all processes";
}

/// What was found of one processor: its survey, or why there is none.
using Found = Result<tee::ProcessorSurvey>;

std::string table_text(const tee::TableLocation& table) {
    if (table.size == 0) return "; its firmware has no resource table";
    return fmt::format("; resource table at pa {}, {}", hex(table.pa.value()), bytes_text(table.size));
}

std::string state_text(const tee::ProcessorSurvey& survey) {
    if (survey.state == FirmwareState::never_loaded) return "off: no firmware was loaded since OP-TEE started";
    if (survey.state == FirmwareState::unknown)
        return fmt::format("in an unknown state: the last answer is {}", tee::describe(survey.answer));
    return fmt::format("{}{}", to_string(survey.state), survey.table ? table_text(*survey.table) : std::string());
}

Json json_of(std::uint32_t id, const Found& found) {
    Json object{{"id", id}, {"open_result", Json()}, {"state", Json()}, {"resource_table", Json()}, {"error", Json()}};
    if (found) object["open_result"] = tee::name_of(found->opened);
    const auto opened = found ? check_opened(*found) : Result<void>(fail(found.error()));
    if (!opened) {
        object["error"] = {{"code", name_of(opened.error().code())},
                           {"message", opened.error().message()},
                           {"hint", opened.error().hint()}};
        return object;
    }
    object["state"] = to_string(found->state);
    if (found->table && found->table->size != 0)
        object["resource_table"] = {{"pa", hex(found->table->pa.value())}, {"size", found->table->size}};
    return object;
}

void print_json(const TeeScene& scene, const std::vector<Found>& found) {
    Json object = tee_object(scene.options);
    object["device"] = scene.path;
    object["implementation"] = "OP-TEE";
    object["capabilities"] = names_of(scene.version.capabilities, kCapabilities);
    object["optee_capabilities"] = names_of(scene.version.implementation_capabilities, kOpteeCapabilities);
    object["supplicant"] = supplicant_word(scene.supplicants);
    object["application"] = tee::to_string(tee::kRemoteprocUuid);
    object["processors"] = Json::array();
    for (std::size_t i = 0; i < found.size(); ++i)
        object["processors"].push_back(json_of(scene.options.ids[i], found[i]));
    scene.console.out.json(object);
}

void print_text(const TeeScene& scene, const std::vector<Found>& found) {
    Output& out = scene.console.out;
    const bool registers = (scene.version.capabilities & tee::device::kRegistersMemory) != 0;
    out.print("{}: OP-TEE\n", out.bold(printable(scene.path)));
    Table table;
    table.add({"capabilities", joined(names_of(scene.version.capabilities, kCapabilities))});
    table.add({"of OP-TEE", joined(names_of(scene.version.implementation_capabilities, kOpteeCapabilities))});
    table.add({"images over 4 MiB", registers ? "can be shared: registered memory" : "only if OP-TEE's pool has room"});
    table.add({"tee-supplicant", supplicant_text(scene.supplicants)});
    table.add({"application", tee::to_string(tee::kRemoteprocUuid)});
    for (std::size_t i = 0; i < found.size(); ++i) {
        const bool opened = found[i] && found[i]->opened == tee::ResultCode::success;
        table.add({fmt::format("processor {}", scene.options.ids[i]), opened ? state_text(*found[i]) : "not known"});
    }
    table.print(out, "  ");
}

}  // namespace

ExitStatus tee_info(const TeeScene& scene) {
    std::vector<Found> found;
    for (const std::uint32_t id : scene.options.ids) found.push_back(tee::survey(*scene.client, id));
    if (scene.options.json) {
        print_json(scene, found);
    } else if (!scene.options.quiet) {
        print_text(scene, found);
    }
    ExitStatus status = ExitStatus::yes;
    for (const Found& each : found) {
        const auto opened = each ? check_opened(*each) : Result<void>(fail(each.error()));
        if (opened) continue;
        status = worse_of(status, report(scene.console, opened.error()));
        name_other_clients(scene.console, opened.error(), scene.path);
    }
    return status;
}

}  // namespace rproc::cli
