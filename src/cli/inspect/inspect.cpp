// SPDX-License-Identifier: BSD-2-Clause
// rproc inspect: the content of a firmware image, on the memories of a board.

#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/inspect/report.hpp"
#include "cli/inspect/signed_report.hpp"

namespace rproc::cli {
namespace {

struct InspectOptions : CommonOptions {
    std::string firmware;
};

template <class Report>
ExitStatus show_signed(Console& console, const InspectOptions& options, const Firmware& firmware,
                       const Result<Report>& inspected) {
    if (!inspected) {
        Error error = inspected.error();
        error.set_place(error.place().in_file(options.firmware));
        return report(console, error);
    }
    if (options.json) {
        nlohmann::ordered_json object{
            {"schema", "rproc.inspect-signed/1"}, {"firmware", options.firmware}, {"size", firmware.bytes().size()}};
        object.update(to_json(*inspected));
        console.out.json(object);
    } else if (!options.quiet) {
        console.out.print("{}, {}\n", console.out.bold(printable(options.firmware)),
                          counted(firmware.bytes().size(), "byte"));
        print(console.out, *inspected);
    }
    return ExitStatus::yes;
}

/// A signed image is shown without a board: OP-TEE decides where it is loaded.
ExitStatus run_inspect_signed(Console& console, const InspectOptions& options, const Firmware& firmware) {
    if (SignedImage::flavour_of(firmware.bytes()) == SignedFlavour::vendor)
        return show_signed(console, options, firmware, VendorImage::parse(firmware.bytes()));
    return show_signed(console, options, firmware, inspect_signed(firmware));
}

void print_json(Output& out, const InspectOptions& options, const ChosenBoard& chosen, const Firmware& firmware,
                const InspectReport& report) {
    nlohmann::ordered_json object{{"schema", "rproc.inspect/1"},
                                  {"firmware", options.firmware},
                                  {"board", chosen.board.name},
                                  {"remoteproc", chosen.board.config.name},
                                  {"size", firmware.bytes().size()}};
    object.update(to_json(report));
    out.json(object);
}

ExitStatus run_inspect(Console& console, const InspectOptions& options) {
    const auto chosen = choose_board(options);
    if (!chosen) return report(console, chosen.error());
    const auto firmware = firmware_source(options.firmware).request();
    if (!firmware) return report(console, firmware.error());
    if (SignedImage::recognises(firmware->bytes())) return run_inspect_signed(console, options, *firmware);
    const auto inspected = inspect(*firmware, chosen->board.config);
    if (!inspected) {
        Error error = inspected.error();
        error.set_place(place::Firmware{options.firmware});
        return report(console, error);
    }
    if (options.json) {
        print_json(console.out, options, *chosen, *firmware, *inspected);
    } else if (!options.quiet) {
        console.out.print("{}, {}, against {}\n", console.out.bold(printable(options.firmware)),
                          counted(firmware->bytes().size(), "byte"), describe(*chosen));
        print(console.out, *inspected, options.verbose);
    }
    return ExitStatus::yes;
}

}  // namespace

Command add_inspect(CLI::App& app) {
    auto* const inspect = app.add_subcommand("inspect", "Show segments, memories and resource table of a firmware");
    const auto options = std::make_shared<InspectOptions>();
    inspect->add_option("FW", options->firmware, "Firmware: a file, - for standard input, or a name")
        ->required()
        ->type_name("");
    add_common_options(*inspect, *options);
    add_help_footer(*inspect,
                    "  rproc inspect app.elf            segments and table, on the default board\n"
                    "  rproc inspect -v app.elf         the sections, too\n"
                    "  rproc inspect --json app.elf | jq .resource_table\n");
    return {inspect, options, [options](Console& console) { return run_inspect(console, *options); }};
}

}  // namespace rproc::cli
