// SPDX-License-Identifier: BSD-2-Clause
#include "run_command.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>
#include <utility>

namespace rproc::test {
namespace {

using Stdout = CommandLine::Stdout;

int checked(int result, const char* what) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    return result;
}

class Descriptor {
  public:
    explicit Descriptor(int fd = -1) noexcept : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { close(); }

    void close() noexcept {
        if (const int fd = std::exchange(fd_, -1); fd >= 0) ::close(fd);
    }
    [[nodiscard]] int get() const noexcept { return fd_; }

  private:
    int fd_;
};

/// A channel between the test and the program: the test's end, and the program's.
struct Channel {
    Descriptor test;
    Descriptor program;
};

Channel output_pipe() {
    std::array<int, 2> ends{};
    checked(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

Channel input_pipe() {
    Channel channel = output_pipe();
    std::swap(channel.test, channel.program);
    return channel;
}

Channel terminal() {
    Descriptor master(checked(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), "posix_openpt"));
    checked(::grantpt(master.get()), "grantpt");
    checked(::unlockpt(master.get()), "unlockpt");
    Descriptor slave(checked(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC), "open pty"));
    winsize size{};
    size.ws_row = 24;
    size.ws_col = 80;
    checked(::ioctl(master.get(), TIOCSWINSZ, &size), "TIOCSWINSZ");
    return {std::move(master), std::move(slave)};
}

Channel standard_output(Stdout kind) {
    if (kind == Stdout::terminal) return terminal();
    if (kind == Stdout::full_device)
        return {Descriptor(), Descriptor(checked(::open("/dev/full", O_WRONLY | O_CLOEXEC), "/dev/full"))};
    Channel channel = output_pipe();
    if (kind == Stdout::closed_early) channel.test.close();
    return channel;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return pointers;
}

std::vector<std::string> environment_of(const CommandLine& command) {
    const char* const path = ::getenv("PATH");
    std::vector<std::string> words{std::string("PATH=") + (path == nullptr ? "" : path)};
    for (const auto& [name, value] : command.environment) words.push_back(name + "=" + value);
    return words;
}

/// The child between fork and exec, which only makes system calls.
[[noreturn]] void become(const CommandLine& command, char** arguments, char** environment, int in, int out, int err) {
    constexpr uid_t kNobody = 65534;
    constexpr int kCouldNotStart = 127;
    ::signal(SIGPIPE, command.standard_output == Stdout::closed_early ? SIG_IGN : SIG_DFL);
    const bool ready = ::dup2(in, STDIN_FILENO) >= 0 && ::dup2(out, STDOUT_FILENO) >= 0 &&
                       ::dup2(err, STDERR_FILENO) >= 0 &&
                       (command.directory.empty() || ::chdir(command.directory.c_str()) == 0) &&
                       (command.user == CommandLine::User::same || ::geteuid() != 0 || ::setuid(kNobody) == 0);
    if (ready) ::execve(arguments[0], arguments, environment);
    ::_exit(kCouldNotStart);
}

/// Writes the input and reads both outputs until the program has closed them.
void converse(const CommandLine& command, Descriptor in, Descriptor out, Descriptor err, CommandResult& result) {
    std::size_t written = 0;
    std::array<char, 65536> buffer{};
    const auto read_into = [&](Descriptor& from, std::string& text) {
        const auto got = ::read(from.get(), buffer.data(), buffer.size());
        if (got <= 0) return from.close();  // a terminal ends with EIO
        text.append(buffer.data(), static_cast<std::size_t>(got));
        if (&from == &out && command.standard_output == Stdout::left_to_head) from.close();
    };
    while (out.get() >= 0 || err.get() >= 0) {
        if (written == command.input.size()) in.close();
        std::array<pollfd, 3> polled{pollfd{in.get(), POLLOUT, 0}, pollfd{out.get(), POLLIN, 0},
                                     pollfd{err.get(), POLLIN, 0}};
        checked(::poll(polled.data(), polled.size(), -1), "poll");
        if (polled[0].revents != 0) {
            const auto put = ::write(in.get(), command.input.data() + written, command.input.size() - written);
            if (put < 0) in.close();
            written = put < 0 ? command.input.size() : written + static_cast<std::size_t>(put);
        }
        if (polled[1].revents != 0) read_into(out, result.out);
        if (polled[2].revents != 0) read_into(err, result.err);
    }
}

}  // namespace

bool has_terminals() {
    const int master = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master >= 0) ::close(master);
    return master >= 0;
}

CommandResult run_command(const CommandLine& command) {
    std::vector<std::string> words = command.arguments;
    std::vector<std::string> variables = environment_of(command);
    const auto arguments = pointers_to(words);
    const auto environment = pointers_to(variables);
    Channel in = input_pipe();
    Channel out = standard_output(command.standard_output);
    Channel err = output_pipe();

    ::signal(SIGPIPE, SIG_IGN);  // a program may ignore its input
    const pid_t child = checked(::fork(), "fork");
    if (child == 0) {
        become(command, const_cast<char**>(arguments.data()), const_cast<char**>(environment.data()), in.program.get(),
               out.program.get(), err.program.get());
    }
    in.program.close();
    out.program.close();
    err.program.close();
    CommandResult result;
    converse(command, std::move(in.test), std::move(out.test), std::move(err.test), result);

    int status = 0;
    rusage usage{};
    checked(::wait4(child, &status, 0, &usage), "wait4");
    if (WIFEXITED(status)) result.status = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
    result.peak_kib = usage.ru_maxrss;
    return result;
}

}  // namespace rproc::test
