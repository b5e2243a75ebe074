// SPDX-License-Identifier: BSD-2-Clause
#include "cli/check/firmware_list.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <system_error>

namespace rproc::cli {
namespace {

namespace fs = std::filesystem;
using Visit = std::function<void(const std::string&)>;

constexpr ErrorText kMissing{.code = ErrorCode::firmware_not_found, .message = "cannot be read: {0}"};
constexpr ErrorText kUnreadable{.code = ErrorCode::firmware_unreadable, .message = "cannot be read: {0}"};

Error unreadable(const std::string& path, int reason) {
    const std::string why = std::generic_category().message(reason);
    return reason == ENOENT ? Error(kMissing, place::File{path}, why) : Error(kUnreadable, place::File{path}, why);
}

Result<void> visit_directory(const fs::path& directory, const Visit& visit) {
    std::error_code error;
    std::vector<fs::directory_entry> entries;
    for (fs::directory_iterator next(directory, error), end; !error && next != end; next.increment(error))
        entries.push_back(*next);
    if (error) return fail(unreadable(directory.string(), error.value()));
    std::ranges::sort(entries);
    for (const fs::directory_entry& entry : entries) {
        std::error_code ignored;  // what cannot be examined is no file to check
        if (entry.is_directory(ignored) && !entry.is_symlink(ignored)) {
            RPROC_TRY(visit_directory(entry.path(), visit));
        } else if (entry.is_regular_file(ignored)) {
            visit(entry.path().string());
        }
    }
    return {};
}

Result<void> visit_argument(const FirmwareList& list, const std::string& argument, const Visit& visit) {
    std::error_code ignored;
    if (list.recursive && fs::is_directory(argument, ignored)) return visit_directory(argument, visit);
    visit(argument);
    return {};
}

Result<void> visit_lines(const FirmwareList& list, std::istream& lines, const Visit& visit) {
    for (std::string line; std::getline(lines, line);)
        if (!line.empty()) RPROC_TRY(visit_argument(list, line, visit));
    if (lines.bad()) return fail(unreadable(list.files_from, EIO));
    return {};
}

}  // namespace

Result<void> for_each_firmware(const FirmwareList& list, const Visit& visit) {
    for (const std::string& argument : list.arguments) RPROC_TRY(visit_argument(list, argument, visit));
    if (list.files_from.empty()) return {};
    if (list.files_from == "-") return visit_lines(list, std::cin, visit);
    std::ifstream file(list.files_from);
    if (!file) return fail(unreadable(list.files_from, errno));
    return visit_lines(list, file, visit);
}

}  // namespace rproc::cli
