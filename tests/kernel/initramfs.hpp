// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <ios>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace rproc::test {

/// The files that a guest finds in its root, as Linux unpacks them at boot (Documentation/driver-api/early-userspace/
/// buffer-format: "newc" cpio).
class Initramfs {
  public:
    /// @param path absolute; the folders above it are made.
    void add(const std::filesystem::path& path, std::span<const std::byte> contents, unsigned mode = 0644) {
        add_folders(path.parent_path());
        append(path, kFile | mode, {reinterpret_cast<const char*>(contents.data()), contents.size()});
    }
    void add(const std::filesystem::path& path, std::string_view contents, unsigned mode = 0644) {
        add(path, std::as_bytes(std::span(contents)), mode);
    }

    /// Throws std::ios::failure where it cannot.
    void write_to(const std::filesystem::path& file) const {
        std::ofstream stream;
        stream.exceptions(std::ios::failbit | std::ios::badbit);
        stream.open(file, std::ios::binary | std::ios::trunc);
        stream << archive_ << entry("TRAILER!!!", 0, {});
    }

  private:
    static constexpr unsigned kFile = 0100000;
    static constexpr unsigned kFolder = 040000;

    void add_folders(const std::filesystem::path& folder) {
        if (folder == folder.root_path() || !folders_.insert(folder).second) return;
        add_folders(folder.parent_path());
        append(folder, kFolder | 0755, {});
    }

    void append(const std::filesystem::path& path, unsigned mode, std::string_view contents) {
        archive_ += entry(path.relative_path().string(), mode, contents);
    }

    static void pad(std::string& text) { text.append((4 - text.size() % 4) % 4, '\0'); }

    static std::string entry(const std::string& name, unsigned mode, std::string_view contents) {
        std::string out =
            fmt::format("070701{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}", 0, mode,
                        0, 0, 1, 0, contents.size(), 0, 0, 0, 0, name.size() + 1, 0);
        out += name;
        out += '\0';
        pad(out);
        out += contents;
        pad(out);
        return out;
    }

    std::set<std::filesystem::path> folders_;
    std::string archive_;
};

}  // namespace rproc::test
