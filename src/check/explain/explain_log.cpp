// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/check/explain_log.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "check/explain/explain_line.hpp"
#include "check/explain/log_line.hpp"
#include "check/explain/pattern.hpp"
#include "check/explain/texts.hpp"
#include "check/explain/topics.hpp"

namespace rproc::check {
namespace {

bool same_causes(const Explanation& a, const Explanation& b) {
    return std::ranges::equal(a.causes, b.causes,
                              [](const Cause& x, const Cause& y) { return x.what == y.what && x.next == y.next; });
}

bool has_subject(const std::vector<Explanation>& explanations, std::string_view subject) {
    return std::ranges::any_of(explanations, [&](const Explanation& known) { return known.subject == subject; });
}

bool same_subjects(const std::vector<Explanation>& a, const std::vector<Explanation>& b) {
    return std::ranges::equal(a, b, {}, &Explanation::subject, &Explanation::subject);
}

/// What stands in the only hole of the first pattern that matches.
std::string captured(std::string_view text, std::initializer_list<std::string_view> patterns) {
    for (const std::string_view pattern : patterns)
        if (const auto holes = match(pattern, text)) return std::string(holes->front().value);
    return {};
}

constexpr std::string_view kFirmwareLine = "Booting fw image {s}, size {d}";

bool names_firmware(std::string_view subject) { return match(kFirmwareLine, subject).has_value(); }

bool begins_oops(std::string_view line) {
    constexpr std::array<std::string_view, 3> kBeginnings{"Unable to handle kernel", "SError Interrupt",
                                                          "Unhandled fault"};
    return std::ranges::any_of(kBeginnings, [&](std::string_view text) { return line.starts_with(text); });
}

bool belongs_to_oops(std::string_view line) {
    return line.starts_with("Internal error: ") || line.starts_with("Kernel panic - ");
}

/// An attempt and what is needed only while it is read.
struct OpenAttempt {
    Attempt attempt;
    bool began = false;
    bool has_virtio = false;
    std::vector<std::string> lines{};  // that were known
};

/// The lines of the oops that is being read.
struct OpenOops {
    Explanation explanation;
    std::optional<std::size_t> of{};  // the attempt; none yet while nothing says that it is remoteproc's
    const OopsRow* row = std::end(kOopsRows);
};

class LogReader {
  public:
    void add(std::string_view line) {
        const std::string_view text = log_line(line).text;
        auto explanation = explain(line);
        if (explanation && begins_oops(explanation->subject)) return add_oops(std::move(*explanation));
        if (oops_) look_for_clue(text);
        if (!explanation) return;
        if (belongs_to_oops(text) && !(oops_ && oops_->of)) return;
        add(std::move(*explanation));
    }

    [[nodiscard]] std::vector<Attempt> take() {
        std::vector<Attempt> all;
        for (OpenAttempt& open : attempts_)
            if (finish(open)) merge(all, std::move(open.attempt));
        return all;
    }

  private:
    void add(Explanation explanation) {
        OpenAttempt& open = attempts_[attempt_of(explanation)];
        Attempt& attempt = open.attempt;
        const std::string subject = explanation.subject;
        open.lines.push_back(subject);
        if (names_firmware(subject)) attempt.firmware = captured(subject, {kFirmwareLine});
        if (subject.starts_with("registered virtio")) open.has_virtio = true;
        switch (explanation.role) {
            case LineRole::begins:
                open.began = true;
                attempt.processor = captured(subject, {"powering up {s}", "attaching to {s}", "recovering {s}"});
                break;
            case LineRole::routine: break;
            case LineRole::succeeds:
                attempt.outcome = subject.ends_with("attached") ? AttemptOutcome::attached : AttemptOutcome::running;
                attempt.processor =
                    captured(subject, {"remote processor {s} is now up", "remote processor {s} is now attached"});
                break;
            case LineRole::cause: add_cause(attempt, std::move(explanation)); break;
            case LineRole::follows:
                if (attempt.outcome == AttemptOutcome::unknown) attempt.outcome = AttemptOutcome::failed;
                add_once(attempt.consequences, std::move(explanation));
                break;
        }
    }

    static void add_once(std::vector<Explanation>& explanations, Explanation explanation) {
        if (!has_subject(explanations, explanation.subject)) explanations.push_back(std::move(explanation));
    }

    /// Of two lines with the same causes the first tells everything.
    static void add_cause(Attempt& attempt, Explanation explanation) {
        const bool known = std::ranges::any_of(
            attempt.causes, [&](const Explanation& other) { return same_causes(other, explanation); });
        if (has_subject(attempt.causes, explanation.subject)) return;
        add_once(known ? attempt.consequences : attempt.causes, std::move(explanation));
    }

    /// The attempt that a line belongs to; a new one where it begins one, or belongs to none.
    std::size_t attempt_of(const Explanation& explanation) {
        const std::string& device = explanation.device;
        const bool begins = explanation.role == LineRole::begins;
        const bool names_processor = !remoteproc_in(device).empty();
        std::optional<std::size_t> found;
        if (!begins) {
            if (const auto known = current_.find(device); known != current_.end()) found = known->second;
            if (!found && !names_processor) found = attempt_of_name(device);
            if (!found && !names_processor) found = last_;
        }
        if (!found) {
            found = attempts_.size();
            attempts_.emplace_back().attempt.device = device;
            current_[device] = *found;
        }
        if (explanation.role != LineRole::routine || names_firmware(explanation.subject)) last_ = found;
        return *found;
    }

    /// The latest attempt of the processor whose name a driver's device has.
    std::optional<std::size_t> attempt_of_name(std::string_view device) const {
        for (std::size_t i = attempts_.size(); i-- > 0;) {
            const std::string& processor = attempts_[i].attempt.processor;
            if (!processor.empty() && contains(device, processor)) return i;
        }
        return std::nullopt;
    }

    // --- an oops, which is remoteproc's when a boot is under way, or when it names one of its functions

    void add_oops(Explanation explanation) {
        oops_.emplace(OpenOops{std::move(explanation)});
        const bool under_way =
            last_ && attempts_[*last_].began && attempts_[*last_].attempt.outcome == AttemptOutcome::unknown;
        if (under_way) give_oops_to(*last_);
    }

    void give_oops_to(std::size_t index) {
        Attempt& attempt = attempts_[index].attempt;
        oops_->of = index;
        attempt.outcome = AttemptOutcome::kernel_stopped;
        attempt.causes.insert(attempt.causes.begin(), oops_->explanation);
    }

    void look_for_clue(std::string_view text) {
        const auto fits = [&](const OopsRow& row) {
            if (!contains(text, row.clue)) return false;
            return row.before.empty() ||
                   (last_ && std::ranges::find(attempts_[*last_].lines, row.before) != attempts_[*last_].lines.end());
        };
        const OopsRow* const row = std::find_if(std::begin(kOopsRows), oops_->row, fits);
        if (row == oops_->row) return;
        oops_->row = row;
        if (!oops_->of) {
            if (!last_) {
                last_ = attempts_.size();
                attempts_.emplace_back();
            }
            give_oops_to(*last_);
        }
        Explanation& told = attempts_[*oops_->of].attempt.causes.front();
        told.meaning = fmt::format("{}; {} ({})", oops_->explanation.meaning, row->meaning, row->clue);
        told.causes.clear();
        add_causes(told, topic_named(row->topic).causes);
    }

    // --- the end

    /// @returns whether the attempt tells anything.
    static bool finish(OpenAttempt& open) {
        Attempt& attempt = open.attempt;
        if (attempt.outcome == AttemptOutcome::attached && !open.has_virtio && attempt.causes.empty()) {
            const TopicRow topic = topic_named("attached-without-table");
            Explanation explanation{ExplanationKind::kernel_line, open.lines.back(), std::string(topic.meaning), {}};
            explanation.device = attempt.device;
            add_causes(explanation, topic.causes);
            name_device_in_commands(explanation);
            attempt.causes.push_back(std::move(explanation));
        }
        if (attempt.causes.empty() && !attempt.consequences.empty()) {
            attempt.causes.push_back(std::move(attempt.consequences.front()));
            attempt.consequences.erase(attempt.consequences.begin());
        }
        return open.began || attempt.outcome != AttemptOutcome::unknown || !attempt.causes.empty();
    }

    static void merge(std::vector<Attempt>& all, Attempt attempt) {
        const auto same = std::ranges::find_if(all, [&](const Attempt& other) {
            return other.device == attempt.device && other.firmware == attempt.firmware &&
                   other.outcome == attempt.outcome && same_subjects(other.causes, attempt.causes) &&
                   same_subjects(other.consequences, attempt.consequences);
        });
        if (same == all.end()) return all.push_back(std::move(attempt));
        same->times += 1;
    }

    std::vector<OpenAttempt> attempts_;
    std::map<std::string, std::size_t, std::less<>> current_;  // the latest attempt of each device
    std::optional<std::size_t> last_;                          // the attempt of the latest line that tells something
    std::optional<OpenOops> oops_;
};

}  // namespace

std::vector<Attempt> explain_log(std::string_view log) {
    LogReader reader;
    while (!log.empty()) {
        const std::string_view line = log.substr(0, log.find('\n'));
        log.remove_prefix(std::min(line.size() + 1, log.size()));
        reader.add(line);
    }
    return reader.take();
}

}  // namespace rproc::check
