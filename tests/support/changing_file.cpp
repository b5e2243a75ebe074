// SPDX-License-Identifier: BSD-2-Clause
#include "support/changing_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace rproc::test {
namespace {

void checked(bool done, const char* what) {
    if (!done) throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

ChangingFile::ChangingFile(std::filesystem::path path, const std::string& begin, Sizes sizes)
    : path_(std::move(path)), sizes_(sizes), fd_(::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
    checked(fd_ >= 0, "open");
    checked(::pwrite(fd_, begin.data(), begin.size(), 0) == static_cast<ssize_t>(begin.size()), "pwrite");
    checked(::ftruncate(fd_, static_cast<off_t>(sizes_.longer)) == 0, "ftruncate");
    writer_ = std::thread([this] {
        while (!enough_.load()) change();
    });
}

ChangingFile::~ChangingFile() {
    enough_.store(true);
    writer_.join();
    ::close(fd_);
}

void ChangingFile::change() const {
    const std::string last = "written again";
    checked(::ftruncate(fd_, static_cast<off_t>(sizes_.shorter)) == 0, "ftruncate");
    checked(::ftruncate(fd_, static_cast<off_t>(sizes_.longer)) == 0, "ftruncate");
    const auto at = static_cast<off_t>(sizes_.longer - last.size());
    checked(::pwrite(fd_, last.data(), last.size(), at) == static_cast<ssize_t>(last.size()), "pwrite");
}

}  // namespace rproc::test
