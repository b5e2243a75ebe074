// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rproc/check/verdict.hpp"
#include "rproc/observer.hpp"

namespace rproc::check {

/// An error of a boot as a finding, in the words of the error.
[[nodiscard]] inline Finding as_finding(Severity severity, const Error& error) {
    return {severity, error.code(), error.place(), error.what(), error.hint()};
}

/// Records what a boot says, until `stop_recording`: a verdict does not depend on the rollback.
class Recorder : public NullObserver {
  public:
    void on_step_begin(Step step) {
        if (recording_) lines_before_.emplace(step, kernel_log_.size());
    }
    void on_notice(Severity severity, const Error& error) {
        if (!recording_) return;
        codes_.push_back(error.code());
        findings_.push_back(as_finding(severity, error));
    }
    void on_log(const LogLine& line) {
        if (recording_) kernel_log_.push_back(line.text());
    }

    void stop_recording() noexcept { recording_ = false; }

    /// How many lines had been printed when a step began; nothing when the boot did not get there.
    [[nodiscard]] std::optional<std::size_t> lines_before(Step step) const {
        const auto found = lines_before_.find(step);
        if (found == lines_before_.end()) return std::nullopt;
        return found->second;
    }
    [[nodiscard]] bool noticed(ErrorCode code) const { return std::ranges::find(codes_, code) != codes_.end(); }
    [[nodiscard]] const std::vector<Finding>& findings() const noexcept { return findings_; }
    [[nodiscard]] const std::vector<std::string>& kernel_log() const noexcept { return kernel_log_; }

  private:
    bool recording_ = true;
    std::map<Step, std::size_t> lines_before_;
    std::vector<ErrorCode> codes_;
    std::vector<Finding> findings_;
    std::vector<std::string> kernel_log_;
};

}  // namespace rproc::check
