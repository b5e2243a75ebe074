// SPDX-License-Identifier: BSD-2-Clause
#include <system_error>
#include <utility>

#include "internal/replacement_file.hpp"
#include "rproc/debug/coredump.hpp"

namespace rproc {
namespace {

namespace fs = std::filesystem;

constexpr ErrorText kUnwritable{
    .code = ErrorCode::file_unwritable,
    .message = "the dump cannot be written: {0}",
    .hint = "give a file name in a directory that you may write to, with room for the whole dump"};

Error unwritable(const fs::path& target, std::string_view why) {
    return Error(kUnwritable, place::File{target.native()}, why);
}

}  // namespace

Result<CoredumpFile> CoredumpFile::create(const fs::path& target) {
    std::error_code ignored;
    const auto status = fs::status(target, ignored);
    // A device or a pipe must not be replaced by a file of its name.
    if (fs::exists(status) && !fs::is_regular_file(status)) return fail(unwritable(target, "not a regular file"));
    auto file = std::make_unique<internal::ReplacementFile>(target);
    if (file->error() != 0) return fail(unwritable(target, std::generic_category().message(file->error())));
    return CoredumpFile(target, std::move(file));
}

CoredumpFile::CoredumpFile(fs::path target, std::unique_ptr<internal::ReplacementFile> file) noexcept
    : target_(std::move(target)), file_(std::move(file)) {}

CoredumpFile::CoredumpFile(CoredumpFile&&) noexcept = default;
CoredumpFile::~CoredumpFile() = default;

Result<void> CoredumpFile::write(std::span<const std::byte> bytes) { return done(file_->write(bytes)); }

Result<void> CoredumpFile::commit() { return done(file_->commit()); }

Result<void> CoredumpFile::done(int error) const {
    if (error == 0) return {};
    return fail(unwritable(target_, std::generic_category().message(error)));
}

}  // namespace rproc
