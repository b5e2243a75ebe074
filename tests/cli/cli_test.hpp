// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/run_command.hpp"
#include "support/shapes.hpp"

namespace rproc::test {

using Json = nlohmann::ordered_json;
using Arguments = std::vector<std::string>;

inline const std::string kHello = RPROC_SOURCE_DIR "/examples/firmware/prebuilt/m4_hello.elf";

inline std::string test_board(const std::string& name) { return RPROC_TEST_BOARD_DIR "/" + name + ".dtb"; }

inline std::string read_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// The image of the shape of that name.
inline std::string shape(const std::string& name) {
    static const auto shapes = [] {
        std::map<std::string, std::string> by_name;
        for (const Shape& each : all_shapes())
            by_name.emplace(each.name,
                            std::string(reinterpret_cast<const char*>(each.image.data()), each.image.size()));
        return by_name;
    }();
    return shapes.at(name);
}

/// The lines of a text, without their ends.
inline std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

/// One object for each line of a JSON output.
inline std::vector<Json> objects_of(const std::string& text) {
    std::vector<Json> objects;
    for (const std::string& line : lines_of(text)) objects.push_back(Json::parse(line));
    return objects;
}

/// The names of an object's fields, in their order.
inline std::vector<std::string> fields_of(const Json& object) {
    std::vector<std::string> names;
    for (const auto& item : object.items()) names.push_back(item.key());
    return names;
}

/// Runs the command in an empty directory.
class Cli : public ::testing::Test {
  protected:
    Cli() {
        std::string pattern = ::testing::TempDir() + "rproc-cli-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp " + pattern);
        directory_ = pattern;
        std::filesystem::permissions(directory_, std::filesystem::perms{0755});
    }
    ~Cli() override {
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }

    [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

    /// Writes a file into the directory; its path.
    std::string write(const std::string& name, const std::string& content) const {
        const auto path = directory_ / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << content;
        return path.string();
    }
    std::string write_shape(const std::string& name) const { return write(name + ".elf", shape(name)); }

    [[nodiscard]] CommandLine command(const Arguments& arguments) const {
        CommandLine line{.arguments = {RPROC_CLI_PATH}, .directory = directory_.string()};
        line.arguments.insert(line.arguments.end(), arguments.begin(), arguments.end());
        return line;
    }
    [[nodiscard]] CommandResult run(const Arguments& arguments, std::map<std::string, std::string> environment = {},
                                    std::string input = {}) const {
        CommandLine line = command(arguments);
        line.environment = std::move(environment);
        line.input = std::move(input);
        return run_command(line);
    }

  private:
    std::filesystem::path directory_;
};

}  // namespace rproc::test
