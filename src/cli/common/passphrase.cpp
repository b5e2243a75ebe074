// SPDX-License-Identifier: BSD-2-Clause
#include "cli/common/passphrase.hpp"

#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace rproc::cli {
namespace {

volatile sig_atomic_t caught_signal = 0;

/// While it lives, the terminal does not echo, and a signal interrupts the reading. The destructor restores the
/// terminal and delivers the signal.
class HiddenTyping {
  public:
    HiddenTyping() {
        struct sigaction interrupt {};
        interrupt.sa_handler = [](int number) { caught_signal = number; };
        for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &interrupt, &actions_[i]);
        ::tcgetattr(STDIN_FILENO, &terminal_);
        termios hidden = terminal_;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    HiddenTyping(const HiddenTyping&) = delete;
    HiddenTyping& operator=(const HiddenTyping&) = delete;
    ~HiddenTyping() {
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_);
        for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &actions_[i], nullptr);
        if (caught_signal != 0) ::raise(caught_signal);
    }

  private:
    static constexpr std::array kSignals{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

    std::array<struct sigaction, kSignals.size()> actions_{};
    termios terminal_{};
};

/// One line of standard input, without its end; empty when there is none.
Secret read_line() {
    constexpr std::size_t kLongest = 1024;  // as OpenSSL's
    Secret line(kLongest);
    std::size_t size = 0;
    while (size < kLongest && caught_signal == 0) {
        const auto next = line.bytes().subspan(size, 1);
        if (::read(STDIN_FILENO, next.data(), 1) != 1 || next.front() == std::byte{'\n'}) break;
        ++size;
    }
    line.truncate(size);
    return line;
}

Secret ask_on_terminal(const std::string& key, Output& err) {
    err.print("Passphrase of {}: ", printable(key));
    Secret passphrase = [] {
        const HiddenTyping hidden;
        return read_line();
    }();
    err.write("\n");
    return passphrase;
}

constexpr std::string_view kFile = "file:";
constexpr std::string_view kVariable = "env:";

constexpr ErrorText kNoPassphrase{
    .code = ErrorCode::key_passphrase,
    .message = "needs a passphrase, and none was given",
    .hint = "give it with --key_pwd env:VARIABLE or file:PATH, or run the command on a terminal"};
constexpr ErrorText kNoVariable{.code = ErrorCode::key_passphrase,
                                .message = "its passphrase is to come from the variable {0}, which is not set",
                                .hint = "a shell passes on only what was exported"};

Result<Secret> from_environment(const std::string& key, const std::string& variable) {
    const char* const value = std::getenv(variable.c_str());
    if (value != nullptr) return Secret(std::string_view(value));
    return fail(kNoVariable, place::File{key}, variable);
}

bool is_visible(const std::string& passphrase) {
    return !passphrase.starts_with(kFile) && !passphrase.starts_with(kVariable);
}

}  // namespace

std::optional<std::filesystem::path> key_file(const std::string& key) {
    if (!SigningKey::is_uri(key)) return key;
    if (!key.starts_with(kFile)) return std::nullopt;
    const std::string path = key.substr(kFile.size());
    return path.starts_with("//") ? path.substr(2) : path;
}

std::string key_name(const std::string& key) { return SigningKey::is_uri(key) ? key.substr(0, key.find('?')) : key; }

std::optional<std::filesystem::path> passphrase_file(const std::string& passphrase) {
    if (!passphrase.starts_with(kFile)) return std::nullopt;
    return passphrase.substr(kFile.size());
}

SigningKey::AskPassphrase passphrase_source(const std::string& key, std::optional<std::string> said, Output& err) {
    return [key = key_name(key), said = std::move(said), &err]() -> Result<Secret> {
        if (!said && ::isatty(STDIN_FILENO) == 1) return ask_on_terminal(key, err);
        if (!said) return fail(kNoPassphrase, place::File{key});
        if (const auto file = passphrase_file(*said)) return read_secret_line(*file);
        if (said->starts_with(kVariable)) return from_environment(key, said->substr(kVariable.size()));
        return Secret(*said);
    };
}

void warn(Console& console, std::string_view what, std::string_view hint) {
    console.err.print("rproc: {} {}\n", console.err.warn("warning:"), printable(what));
    console.err.print("       hint:  {}\n", printable(hint));
}

void warn_of_visible_passphrase(Console& console, const std::string& key, const std::optional<std::string>& said) {
    if (said && is_visible(*said)) {
        warn(console, "every user of this machine can see the passphrase in --key_pwd",
             "--key_pwd env:VARIABLE, or --key_pwd file:PATH");
    }
    if (key_name(key) != key && key.find("pin-value=") != std::string::npos) {
        warn(console, fmt::format("every user of this machine can see the PIN in the URI {}", key_name(key)),
             "pin-source=/PATH in its place, or --key_pwd env:VARIABLE");
    }
}

}  // namespace rproc::cli
