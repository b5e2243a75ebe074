// SPDX-License-Identifier: BSD-2-Clause
// rproc ctl watch: every change of state, and the kernel's lines.
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <optional>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "cli/ctl/report.hpp"
#include "cli/trace/signals.hpp"
#include "rproc/sysfs/kernel_log.hpp"

namespace rproc::cli {
namespace {

constexpr std::string_view kGone = "gone";

class Watch {
  public:
    explicit Watch(const CtlScene& scene) : scene_(scene), log_(sysfs::LocalFiles().open_log(scene.root.dev / "kmsg")) {
        if (!log_)
            ctl_note(scene, fmt::format("the kernel's log cannot be read, changes between two polls are missed: {}",
                                        sysfs::errno_text(log_.error())));
    }

    void add(const sysfs::ProcessorPlace& place) { seen_.push_back({scene_.processor(place), {}}); }

    /// Polls once: first the log, which has the reasons for a change of state.
    void look() {
        const auto records = log_ ? log_->new_records() : std::vector<std::string>{};
        for (Seen& each : seen_) {
            tell_lines(each.processor.place(), records);
            tell_state(each);
        }
    }

  private:
    struct Seen {
        CtlProcessor processor;
        std::string state;  ///< empty before the first poll
    };

    void tell_lines(const sysfs::ProcessorPlace& place, const std::vector<std::string>& records) {
        for (const sysfs::KernelLine& line : sysfs::lines_about(records, place.entry, place.device)) {
            if (scene_.options.json) {
                Json object = ctl_object(scene_, place);
                object["time"] = time_text("{:%FT%TZ}");
                object["kernel"] = line.text;
                scene_.console.out.json(object);
            } else if (!scene_.options.quiet) {
                Output& out = scene_.console.out;
                out.print("{} {}\n", prefix(place), out.dim("kernel: " + printable(line.text)));
            }
        }
    }

    void tell_state(Seen& each) {
        const auto state = each.processor.state();
        const std::string now(state ? to_string(*state) : kGone);
        if (now == each.state) return;
        const std::string before = std::exchange(each.state, now);
        const sysfs::ProcessorPlace& place = each.processor.place();
        if (scene_.options.json) {
            Json object = ctl_object(scene_, place);
            object["time"] = time_text("{:%FT%TZ}");
            object["from"] = before.empty() ? Json() : Json(before);
            object["to"] = now;
            scene_.console.out.json(object);
        } else {
            scene_.console.out.print("{} {}{}\n", prefix(place), before.empty() ? "" : before + " -> ", now);
        }
    }

    static std::string time_text(fmt::string_view format) {
        return fmt::format(fmt::runtime(format), fmt::gmtime(std::time(nullptr)));
    }
    static std::string prefix(const sysfs::ProcessorPlace& place) {
        return fmt::format("{} {} ({})", time_text("{:%T}"), place.entry, printable(place.name));
    }

    const CtlScene& scene_;
    sysfs::FileResult<sysfs::KmsgLog> log_;
    std::vector<Seen> seen_{};
};

/// The processor that --remoteproc names, or all.
Result<std::vector<sysfs::ProcessorPlace>> watched(const CtlScene& scene) {
    sysfs::LocalFiles files;
    if (scene.options.remoteproc.empty()) return sysfs::list_processors(files, scene.root);
    RPROC_TRY_ASSIGN(sysfs::ProcessorPlace place, scene.choose());
    return std::vector{std::move(place)};
}

}  // namespace

ExitStatus ctl_watch(const CtlScene& scene) {
    const auto places = watched(scene);
    if (!places) return report(scene.console, places.error());
    TraceSignals signals;
    Watch watch(scene);
    for (const sysfs::ProcessorPlace& place : *places) watch.add(place);
    while (true) {
        watch.look();
        if (scene.console.out.flush() != 0) return ExitStatus::io_error;
        const auto woken = signals.wait(std::chrono::milliseconds(scene.options.interval), STDOUT_FILENO);
        if (woken == TraceSignals::Woken::reader_left) return ExitStatus::io_error;
        if (woken == TraceSignals::Woken::asked_to_stop) return ExitStatus::yes;
    }
}

}  // namespace rproc::cli
