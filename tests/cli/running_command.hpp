// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <vector>

#include <gtest/gtest.h>

#include "support/run_command.hpp"

namespace rproc::test {

/// A program that runs in parallel to the test. No wait is endless: after half a minute without a byte the test fails,
/// and the destructor ends the program.
class RunningCommand {
  public:
    explicit RunningCommand(const CommandLine& command) {
        std::array<int, 2> out{};
        std::array<int, 2> err{};
        if (::pipe2(out.data(), O_CLOEXEC) != 0 || ::pipe2(err.data(), O_CLOEXEC) != 0) failed("pipe2");
        std::vector<std::string> words = command.arguments;
        std::vector<char*> arguments;
        for (std::string& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        std::array<char*, 1> environment{nullptr};
        child_ = ::fork();
        if (child_ < 0) failed("fork");
        if (child_ == 0) {
            const bool ready = ::dup2(out[1], STDOUT_FILENO) >= 0 && ::dup2(err[1], STDERR_FILENO) >= 0 &&
                               ::chdir(command.directory.c_str()) == 0;
            if (ready) ::execve(arguments[0], arguments.data(), environment.data());
            ::_exit(127);
        }
        ::close(out[1]);
        ::close(err[1]);
        out_ = out[0];
        err_ = err[0];
    }
    RunningCommand(const RunningCommand&) = delete;
    RunningCommand& operator=(const RunningCommand&) = delete;
    ~RunningCommand() {
        if (child_ > 0) {
            ::kill(child_, SIGKILL);
            ::waitpid(child_, nullptr, 0);
        }
        close_output();
        ::close(err_);
    }

    /// Reads standard output until it contains `text`. @returns the output up to there, which is then discarded.
    std::string read_until(const std::string& text) { return read_until(out_, said_, text); }
    /// The same of standard error.
    std::string read_error_until(const std::string& text) { return read_until(err_, complained_, text); }

    /// Closes the pipe, as `head` does.
    void close_output() {
        if (out_ >= 0) ::close(out_);
        out_ = -1;
    }

    void send(int signal) const { ::kill(child_, signal); }

    /// Waits for the end. @returns the rest of both outputs.
    CommandResult finish() {
        CommandResult result;
        if (out_ >= 0) read_to_end(out_, said_);
        read_to_end(err_, complained_);
        if (::testing::Test::HasFatalFailure()) return result;
        int status = 0;
        ::waitpid(child_, &status, 0);  // both outputs are closed, so the program ends soon
        child_ = -1;
        if (WIFEXITED(status)) result.status = WEXITSTATUS(status);
        if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
        result.out = said_;
        result.err = complained_;
        return result;
    }

  private:
    [[noreturn]] static void failed(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

    /// False at the end, and after a failure.
    static bool read_more(int fd, std::string& text) {
        constexpr int kTimeout = 30'000;  // ms
        pollfd polled{fd, POLLIN, 0};
        if (::poll(&polled, 1, kTimeout) <= 0) {
            ADD_FAILURE() << "no output for half a minute after: " << text;
            return false;
        }
        std::array<char, 4096> buffer{};
        const auto got = ::read(fd, buffer.data(), buffer.size());
        if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
        return got > 0;
    }

    static std::string read_until(int fd, std::string& from, const std::string& text) {
        while (from.find(text) == std::string::npos) {
            if (read_more(fd, from)) continue;
            ADD_FAILURE() << "missing: " << text << "\noutput: " << from;
            return from;
        }
        const auto end = from.find(text) + text.size();
        const std::string read = from.substr(0, end);
        from.erase(0, end);
        return read;
    }

    static void read_to_end(int fd, std::string& text) {
        while (read_more(fd, text)) {
        }
    }

    pid_t child_ = -1;
    int out_ = -1;
    int err_ = -1;
    std::string said_{};
    std::string complained_{};
};

}  // namespace rproc::test
