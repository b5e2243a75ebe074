// SPDX-License-Identifier: BSD-2-Clause
// rproc explain: what an error code, a line of a log or a whole log means, and what to do next.

#include "rproc/check/explain.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "cli/explain/explanation_view.hpp"
#include "rproc/check/explain_log.hpp"

namespace rproc::cli {
namespace {

constexpr ErrorText kLogUnreadable{.code = ErrorCode::firmware_unreadable, .message = "cannot be read"};

struct ExplainOptions : CommonOptions {
    std::vector<std::string> texts;
};

/// Explains texts, each only once.
class ExplainRun {
  public:
    ExplainRun(Console& console, const ExplainOptions& options) : console_(console), options_(options) {}

    /// @returns whether the text is known.
    bool explain(std::string_view text) {
        const auto explanation = check::explain(text);
        if (!explanation) return false;
        any_ = true;
        if (seen_.insert(explanation->subject).second) print_explanation(console_.out, options_, *explanation);
        return true;
    }

    /// Explains an argument: a text, or `-` for the lines of standard input.
    void explain_argument(const std::string& argument) {
        if (argument == kStandardInput) return explain_standard_input();
        if (!explain(argument)) print_note(fmt::format("nothing is known about \"{}\"", printable(argument)));
    }

    void explain_standard_input() {
        const std::string log(std::istreambuf_iterator<char>(std::cin), {});
        const auto attempts = check::explain_log(log);
        std::size_t number = 0;
        for (const check::Attempt& attempt : attempts) print_attempt(console_.out, options_, attempt, ++number, seen_);
        any_ = any_ || !attempts.empty();
        if (std::ferror(stdin) != 0) {
            failure_ = report(console_, Error(kLogUnreadable, place::StandardInput{}));
        } else if (attempts.empty()) {
            print_note("standard input has no line that is known");
        }
    }

    [[nodiscard]] ExitStatus status() const { return worse_of(any_ ? ExitStatus::yes : ExitStatus::no, failure_); }

  private:
    void print_note(std::string_view message) { console_.err.print("rproc: note: {}\n", message); }

    Console& console_;
    const ExplainOptions& options_;
    std::set<std::string> seen_;
    bool any_ = false;                      // thing was explained
    ExitStatus failure_ = ExitStatus::yes;  // of reading
};

/// The words of one line that was not quoted, as that line; empty where an argument is a line by itself.
std::string unquoted(const std::vector<std::string>& texts) {
    const auto has_blank = [](const std::string& text) { return text.find(' ') != std::string::npos; };
    if (std::ranges::any_of(texts, has_blank)) return {};
    return fmt::format("{}", fmt::join(texts, " "));
}

ExitStatus run_explain(Console& console, const ExplainOptions& options) {
    ExplainRun run(console, options);
    if (options.texts.empty()) {
        run.explain_standard_input();
    } else if (!run.explain(unquoted(options.texts))) {
        for (const std::string& text : options.texts) run.explain_argument(text);
    }
    return run.status();
}

}  // namespace

Command add_explain(CLI::App& app) {
    auto* const explain = app.add_subcommand("explain", "Say what an error, a line of a log or a whole log means");
    const auto options = std::make_shared<ExplainOptions>();
    explain
        ->add_option("TEXT", options->texts,
                     "An errno, a TEE result, the code of a finding, or a line of a log (Linux, OP-TEE, U-Boot); - or "
                     "none: the log "
                     "on standard input")
        ->type_name("");
    add_output_options(*explain, *options);
    add_help_footer(*explain,
                    "  rproc explain -22                        an errno, by number or name\n"
                    "  rproc explain 0xffff0006                 a result of the TEE\n"
                    "  rproc explain segment-outside-memory     a finding of `rproc check`\n"
                    "  dmesg | rproc explain                    each boot in the log: the cause first\n");
    return {explain, options, [options](Console& console) { return run_explain(console, *options); }};
}

}  // namespace rproc::cli
