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

/// One run of a scenario: its faults, and the violations that it found.
class FaultTrial {
  public:
    /// @param faults of the run; a shared handle.
    explicit FaultTrial(Faults faults) : faults_(std::move(faults)) {}

    /// The faults for the wrappers of the scenario, which disarms them after the code under test.
    [[nodiscard]] Faults& faults() noexcept { return faults_; }

    /// Checks a condition that must hold with and without faults. @param what the violation, in words.
    void expect(bool holds, std::string_view what) {
        if (!holds) violations_.emplace_back(what);
    }
    /// Records a violation, in words.
    void add_violation(std::string what) { violations_.push_back(std::move(what)); }

    /// The violations, in the order of their detection.
    [[nodiscard]] const std::vector<std::string>& violations() const noexcept { return violations_; }

  private:
    Faults faults_;
    std::vector<std::string> violations_;
};

/// A scenario: constructs all of its objects from the faults of the trial, uses them, and checks the result. It must be
/// deterministic apart from the faults, and must not throw.
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
    if (faults.injected() == 0) trial.add_violation("was not reached again: the scenario is not deterministic");
    return trial;
}

}  // namespace internal

/// Runs a scenario once without a fault, to count the possible faults. Then runs it twice for each fault: with that
/// fault only, and with that fault and all later ones. A scenario with violations in the first run is not repeated.
/// @param name of the scenario, for the report.
/// @returns the injected faults, and all violations.
[[nodiscard]] inline FaultReport every_fault(std::string_view name, const FaultScenario& scenario) {
    FaultReport report;
    FaultTrial clean{Faults()};
    scenario(clean);
    clean.expect(clean.faults().count() != 0, "nothing can fail: the scenario calls no fault point");
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
