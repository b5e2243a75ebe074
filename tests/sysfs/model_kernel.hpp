// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rproc/sysfs/sysfs_processor.hpp"

namespace rproc::test {

/// A kernel with files, links and remote processors that change their state on a write, as remoteproc does. Shared by
/// all copies of its `ModelFiles`.
struct ModelKernel {
    /// The result of starting a firmware.
    struct Start {
        int error = 0;                  ///< of the write
        std::string state = "running";  ///< after a successful write
        std::vector<std::string> log{};
        std::string table{};
    };

    std::map<std::string, std::string> files{};
    std::map<std::string, std::string> links{};
    std::map<std::string, int> refused{};  ///< files that cannot be opened, with the errno
    std::map<std::string, Start> starts{};
    std::vector<std::string> log{};
    std::vector<std::string> written{};  ///< "state stop", in order
    bool log_readable = true;
    bool stops_crashed = true;  ///< Linux 6.1.176 does not
    int stops_wanted = 1;
    std::chrono::milliseconds slow{0};  ///< the delay between a write and the state
    std::chrono::milliseconds now{0};
    std::function<void()> on_crash = [] {};
    std::string pending{};  ///< the state after `slow`

    static constexpr const char* kSelf = "/sys/class/remoteproc/remoteproc0/";
    static constexpr const char* kDebug = "/sys/kernel/debug/remoteproc/remoteproc0/";

    void add_processor(const std::string& entry, const std::string& name, const std::string& node) {
        const std::string self = "/sys/class/remoteproc/" + entry;
        const std::string device = "/sys/devices/platform/" + entry + ".device";
        files[self + "/name"] = name + "\n";
        files[self + "/state"] = "offline\n";
        files[self + "/firmware"] = "rproc-" + name + "-fw\n";
        files[self + "/recovery"] = "enabled\n";
        files[self + "/coredump"] = "disabled\n";
        links[self] = device + "/remoteproc/" + entry;
        links[self + "/device"] = device;
        if (!node.empty()) links[self + "/device/of_node"] = "/sys/firmware/devicetree/base" + node;
    }

    [[nodiscard]] std::string state() const { return word(kSelf + std::string("state")); }
    [[nodiscard]] std::string word(const std::string& path) const {
        const std::string& text = files.at(path);
        return text.substr(0, text.find('\n'));
    }
    void set_state(const std::string& state) { files[kSelf + std::string("state")] = state + "\n"; }
    void say(const std::string& line) { log.push_back("3,1,1,-;remoteproc remoteproc0: " + line); }

    int command(const std::string& verb) {
        if (verb == "start") return start();
        if (verb == "detach" && state() != "attached") return EINVAL;
        if (verb != "stop" && verb != "detach") return EINVAL;
        if (verb == "stop" && !stoppable()) return EINVAL;
        if (verb == "stop" && --stops_wanted > 0) return 0;
        become(verb == "stop" ? "offline" : "detached");
        return 0;
    }

    [[nodiscard]] bool stoppable() const {
        return state() == "running" || state() == "attached" || (state() == "crashed" && stops_crashed);
    }

    void recover() {
        if (state() != "crashed") return;
        const Start& outcome = starts[word(kSelf + std::string("firmware"))];
        for (const std::string& line : outcome.log) say(line);
        set_state(outcome.error == 0 ? outcome.state : "offline");
    }

    int start() {
        if (state() != "offline" && state() != "detached") return ++stops_wanted, 0;
        const Start& outcome = starts[word(kSelf + std::string("firmware"))];
        for (const std::string& line : outcome.log) say(line);
        if (outcome.error != 0) return outcome.error;
        stops_wanted = 1;
        if (!outcome.table.empty()) files[kDebug + std::string("resource_table")] = outcome.table;
        become(state() == "detached" ? "attached" : outcome.state);
        return 0;
    }

    void become(const std::string& state) {
        if (slow.count() == 0) return set_state(state);
        pending = state;
        set_state("suspended");
    }
};

struct ModelLog {
    std::shared_ptr<ModelKernel> kernel;
    std::size_t seen;
    std::vector<std::string> new_records() {
        const std::vector<std::string> news(kernel->log.begin() + static_cast<std::ptrdiff_t>(seen), kernel->log.end());
        seen = kernel->log.size();
        return news;
    }
};

class ModelFiles {
  public:
    using Log = ModelLog;
    using Path = std::filesystem::path;

    explicit ModelFiles(std::shared_ptr<ModelKernel> kernel) : kernel_(std::move(kernel)) {}

    sysfs::FileResult<std::string> read(const Path& path) {
        if (const auto refused = kernel_->refused.find(path.string()); refused != kernel_->refused.end())
            return failed(refused->second);
        const auto file = kernel_->files.find(path.string());
        if (file == kernel_->files.end()) return failed(ENOENT);
        return file->second;
    }
    sysfs::FileResult<void> write(const Path& path, std::string_view text) {
        if (const auto now = read(path); !now) return failed(now.error());
        kernel_->written.push_back(path.filename().string() + " " + std::string(text));
        if (path.filename() == "state") return done(kernel_->command(std::string(text)));
        if (path.filename() == "recovery" && text == "recover") return kernel_->recover(), done(0);
        if (path.filename() == "crash") return kernel_->on_crash(), done(0);
        kernel_->files[path.string()] = std::string(text) + "\n";
        return {};
    }
    sysfs::FileResult<std::vector<std::string>> list(const Path& path) {
        std::vector<std::string> names;
        for (const auto& files : {keys(kernel_->files), keys(kernel_->links)})
            for (const std::string& file : files)
                if (const std::string name = entry_below(path.string() + "/", file);
                    !name.empty() && std::ranges::find(names, name) == names.end())
                    names.push_back(name);
        if (names.empty()) return failed(ENOENT);
        return names;
    }
    sysfs::FileResult<Path> target(const Path& path) {
        const auto link = kernel_->links.find(path.string());
        if (link == kernel_->links.end()) return failed(ENOENT);
        return Path(link->second);
    }
    sysfs::FileResult<sysfs::FileOwner> owner(const Path& path) {
        if (!kernel_->files.contains(path.string())) return failed(ENOENT);
        return sysfs::FileOwner{0644, 0, 0};
    }
    sysfs::FileResult<void> stream(const Path& path, const sysfs::FileSink& sink) {
        const auto text = read(path);
        if (!text) return failed(text.error());
        sink(std::as_bytes(std::span(*text)));
        return {};
    }
    sysfs::FileResult<ModelLog> open_log(const Path& /*path*/) {
        if (!kernel_->log_readable) return failed(EPERM);
        return ModelLog{kernel_, kernel_->log.size()};
    }

  private:
    static expected_ns::unexpected<int> failed(int error) { return expected_ns::unexpected<int>(error); }
    static sysfs::FileResult<void> done(int error) {
        if (error != 0) return failed(error);
        return {};
    }
    static std::vector<std::string> keys(const std::map<std::string, std::string>& map) {
        std::vector<std::string> names;
        for (const auto& each : map) names.push_back(each.first);
        return names;
    }
    static std::string entry_below(const std::string& directory, const std::string& file) {
        if (!file.starts_with(directory)) return {};
        return file.substr(directory.size(), file.find('/', directory.size()) - directory.size());
    }

    std::shared_ptr<ModelKernel> kernel_;
};
static_assert(sysfs::SysfsFiles<ModelFiles>);

/// A clock that only advances in `sleep`.
class ModelClock {
  public:
    explicit ModelClock(std::shared_ptr<ModelKernel> kernel) : kernel_(std::move(kernel)) {}
    [[nodiscard]] std::chrono::milliseconds now() const { return kernel_->now; }
    void sleep(std::chrono::milliseconds time) {
        kernel_->now += time;
        if (kernel_->pending.empty() || kernel_->now < kernel_->slow) return;
        kernel_->set_state(std::exchange(kernel_->pending, {}));
    }

  private:
    std::shared_ptr<ModelKernel> kernel_;
};

}  // namespace rproc::test
