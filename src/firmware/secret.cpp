// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/secret.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace rproc {
namespace {

constexpr std::size_t kLargestFile = 65536;

struct CloseFile {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

constexpr ErrorText kUnreadable{.code = ErrorCode::firmware_unreadable, .message = "cannot be read: {0}"};
constexpr ErrorText kTooLarge{.code = ErrorCode::key_malformed, .message = "has more than {0} bytes, which is no key"};

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
    const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rbe"));
    if (!file) return fail(unreadable(path, errno));
    std::setvbuf(file.get(), nullptr, _IONBF, 0);  // no second copy
    Secret secret(kLargestFile + 1);
    const std::size_t size = std::fread(secret.bytes().data(), 1, secret.bytes().size(), file.get());
    if (std::ferror(file.get()) != 0) return fail(unreadable(path, errno));
    if (size > kLargestFile) {
        return fail(kTooLarge, place::File{path.native()}, kLargestFile);
    }
    secret.truncate(size);
    return secret;
}

}  // namespace rproc
