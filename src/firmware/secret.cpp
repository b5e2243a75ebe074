// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/secret.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "internal/file_descriptor.hpp"
#include "internal/whole_read.hpp"

namespace rproc {
namespace {

constexpr std::size_t kLargestFile = 65536;

constexpr ErrorText kUnreadable{.code = ErrorCode::firmware_unreadable, .message = "cannot be read: {0}"};
constexpr ErrorText kChanged{.code = ErrorCode::firmware_changed,
                             .message = text_of(ErrorCode::firmware_changed).message,
                             .hint = text_of(ErrorCode::firmware_changed).hint};
constexpr ErrorText kTooLarge{.code = ErrorCode::key_malformed,
                              .message = "has more than {0} bytes, too many for a key"};

Error unreadable(const std::filesystem::path& path, int error) {
    if (error == ENOENT || error == ENOTDIR) {
        return Error(ErrorCode::key_not_found, place::File{path.native()});
    }
    return Error(kUnreadable, place::File{path.native()}, std::generic_category().message(error));
}

}  // namespace

Secret::Secret(std::size_t size) : bytes_(std::make_unique<std::byte[]>(size)), size_(size), allocated_(size) {}

Secret::Secret(std::string_view text) : Secret(text.size()) {
    std::ranges::copy(std::as_bytes(std::span(text)), bytes_.get());
}

Secret::Secret(Secret&& other) noexcept
    : bytes_(std::move(other.bytes_)),
      size_(std::exchange(other.size_, 0)),
      allocated_(std::exchange(other.allocated_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(size_, other.size_);
    std::swap(allocated_, other.allocated_);
    return *this;
}

Secret::~Secret() {
    if (bytes_) OPENSSL_cleanse(bytes_.get(), allocated_);
}

std::string_view Secret::text() const noexcept { return {reinterpret_cast<const char*>(bytes_.get()), size_}; }

void Secret::truncate(std::size_t size) noexcept { size_ = size; }

Result<Secret> read_secret_file(const std::filesystem::path& path) {
    const internal::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return fail(unreadable(path, errno));
    const auto before = internal::stamp_of(file.get());
    Secret secret(kLargestFile + 1);
    const auto [size, error] = internal::read_up_to(file.get(), secret.bytes());
    if (error != 0) return fail(unreadable(path, error));
    if (size > kLargestFile) {
        return fail(kTooLarge, place::File{path.native()}, kLargestFile);
    }
    if (before && !internal::read_unchanged(file.get(), *before)) return fail(kChanged, place::File{path.native()});
    secret.truncate(size);
    return secret;
}

Result<Secret> read_secret_line(const std::filesystem::path& path) {
    RPROC_TRY_ASSIGN(Secret contents, read_secret_file(path));
    contents.truncate(contents.text().substr(0, contents.text().find_first_of("\r\n")).size());
    return contents;
}

}  // namespace rproc
