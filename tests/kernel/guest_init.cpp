// SPDX-License-Identifier: BSD-2-Clause
//
// The only program of the guest, its init: follows /plan step by step on the real stm32_rproc driver, and prints what
// came of each as a line of JSON with an @ before it. tests/kernel/guest.hpp writes the plan and reads the lines.
//
// A step is a line, its words separated by tabs:
//   probe                  what the kernel said before the first step, and the remote processors that it has
//   boot NAME              boots /lib/firmware/NAME through sysfs, and stops it
//   run ARGUMENT...        runs a program to its end
//   run_as UID ARGUMENT... the same as another user
//   spawn ARGUMENT...      runs a program beside the next steps
//   interrupt              sends SIGINT to what was spawned, and waits for its end
//   read PATH | write PATH TEXT | list PATH
//   until PATH TEXT        waits until the file holds TEXT, 10 seconds at most
//   peek ADDRESS SIZE      reads physical memory, through /dev/mem; both in hexadecimal
#include <dirent.h>
#include <fcntl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using Words = std::vector<std::string>;

const std::string kProcessor = "/sys/class/remoteproc/remoteproc0/";

Words split(const std::string& text, char separator) {
    Words words;
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = text.find(separator, begin)) != std::string::npos; begin = end + 1)
        words.push_back(text.substr(begin, end - begin));
    words.push_back(text.substr(begin));
    return words;
}

/// The lines of a text that ends with a newline.
Words lines(const std::string& text) {
    Words all = split(text, '\n');
    all.pop_back();
    return all;
}

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\') {
            out += c;
            continue;
        }
        char escape[8];
        std::snprintf(escape, sizeof(escape), "\\u%04x", byte);
        out += escape;
    }
    return out + '"';
}

/// One line of JSON: an object, printed when it is whole.
class Record {
  public:
    Record& text(const char* key, const std::string& value) { return put(key, quoted(value)); }
    Record& number(const char* key, int value) { return put(key, std::to_string(value)); }
    Record& list(const char* key, const Words& values) {
        std::string all;
        for (const std::string& value : values) all += (all.empty() ? "" : ",") + quoted(value);
        return put(key, "[" + all + "]");
    }
    void print() const {
        std::printf("@{%s}\n", members_.c_str());
        std::fflush(stdout);
    }

  private:
    Record& put(const char* key, const std::string& value) {
        members_ += (members_.empty() ? "" : ",") + quoted(key) + ":" + value;
        return *this;
    }

    std::string members_;
};

std::string read_file(const std::string& path, int* error = nullptr) {
    std::string text;
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : 1;
    for (char buffer[4096]; got > 0;) {
        got = read(fd, buffer, sizeof(buffer));
        if (got > 0) text.append(buffer, static_cast<std::size_t>(got));
    }
    if (error != nullptr) *error = got < 0 ? errno : 0;
    if (fd >= 0) close(fd);
    return text;
}

std::string first_line(const std::string& path) {
    const std::string text = read_file(path);
    return text.substr(0, text.find('\n'));
}

int write_file(const std::string& path, const std::string& text) {
    const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return errno;
    const int error = write(fd, text.data(), text.size()) < 0 ? errno : 0;
    close(fd);
    return error;
}

/// The kernel's messages since the last call.
Words new_messages() {
    static char buffer[1 << 18];
    const int size = klogctl(4, buffer, sizeof(buffer));
    return lines(std::string(buffer, size > 0 ? static_cast<std::size_t>(size) : 0));
}

/// What the kernel said before the first step.
Words early_messages;

void boot(const Words& step) {
    Record().text("begin", step.at(1)).print();
    const int named = write_file(kProcessor + "firmware", step.at(1));
    const int started = named != 0 ? named : write_file(kProcessor + "state", "start");
    // Before the stop, so that the messages outlive a panic in it.
    Record()
        .number("start", started)
        .text("state", first_line(kProcessor + "state"))
        .list("log", new_messages())
        .print();
    const int stopped = write_file(kProcessor + "state", "stop");
    Record()
        .number("stop", stopped)
        .text("state", first_line(kProcessor + "state"))
        .list("log", new_messages())
        .print();
}

struct Child {
    pid_t pid = -1;
    std::string name;
};

Child spawn(const Words& arguments, uid_t user) {
    static int count = 0;
    Child child{-1, "/tmp/" + std::to_string(count++)};
    child.pid = fork();
    if (child.pid != 0) return child;
    const auto redirect = [](const std::string& path, int flags, int to) {
        const int fd = open(path.c_str(), flags, 0600);
        if (fd < 0 || dup2(fd, to) < 0) _exit(126);
    };
    redirect("/dev/null", O_RDONLY, 0);
    redirect(child.name + ".out", O_WRONLY | O_CREAT | O_TRUNC, 1);
    redirect(child.name + ".err", O_WRONLY | O_CREAT | O_TRUNC, 2);
    if (user != 0 && (setgid(user) != 0 || setuid(user) != 0)) _exit(126);
    std::vector<char*> argv;
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    execv(argv.front(), argv.data());
    _exit(127);
}

void finish(const Child& child) {
    int status = 0;
    waitpid(child.pid, &status, 0);
    Record()
        .number("exit", WIFEXITED(status) ? WEXITSTATUS(status) : -1)
        .number("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0)
        .text("out", read_file(child.name + ".out"))
        .text("err", read_file(child.name + ".err"))
        .print();
}

Words names_in(const std::string& path) {
    Words names;
    DIR* directory = opendir(path.c_str());
    while (directory != nullptr) {
        const dirent* entry = readdir(directory);
        if (entry == nullptr) break;
        if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    }
    if (directory != nullptr) closedir(directory);
    std::sort(names.begin(), names.end());
    return names;
}

void until(const std::string& path, const std::string& text) {
    bool reached = false;
    for (int tenths = 0; tenths < 1000 && !reached; ++tenths) {
        reached = read_file(path).find(text) != std::string::npos;
        if (!reached) usleep(10'000);
    }
    Record().number("reached", reached ? 1 : 0).text("text", read_file(path)).print();
}

/// Byte by byte: the memory may be a device's.
void peek(unsigned long address, std::size_t size) {
    const int fd = open("/dev/mem", O_RDONLY | O_SYNC | O_CLOEXEC);
    const std::size_t skipped = address % 4096;
    void* const pages =
        fd < 0 ? MAP_FAILED
               : mmap(nullptr, skipped + size, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(address - skipped));
    const int error = pages == MAP_FAILED ? errno : 0;
    std::string bytes;
    if (error == 0) {
        const volatile char* const at = static_cast<const volatile char*>(pages) + skipped;
        for (std::size_t i = 0; i < size; ++i) bytes += at[i];
        munmap(pages, skipped + size);
    }
    if (fd >= 0) close(fd);
    Record().number("errno", error).text("text", bytes).print();
}

void follow(const Words& step) {
    static Child beside;
    const std::string& verb = step.at(0);
    if (verb == "boot") return boot(step);
    if (verb == "probe")
        return Record().list("processors", names_in("/sys/class/remoteproc")).list("log", early_messages).print();
    if (verb == "run") return finish(spawn({step.begin() + 1, step.end()}, 0));
    if (verb == "run_as")
        return finish(spawn({step.begin() + 2, step.end()}, static_cast<uid_t>(std::stoul(step.at(1)))));
    if (verb == "spawn") {
        beside = spawn({step.begin() + 1, step.end()}, 0);
        return Record().number("pid", beside.pid).print();
    }
    if (verb == "interrupt") {
        kill(beside.pid, SIGINT);
        return finish(beside);
    }
    if (verb == "peek") return peek(std::stoul(step.at(1), nullptr, 16), std::stoul(step.at(2), nullptr, 16));
    if (verb == "list") return Record().list("list", names_in(step.at(1))).print();
    if (verb == "until") return until(step.at(1), step.at(2));
    if (verb == "write") return Record().number("errno", write_file(step.at(1), step.at(2))).print();
    int error = 0;
    const std::string text = read_file(step.at(1), &error);
    Record().number("errno", error).text("text", text).print();
}

/// Does nothing where the guest was not given the module.
void insert_module(const char* path) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    if (syscall(SYS_finit_module, fd, "", 0) != 0) Record().text("broken", path).number("errno", errno).print();
    close(fd);
}

void mount_all() {
    for (const char* directory : {"/proc", "/sys", "/dev", "/tmp"}) mkdir(directory, 0755);
    mount("proc", "/proc", "proc", 0, nullptr);
    mount("sys", "/sys", "sysfs", 0, nullptr);
    mount("dev", "/dev", "devtmpfs", 0, nullptr);
    mount("debug", "/sys/kernel/debug", "debugfs", 0, nullptr);
}

}  // namespace

int main() {
    mount_all();
    for (const char* module : {"/rpmsg_core.ko", "/rpmsg_ns.ko", "/virtio_rpmsg_bus.ko", "/stm32_rproc.ko"})
        insert_module(module);
    early_messages = new_messages();
    for (const std::string& step : lines(read_file("/plan"))) follow(split(step, '\t'));
    Record().text("done", first_line(kProcessor + "name")).print();
    reboot(RB_POWER_OFF);
}
