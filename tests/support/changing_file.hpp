// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <string>
#include <thread>

namespace rproc::test {

/// A file that its writer does not leave alone: as long as this lives, it is made shorter and longer again, in place,
/// as a build does that writes over its last result. It has one of two sizes at any moment, and begins with the same
/// bytes.
class ChangingFile {
  public:
    struct Sizes {
        std::size_t shorter;
        std::size_t longer;
    };

    /// Creates the file. Throws std::system_error where that fails.
    /// @param begin not longer than the shorter size.
    ChangingFile(std::filesystem::path path, const std::string& begin, Sizes sizes);
    ChangingFile(const ChangingFile&) = delete;
    ChangingFile& operator=(const ChangingFile&) = delete;
    /// Leaves it with its longer size.
    ~ChangingFile();

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] bool may_have(std::size_t size) const noexcept {
        return size == sizes_.shorter || size == sizes_.longer;
    }

  private:
    void change() const;

    std::filesystem::path path_;
    Sizes sizes_;
    int fd_;
    std::atomic<bool> enough_{false};
    std::thread writer_;
};

}  // namespace rproc::test
