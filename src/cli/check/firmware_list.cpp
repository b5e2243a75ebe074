// SPDX-License-Identifier: BSD-2-Clause
#include "cli/check/firmware_list.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <system_error>

#include "internal/file_descriptor.hpp"
#include "internal/whole_read.hpp"

namespace rproc::cli {
namespace {

namespace fs = std::filesystem;
using Visit = std::function<void(const std::string&)>;

constexpr ErrorText kListMissing{.code = ErrorCode::firmware_not_found, .message = "cannot be read: {0}"};
constexpr ErrorText kListUnreadable{.code = ErrorCode::firmware_unreadable, .message = "cannot be read: {0}"};

Error unreadable(const std::string& path, int reason) {
    const std::string why = std::generic_category().message(reason);
    return reason == ENOENT ? Error(kListMissing, place::File{path}, why)
                            : Error(kListUnreadable, place::File{path}, why);
}

constexpr ErrorText kListChanged{.code = ErrorCode::firmware_changed,
                                 .message = text_of(ErrorCode::firmware_changed).message,
                                 .hint = "try again when its writer is done"};

Result<void> visit_directory(const fs::path& directory, const Visit& visit) {
    std::error_code error;
    std::vector<fs::directory_entry> entries;
    for (fs::directory_iterator next(directory, error), end; !error && next != end; next.increment(error))
        entries.push_back(*next);
    if (error) return fail(unreadable(directory.string(), error.value()));
    std::ranges::sort(entries);
    for (const fs::directory_entry& entry : entries) {
        std::error_code ignored;  // entries that cannot be examined are skipped
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

/// A list in a regular file is read as a whole before the first check: half a line would be another name.
Result<std::string> read_list(const std::string& path, int fd, const internal::FileStamp& stamp) {
    using ListOutcome = internal::WholeFile::Outcome;
    const auto list = internal::read_whole(fd, stamp);
    if (list.outcome == ListOutcome::changed) return fail(kListChanged, place::File{path});
    if (list.outcome == ListOutcome::failed) return fail(unreadable(path, list.error));
    return std::string(reinterpret_cast<const char*>(list.data.get()), list.size);
}

Result<void> visit_file(const FirmwareList& list, const Visit& visit) {
    const std::string& path = list.files_from;
    std::error_code ignored;
    if (fs::is_regular_file(path, ignored)) {
        const internal::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        if (file.get() < 0) return fail(unreadable(path, errno));
        const auto stamp = internal::stamp_of(file.get());
        if (!stamp) return fail(kListChanged, place::File{path});
        RPROC_TRY_ASSIGN(std::string names, read_list(path, file.get(), *stamp));
        std::istringstream lines(std::move(names));
        return visit_lines(list, lines, visit);
    }
    std::ifstream lines(path);
    if (!lines) return fail(unreadable(path, errno));
    return visit_lines(list, lines, visit);
}

}  // namespace

Result<void> for_each_firmware(const FirmwareList& list, const Visit& visit) {
    for (const std::string& argument : list.arguments) RPROC_TRY(visit_argument(list, argument, visit));
    if (list.files_from.empty()) return {};
    if (list.files_from == "-") return visit_lines(list, std::cin, visit);
    return visit_file(list, visit);
}

}  // namespace rproc::cli
