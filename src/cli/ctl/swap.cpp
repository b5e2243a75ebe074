// SPDX-License-Identifier: BSD-2-Clause
// rproc ctl swap: replaces the firmware, and starts the old one again when that fails.
#include <algorithm>
#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/ctl/report.hpp"
#include "cli/trace/signals.hpp"
#include "rproc/firmware/elf_image.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/sysfs/table_outline.hpp"

namespace rproc::cli {
namespace {

constexpr ErrorText kNotThere{.code = ErrorCode::firmware_not_found,
                              .message = "is not in {0}; nothing was stopped",
                              .hint = "copy the file there first"};
constexpr ErrorText kOtherRuns{.code = ErrorCode::state_invalid,
                               .message = "another firmware runs than was loaded: {0}",
                               .hint = "report it to the maker of the board's kernel"};

using sysfs::TableOutline;

/// The outline of the table in a firmware's file; nothing when it cannot be read from the file: signed, compressed, not
/// readable.
std::optional<TableOutline> outline_in_file(CtlProcessor& processor, const std::string& name) {
    const auto firmware = FirmwareSearchPath(processor.firmware_directories()).find(name);
    if (!firmware) return std::nullopt;
    const auto image = ElfImage::parse(firmware->bytes());
    if (!image) return std::nullopt;
    const auto section = image->find_section(kResourceTableSection);
    const auto bytes = section ? image->contents(*section) : std::nullopt;
    const auto table = bytes ? ResourceTableView::parse(*bytes) : fail(Error{});
    if (!table) return TableOutline{};  // Linux boots it without a table
    const auto outline = sysfs::outline_of(*table);
    return outline ? std::optional(*outline) : std::nullopt;
}

/// Replaces the firmware, and restores the old one.
class Swap {
  public:
    Swap(const CtlScene& scene, CtlProcessor& processor) : scene_(scene), processor_(processor) {}

    /// @returns what shows that the new firmware runs.
    Result<std::string> run(const std::string& name) {
        if (auto error = sysfs::firmware_name_error(name, processor_.firmware_directories()))
            return fail(*std::move(error));
        if (!processor_.firmware_exists(name)) return fail(no_such_file(name));
        RPROC_TRY(stop());
        RPROC_TRY_ASSIGN(const std::string old, processor_.firmware());
        auto swapped = change_to(name);
        if (!swapped) roll_back(old, swapped.error());
        return swapped;
    }

  private:
    Error no_such_file(const std::string& name) {
        std::vector<std::string> searched;
        for (const auto& directory : processor_.firmware_directories()) searched.push_back(directory.string());
        return Error(kNotThere, place::Firmware{name}, fmt::format("{}", fmt::join(searched, ", ")));
    }

    Result<void> stop() {
        RPROC_TRY_ASSIGN(const State state, processor_.state());
        if (state == State::offline) return {};
        RPROC_TRY(processor_.stop(scene_.timeout()));
        return processor_.wait_for(State::offline, scene_.timeout());
    }

    Result<std::string> change_to(const std::string& name) {
        RPROC_TRY(processor_.set_firmware(name));
        processor_.observer().lines.clear();
        RPROC_TRY(processor_.start(scene_.timeout()));
        return confirm(name);
    }

    /// Some systems run the old image under the new name, so the name alone is no proof.
    Result<std::string> confirm(const std::string& name) {
        RPROC_TRY_ASSIGN(const std::string shown, processor_.firmware());
        if (shown != name) return fail(not_the_new_one(fmt::format("the kernel says that it runs \"{}\"", shown)));
        const auto expected = outline_in_file(processor_, name);
        const auto text = processor_.resource_table();
        if (expected && text) {
            const TableOutline runs = sysfs::outline_of_text(*text);
            if (runs != *expected)
                return fail(not_the_new_one(fmt::format("its resource table has [{}], that of the file has [{}]",
                                                        fmt::join(runs, ", "), fmt::join(*expected, ", "))));
            return expected->empty() ? std::string("it has no resource table, like the file")
                                     : fmt::format("its resource table is that of the file: {}", fmt::join(runs, ", "));
        }
        return std::string(text ? "its file cannot be compared" : "not compared: its resource table cannot be read");
    }

    Error not_the_new_one(std::string_view why) {
        return Error(kOtherRuns, place::Processor{processor_.place().entry}, why);
    }

    /// Starts the old firmware again, and adds the outcome to `error`.
    void roll_back(const std::string& old, Error& error) {
        auto back = stop();
        if (back) back = processor_.set_firmware(old);
        if (back) back = processor_.start(scene_.timeout());
        error.set_note(back ? fmt::format("rolled back: it runs {} again", old)
                            : fmt::format("the rollback to {} failed, too: {}", old, back.error().message()));
    }

    const CtlScene& scene_;
    CtlProcessor& processor_;
};

}  // namespace

ExitStatus ctl_swap(const CtlScene& scene, CtlProcessor& processor) {
    const std::string& name = scene.options.argument;
    const TraceSignals held_back;  // no signal interrupts a swap
    const auto confirmed = Swap(scene, processor).run(name);
    if (!confirmed) return ctl_failed(scene, processor, confirmed.error());
    return ctl_done(scene, processor, fmt::format("runs {}: {}", name, *confirmed));
}

}  // namespace rproc::cli
