// SPDX-License-Identifier: BSD-2-Clause
#include "cli/trace/output.hpp"

#include <unistd.h>

#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/trace/text.hpp"

namespace rproc::cli {
namespace {

/// One JSON object for the first poll of each buffer, and one for each new text.
class JsonTraces : public TraceOutput {
  public:
    JsonTraces(Output& out, const platform::Board& board, std::vector<ChosenTrace> traces)
        : out_(out), board_(board), traces_(std::move(traces)), texts_(traces_.size()) {}

    void show(std::size_t n, Look look, const TraceNews& news) override {
        const std::string text = texts_[n].add(news.text);
        if (look == Look::first || !text.empty() || news.may_be_missing || news.restarted)
            print(n, text, news.may_be_missing, news.restarted);
    }

    void finish() override {
        for (std::size_t n = 0; n < traces_.size(); ++n)
            if (const std::string rest = texts_[n].rest(); !rest.empty()) print(n, rest, false, false);
    }

  private:
    void print(std::size_t n, const std::string& text, bool may_be_missing, bool restarted) {
        const ChosenTrace& trace = traces_[n];
        out_.json({{"schema", "rproc.trace/1"},
                   {"board", board_.name},
                   {"remoteproc", board_.config.name},
                   {"index", trace.index},
                   {"name", trace.buffer.name},
                   {"text", text},
                   {"may_be_missing", may_be_missing},
                   {"restarted", restarted}});
    }

    Output& out_;
    const platform::Board& board_;
    std::vector<ChosenTrace> traces_;
    std::vector<WholeCharacters> texts_;
};

/// Prints notes about the text on stderr.
class TraceNotes {
  public:
    TraceNotes(Console& console, const CommonOptions& options) : console_(console), quiet_(options.quiet) {}

    void say(const std::string& label, TraceOutput::Look look, const TraceNews& news) {
        if (news.restarted) note(label, "the buffer was restarted");
        if (!news.may_be_missing) return;
        note(label, look == TraceOutput::Look::first
                        ? "the buffer may hold more than is shown here, or in another order: it is full, or has text "
                          "behind its end"
                        : "text may be missing here: the writer may have gone round the whole buffer since the last "
                          "look; a shorter --interval helps");
    }

  private:
    void note(const std::string& label, std::string_view message) {
        if (quiet_) return;
        static_cast<void>(console_.out.flush());  // keeps the order of text and note
        console_.err.print("rproc: note: {}: {}\n", printable(label), message);
    }

    Console& console_;
    bool quiet_;
};

bool is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

/// The bytes of one buffer as they come.
class OneTrace : public TraceOutput {
  public:
    OneTrace(Console& console, const CommonOptions& options, ChosenTrace trace)
        : out_(console.out), notes_(console, options), label_(std::move(trace.label)) {}

    void show(std::size_t /*n*/, Look look, const TraceNews& news) override {
        notes_.say(label_, look, news);
        if (terminal_) {
            write_safe(text_.add(news.text));
        } else {
            out_.write(news.text);
        }
    }

    void finish() override {
        if (!terminal_) return;
        write_safe(text_.rest());
        if (!at_line_start_) out_.write("\n");
    }

  private:
    void write_safe(std::string_view text) {
        if (text.empty()) return;
        out_.write(terminal_safe(text));
        at_line_start_ = text.ends_with('\n');
    }

    Output& out_;
    TraceNotes notes_;
    std::string label_;
    bool terminal_ = is_terminal();
    WholeCharacters text_;
    bool at_line_start_ = true;
};

/// The complete lines of several buffers, each after the label of its buffer.
class LabelledTraces : public TraceOutput {
  public:
    LabelledTraces(Console& console, const CommonOptions& options, std::vector<ChosenTrace> traces)
        : out_(console.out), notes_(console, options), traces_(std::move(traces)), begun_(traces_.size()) {}

    void show(std::size_t n, Look look, const TraceNews& news) override {
        if (news.may_be_missing || news.restarted) end_line(n);
        notes_.say(traces_[n].label, look, news);
        std::string& line = begun_[n];
        for (const char c : news.text) {
            if (c != '\n') line += c;
            if (c == '\n' || line.size() == kLongestLine) print_line(n);
        }
    }

    void finish() override {
        for (std::size_t n = 0; n < traces_.size(); ++n) end_line(n);
    }

  private:
    static constexpr std::size_t kLongestLine = 4096;  // bounds the memory for a log without newlines

    void end_line(std::size_t n) {
        if (!begun_[n].empty()) print_line(n);
    }

    void print_line(std::size_t n) {
        const std::string line = std::exchange(begun_[n], {}) + '\n';
        out_.print("{} {}", out_.dim(printable(traces_[n].label) + ":"), terminal_ ? terminal_safe(line) : line);
    }

    Output& out_;
    TraceNotes notes_;
    std::vector<ChosenTrace> traces_;
    std::vector<std::string> begun_;  ///< the line of each that has no end yet
    bool terminal_ = is_terminal();
};

}  // namespace

std::unique_ptr<TraceOutput> make_trace_output(Console& console, const CommonOptions& options,
                                               const platform::Board& board, std::vector<ChosenTrace> traces) {
    if (options.json) return std::make_unique<JsonTraces>(console.out, board, std::move(traces));
    if (traces.size() > 1) return std::make_unique<LabelledTraces>(console, options, std::move(traces));
    return std::make_unique<OneTrace>(console, options, std::move(traces.front()));
}

}  // namespace rproc::cli
