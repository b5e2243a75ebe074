// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "kernel/initramfs.hpp"
#include "support/files.hpp"
#include "support/run_command.hpp"

namespace rproc::test {

/// What a guest said.
struct GuestRun {
    std::vector<nlohmann::json> records{};  ///< one a step, or more: see tests/kernel/guest_init.cpp
    bool done = false;                      ///< it followed its plan to the end
    std::vector<std::string> console{};     ///< every other line that it printed
};

/// A string of a record: the guest writes each byte as the code point of its number.
[[nodiscard]] inline std::string bytes_of(const nlohmann::json& value) {
    const auto text = value.get<std::string>();
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x80) {
            bytes += text[i];
        } else {  // two bytes of UTF-8
            bytes += static_cast<char>(byte << 6 | (static_cast<unsigned char>(text[++i]) & 0x3f));
        }
    }
    return bytes;
}

/// Debian's kernel with the real stm32_rproc driver, in QEMU, on a board with an M4 that never runs. Its firmware is in
/// memory and its state is true; no peer answers a kick.
class Guest {
  public:
    /// How much the kernel prints on its console.
    enum class Console {
        quiet,     ///< panics
        messages,  ///< every message; after a panic they are in no other place
    };

    /// Why there can be no guest on this machine; empty when there can be one.
    [[nodiscard]] static std::string missing() {
        std::ifstream file(RPROC_GUEST_DIR "/missing");
        std::string reason;
        std::getline(file, reason);
        if (reason.empty() && !std::filesystem::exists(board()))
            return "no guest in " RPROC_GUEST_DIR ": the test kernel.guest makes it";
        return reason;
    }

    /// The device tree that its kernel gets.
    [[nodiscard]] static std::filesystem::path board() { return RPROC_GUEST_DIR "/board.dtb"; }

    Guest() {
        root_.add("/init", read_bytes(RPROC_GUEST_DIR "/init"), 0755);
        add_module("stm32_rproc.ko");
    }

    /// Gives its kernel another device tree than `board`.
    void use_tree(std::filesystem::path tree) { tree_ = std::move(tree); }

    /// Gives it the driver of rpmsg devices.
    void add_rpmsg() {
        for (const char* module : {"rpmsg_core.ko", "rpmsg_ns.ko", "virtio_rpmsg_bus.ko"}) add_module(module);
    }

    [[nodiscard]] Initramfs& root() { return root_; }

    /// Appends a step to its plan.
    Guest& step(const std::vector<std::string>& words) {
        for (const std::string& word : words) plan_ += (&word == &words.front() ? "" : "\t") + word;
        plan_ += '\n';
        return *this;
    }

    /// Words for the QEMU command line.
    void machine_option(std::vector<std::string> words) { std::ranges::move(words, std::back_inserter(machine_)); }

    /// Starts it and waits for its end. Throws where the system refuses, and when it hangs.
    [[nodiscard]] GuestRun run(Console console = Console::quiet) {
        root_.add("/plan", plan_);
        const Folder folder;
        root_.write_to(folder.path / "initrd");
        const auto result = run_command({.arguments = command_line(folder.path / "initrd", console)});
        if (result.status == kTimedOut) throw std::runtime_error("the guest hangs");
        return parse(result.out);
    }

  private:
    void add_module(const std::string& name) { root_.add("/" + name, read_bytes(RPROC_DEBIAN_KERNEL_DIR "/" + name)); }

    /// A folder for one run.
    struct Folder {
        Folder() {
            std::string name = RPROC_GUEST_DIR "/run.XXXXXX";
            if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for a guest");
            path = name;
        }
        ~Folder() { std::filesystem::remove_all(path); }
        Folder(const Folder&) = delete;
        Folder& operator=(const Folder&) = delete;

        std::filesystem::path path;
    };

    static constexpr int kTimedOut = 124;
    /// Measurements of the kernel that take a quarter of its start in an emulator.
    static constexpr std::string_view kFaster =
        "cryptomgr.notests lpj=1000000 initcall_blacklist=raid6_select_algo,calibrate_xor_blocks ";

    /// QEMU, with the machine of prepare_guest.sh. The limit is for a kernel that hangs, far above what a slow machine
    /// needs.
    [[nodiscard]] std::vector<std::string> command_line(const std::filesystem::path& initrd, Console console) const {
        const std::string kernel = RPROC_DEBIAN_KERNEL_DIR "/vmlinuz";
        const std::string level = console == Console::quiet ? "quiet loglevel=1" : "loglevel=8";
        const std::string append = std::string(kFaster) + "console=ttyAMA0 mem=512M panic=-1 oops=panic " + level;
        // clang-format off
        std::vector<std::string> words{
            "/usr/bin/env", "timeout", "--kill-after=5", "900",
            "qemu-system-arm", "-M", "virt", "-cpu", "cortex-a15", "-m", "1024", "-nographic", "-no-reboot", "-nic", "none",
            "-kernel", kernel, "-initrd", initrd, "-dtb", tree_, "-append", append};
        // clang-format on
        std::ranges::copy(machine_, std::back_inserter(words));
        return words;
    }

    static GuestRun parse(const std::string& output) {
        GuestRun run;
        std::istringstream lines(output);
        for (std::string line; std::getline(lines, line);) {
            if (line.ends_with('\r')) line.pop_back();
            const auto record = line.starts_with("@{") ? nlohmann::json::parse(line.substr(1), nullptr, false)
                                                       : nlohmann::json(nlohmann::json::value_t::discarded);
            if (record.is_discarded()) {
                run.console.push_back(line);
            } else if (record.contains("done")) {
                run.done = true;
            } else {
                run.records.push_back(record);
            }
        }
        return run;
    }

    Initramfs root_;
    std::filesystem::path tree_ = board();
    std::string plan_;
    std::vector<std::string> machine_;
};

}  // namespace rproc::test
