// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace rproc::test {

/// The kernel's directory tree for remote processors, and a thread that executes the commands written to its files.
/// Plain files cannot refuse a write: a failed start leaves the state `offline`.
class FakeKernel {
  public:
    /// The result of starting a firmware.
    struct Outcome {
        std::string state = "running";
        std::vector<std::string> log{};
        std::string table = "No resource table found\n";
        std::string trace{};  ///< of trace0; empty: no trace0
    };

    explicit FakeKernel(std::filesystem::path root) : root_(std::move(root)) {
        add_processor(0, "m4", "/soc/m4@10000000");
        write("dev/kmsg", "");
        write("proc/sys/kernel/osrelease", "6.1.0\n");
        std::filesystem::create_directories(root_ / "lib/firmware");
        write(debug("crash"), "");
        write(debug("resource_table"), "No resource table found\n");
        write(debug("carveout_memories"),
              "Carveout memory entry:\n\tName: retram\n\tDevice address: 0x0\n\tLength: 0x10000 Bytes\n\n");
    }
    FakeKernel(const FakeKernel&) = delete;
    FakeKernel& operator=(const FakeKernel&) = delete;
    ~FakeKernel() { stop(); }

    void add_processor(unsigned index, const std::string& name, const std::string& node) {
        const std::string entry = "remoteproc" + std::to_string(index);
        const std::string device = "sys/devices/platform/" + std::to_string(index) + ".device";
        const std::filesystem::path self = device + "/remoteproc/" + entry;
        write(self / "name", name + "\n");
        write(self / "state", "offline\n");
        write(self / "firmware", "old.elf\n");
        write(self / "recovery", "enabled\n");
        write(self / "coredump", "disabled\n");
        link("sys/class/remoteproc/" + entry, self);
        link(self / "device", device);
        const std::string in_tree = "sys/firmware/devicetree/base" + node;
        write(in_tree + "/compatible", name);
        link(device + "/of_node", in_tree);
    }

    void on_start(const std::string& firmware, Outcome outcome) {
        const std::lock_guard lock(mutex_);
        outcomes_[firmware] = std::move(outcome);
    }

    /// Starts the thread.
    void run() {
        thread_ = std::thread([this] {
            while (!over_) {
                execute();
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
        });
    }
    void stop() {
        over_ = true;
        if (thread_.joinable()) thread_.join();
    }

    [[nodiscard]] std::string read(const std::filesystem::path& path) const {
        std::ifstream file(root_ / path, std::ios::binary);
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }
    /// Replaces a file atomically, so that a reader never sees a part of it.
    void write(const std::filesystem::path& path, const std::string& text) const {
        const std::filesystem::path file = root_ / path;
        std::filesystem::create_directories(file.parent_path());
        const std::filesystem::path temporary = root_ / "temporary";
        std::ofstream(temporary, std::ios::binary) << text;
        std::filesystem::rename(temporary, file);
    }
    /// Links to a path below the root.
    void link(const std::filesystem::path& path, const std::filesystem::path& target) const {
        std::filesystem::create_directories((root_ / path).parent_path());
        std::filesystem::create_directory_symlink(root_ / target, root_ / path);
    }
    void log(const std::string& line) const {
        std::ofstream(root_ / "dev/kmsg", std::ios::binary | std::ios::app)
            << "3,1,1,-;remoteproc remoteproc0: " + line + "\n";
    }

    [[nodiscard]] const std::filesystem::path& root() const { return root_; }
    static std::filesystem::path self(const std::string& file) { return "sys/class/remoteproc/remoteproc0/" + file; }
    static std::filesystem::path debug(const std::string& file) {
        return "sys/kernel/debug/remoteproc/remoteproc0/" + file;
    }

  private:
    void execute() {
        const std::string word = read(self("state"));
        if (word == "start") start();
        if (word == "stop") write(self("state"), "offline\n");
        if (word == "detach") write(self("state"), "detached\n");
        if (!read(debug("crash")).empty()) crash();
        if (read(self("recovery")) == "recover") recover();
    }

    void start() {
        const std::string name = read(self("firmware"));
        Outcome outcome;
        {
            const std::lock_guard lock(mutex_);
            outcome = outcomes_[name.substr(0, name.find('\n'))];
        }
        for (const std::string& line : outcome.log) log(line);
        write(debug("resource_table"), outcome.table);
        if (!outcome.trace.empty()) write(debug("trace0"), outcome.trace);
        write(self("state"), outcome.state + "\n");
    }

    void recover() {
        write(self("recovery"), "disabled\n");
        write(self("state"), "running\n");
    }

    void crash() {
        write(debug("crash"), "");
        const bool recovers = read(self("recovery")).starts_with("enabled");
        write(self("state"), "crashed\n");
        log("handling crash #1 in m4");
        if (recovers) write(self("state"), "running\n");
    }

    std::filesystem::path root_;
    std::mutex mutex_{};
    std::map<std::string, Outcome> outcomes_{};
    std::atomic<bool> over_ = false;
    std::thread thread_{};
};

}  // namespace rproc::test
