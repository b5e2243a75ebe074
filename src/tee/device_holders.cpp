// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/device_holders.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <functional>
#include <system_error>

namespace rproc::tee::device {
namespace {

namespace fs = std::filesystem;

using OfDevice = std::function<bool(std::string_view target)>;

bool is_number(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char letter) { return letter >= '0' && letter <= '9'; });
}

std::optional<int> process_of(const fs::path& directory) {
    const std::string name = directory.filename().string();
    int process = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), process);
    if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
    return process;
}

enum class Holds { no, yes, unknown };

Holds holds(const fs::path& process, const OfDevice& of_device) {
    std::error_code error;
    for (fs::directory_iterator it(process / "fd", error), end; !error && it != end; it.increment(error)) {
        std::error_code closed;  // meanwhile
        const fs::path target = fs::read_symlink(it->path(), closed);
        if (!closed && of_device(target.string())) return Holds::yes;
    }
    // A process that has ended meanwhile holds nothing.
    const bool ended = error == std::errc::no_such_file_or_directory || error == std::errc::no_such_process;
    return error && !ended ? Holds::unknown : Holds::no;
}

std::string name_of(const fs::path& process) {
    std::string name;
    std::getline(std::ifstream(process / "comm"), name);
    return name;
}

Holders holders(const fs::path& proc, const OfDevice& of_device) {
    Holders found{{}, true};
    std::error_code error;
    for (fs::directory_iterator it(proc, error), end; !error && it != end; it.increment(error)) {
        const auto process = process_of(it->path());
        if (!process) continue;
        const Holds state = holds(it->path(), of_device);
        if (state == Holds::unknown) found.complete = false;
        if (state == Holds::yes) found.seen.push_back({*process, name_of(it->path())});
    }
    if (error) found.complete = false;
    std::ranges::sort(found.seen, {}, &Holder::process);
    return found;
}

constexpr ErrorText kMissing{
    .code = ErrorCode::tee_open_timeout,
    .message =
        "no process is tee-supplicant: if the application for remote processors is not built into OP-TEE, its "
        "open waits for one without end",
    .hint = "start tee-supplicant, or build the application into OP-TEE (CFG_IN_TREE_EARLY_TAS)"};

}  // namespace

Holders clients_of(const fs::path& proc, std::string_view path) {
    Holders found = holders(proc, [path](std::string_view target) { return target == path; });
    std::erase_if(found.seen, [](const Holder& holder) { return holder.process == ::getpid(); });
    return found;
}

Holders supplicants(const fs::path& proc) {
    return holders(proc, [](std::string_view target) {
        constexpr std::string_view kDevice = "/dev/teepriv";
        return target.starts_with(kDevice) && is_number(target.substr(kDevice.size()));
    });
}

std::optional<Error> missing_supplicant(const Holders& supplicants) {
    if (!supplicants.seen.empty() || !supplicants.complete) return std::nullopt;
    return Error(kMissing, {});
}

}  // namespace rproc::tee::device
