// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rproc/testing/fault_report.hpp"
#include "rproc/testing/faults.hpp"

namespace rproc::testing {

/// One run of a scenario: with its faults, and with a place for what is wrong.
class FaultTrial {
  public:
    explicit FaultTrial(Faults faults) : faults_(std::move(faults)) {}

    /// What the scenario gives to its wrappers; it disarms them once it has done what is under test.
    [[nodiscard]] Faults& faults() noexcept { return faults_; }

    /// Something that has to hold, whatever was injected. @param what the violation, when it does not.
    void expect(bool holds, std::string_view what) {
        if (!holds) wrong_.emplace_back(what);
    }
    /// A violation.
    void wrong(std::string what) { wrong_.push_back(std::move(what)); }

    [[nodiscard]] const std::vector<std::string>& violations() const noexcept { return wrong_; }

  private:
    Faults faults_;
    std::vector<std::string> wrong_;
};

/// Builds all that it needs anew, from a trial's faults, uses it, and looks at what is left. Must do the same each time
/// but for the faults, and must not throw.
using FaultScenario = std::function<void(FaultTrial&)>;

namespace internal {

inline void take(FaultReport& report, std::string_view scenario, std::string fault, const FaultTrial& trial) {
    for (const std::string& what : trial.violations())
        report.violations.push_back({std::string(scenario), fault, what});
}

[[nodiscard]] inline FaultTrial run_with_fault(const FaultScenario& scenario, std::size_t number, FaultSpan span) {
    Faults faults;
    faults.arm(number, span);
    FaultTrial trial(faults);
    scenario(trial);
    if (faults.injected() == 0) trial.wrong("was not met again: the scenario does not do the same each time");
    return trial;
}

}  // namespace internal

/// Runs a scenario once without a fault, to count; then twice for each fault there is: with that fault alone, and with
/// that fault and every one after it. A scenario that is wrong without a fault is not run again.
/// @param name of the scenario, for the report.
/// @returns what was injected, and all that did not hold.
[[nodiscard]] inline FaultReport every_fault(std::string_view name, const FaultScenario& scenario) {
    FaultReport report;
    FaultTrial clean{Faults()};
    scenario(clean);
    clean.expect(clean.faults().count() != 0, "nothing can fail: no call of the scenario comes by a fault point");
    internal::take(report, name, "no fault", clean);
    if (!report.violations.empty()) return report;

    for (const FaultSpan span : std::array{FaultSpan::once, FaultSpan::lasting}) {
        for (std::size_t number = 0; number < clean.faults().count(); ++number) {
            FaultTrial trial = internal::run_with_fault(scenario, number, span);
            ++report.runs;
            for (const Faults::Tally& tally : trial.faults().tallies()) report.add(tally.point, tally.struck);
            const std::string_view lasts = span == FaultSpan::lasting ? ", and all that follow" : "";
            internal::take(report, name, fmt::format("fault {}, {}{}", number, trial.faults().first(), lasts), trial);
        }
    }
    return report;
}

}  // namespace rproc::testing
