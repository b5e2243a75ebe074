// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "cli_test.hpp"
#include "support/files.hpp"

namespace rproc::test {

using Bytes = std::vector<std::byte>;

inline const std::string kData = RPROC_TEST_DATA_DIR "/signed/";
inline const std::string kApp = kData + "app.elf";

class Sign : public Cli {
  protected:
    /// Signs app.elf; `more` are further options.
    [[nodiscard]] CommandResult sign(const Arguments& more) const {
        Arguments arguments{"sign", "--in", kApp};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run(arguments);
    }
    /// A copy of a test key that only its owner may read.
    [[nodiscard]] std::string key(const std::string& name) const {
        const std::string path = write(name, read_text(kData + name));
        std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
        return path;
    }
    [[nodiscard]] std::string written(const std::string& name) const { return read_text(directory() / name); }
    [[nodiscard]] Bytes bytes(const std::string& name) const { return read_bytes(directory() / name); }
    [[nodiscard]] bool exists(const std::string& name) const { return std::filesystem::exists(directory() / name); }
    [[nodiscard]] std::set<std::string> files() const {
        std::set<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(directory()))
            names.insert(entry.path().filename().string());
        return names;
    }
};

}  // namespace rproc::test
