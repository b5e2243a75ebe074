// SPDX-License-Identifier: BSD-2-Clause
#include "cli/sign/passphrase.hpp"

#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <string>

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

Result<Secret> read_passphrase_file(const std::filesystem::path& path) {
    RPROC_TRY_ASSIGN(Secret contents, read_secret_file(path));
    contents.truncate(contents.text().substr(0, contents.text().find_first_of("\r\n")).size());
    return contents;
}

}  // namespace

namespace {

constexpr ErrorText kNoPassphrase{.code = ErrorCode::key_passphrase,
                                  .message = "needs a passphrase, and none was given",
                                  .hint = "give it with --key_pwd file:PATH, or run the command on a terminal"};

}  // namespace

SigningKey::AskPassphrase passphrase_source(const SignOptions& options, Output& err) {
    return [&options, &err]() -> Result<Secret> {
        if (const auto file = passphrase_file(options.key_passphrase)) return read_passphrase_file(*file);
        if (options.key_passphrase) return Secret(*options.key_passphrase);
        const std::string key = options.key.substr(0, options.key.find('?'));  // behind it, a URI may have a PIN
        if (::isatty(STDIN_FILENO) == 1) return ask_on_terminal(key, err);
        return fail(kNoPassphrase, place::File{key});
    };
}

}  // namespace rproc::cli
