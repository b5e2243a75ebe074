// SPDX-License-Identifier: BSD-2-Clause
// rproc tee: the parser, and which action does what.
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "cli/tee/scene.hpp"
#include "rproc/devmem/machine.hpp"
#include "rproc/sim/software_tee_board.hpp"

namespace rproc::cli {
namespace {

constexpr std::string_view kActions =
    "Actions:\n"
    "  info     the TEE's device and capabilities, and the state of processor ID; changes nothing\n"
    "  stop     stop processor ID, which another program started and left running (STOP_FW)\n"
    "  release  release the firmware that is loaded for processor ID, and clear its memory (RELEASE_FW)\n\n"
    "ID is the number of the processor in the TEE, behind its phandle in the device tree. info takes several;\n"
    "without one, it takes that of this machine's device tree, or 0.\n\n";

constexpr std::string_view kExamples =
    "  rproc tee info\n"
    "  rproc tee stop 0 && rproc tee release 0\n"
    "  rproc tee info --device /dev/tee1 0 1\n";

/// The id in the machine's own device tree, or 0.
std::uint32_t id_of_this_machine() {
    const auto machine = devmem::read_machine(root_from_environment());
    return machine ? sim::processor_id(machine->board.config) : 0;
}

ExitStatus run_tee(Console& console, const TeeDeviceOptions& options) {
    if (options.action != "info" && options.ids.size() != 1)
        return wrong_call(console, "tee", fmt::format("{} needs one ID", options.action));
    auto client = options.device.empty() ? tee::IoctlClient::open() : tee::IoctlClient::open_device(options.device);
    if (!client) {
        if (options.json) {
            Json object = tee_object(options);
            object["ok"] = false;
            object["error"] = {{"code", name_of(client.error().code())},
                               {"message", client.error().message()},
                               {"hint", client.error().hint()}};
            console.out.json(object);
        }
        return report(console, client.error());
    }
    const std::string path = client->path();
    const tee::device::Version version = client->version();
    const TeeScene scene{.console = console,
                         .options = options,
                         .path = path,
                         .version = version,
                         .supplicants = tee::device::supplicants(root_from_environment().proc),
                         .client = std::make_shared<TeeClient>(*std::move(client), milliseconds_of(options.timeout))};
    warn_of_missing_supplicant(console, scene.supplicants);
    if (options.action == "info") return tee_info(scene);
    return options.action == "stop" ? tee_stop(scene, options.ids.front()) : tee_release(scene, options.ids.front());
}

}  // namespace

Json tee_object(const TeeDeviceOptions& options) { return {{"schema", "rproc.tee/1"}, {"action", options.action}}; }

Command add_tee(CLI::App& app) {
    auto* const tee =
        app.add_subcommand("tee", "Ask this machine's OP-TEE for its remote processors; stop or release one");
    const auto options = std::make_shared<TeeDeviceOptions>();
    tee->add_option("ACTION", options->action, "What to do; see below")
        ->required()
        ->type_name("")
        ->option_text(" ")
        ->check(CLI::IsMember({"info", "stop", "release"}));
    tee->add_option("ID", options->ids, "Number of the processor in the TEE")->type_name("");
    tee->add_option("--device", options->device,
                    "The TEE's device; without, the first of /dev/tee0 to 15 that is OP-TEE")
        ->option_text("FILE");
    add_tee_timeout(*tee, options->timeout);
    add_output_options(*tee, *options);
    add_help_footer(*tee, kExamples);
    tee->footer(std::string(kActions) + tee->get_footer());
    return {tee, options, [options](Console& console) {
                TeeDeviceOptions chosen = *options;
                if (chosen.action == "info" && chosen.ids.empty()) chosen.ids.push_back(id_of_this_machine());
                return run_tee(console, chosen);
            }};
}

}  // namespace rproc::cli
