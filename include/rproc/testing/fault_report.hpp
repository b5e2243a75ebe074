// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rproc/testing/faults.hpp"

namespace rproc::testing {

/// A violation of an expectation.
struct FaultViolation {
    std::string scenario;
    std::string fault;  ///< the injected fault, in words
    std::string what;   ///< the violation, in words
};

/// The result of injecting every fault.
struct FaultReport {
    /// The injected faults of one point.
    struct Point {
        std::string name;
        std::size_t injected;
    };

    std::size_t runs = 0;  ///< number of runs with a fault
    std::vector<Point> points{};
    std::vector<FaultViolation> violations{};

    /// The number of injected faults.
    [[nodiscard]] std::size_t injected() const noexcept {
        std::size_t sum = 0;
        for (const Point& point : points) sum += point.injected;
        return sum;
    }

    /// Adds injected faults of a point.
    void add(const std::string& point, std::size_t injected) {
        if (injected == 0) return;
        const auto found = std::ranges::find(points, point, &Point::name);
        if (found == points.end()) {
            points.push_back({point, injected});
        } else {
            found->injected += injected;
        }
    }

    FaultReport& operator+=(const FaultReport& other) {
        runs += other.runs;
        for (const Point& point : other.points) add(point.name, point.injected);
        violations.insert(violations.end(), other.violations.begin(), other.violations.end());
        return *this;
    }
};

/// Formats a report: the number of injected faults and their points, then one line for each violation. Without a
/// trailing newline.
[[nodiscard]] inline std::string to_string(const FaultReport& report) {
    std::string text = fmt::format("{} faults injected in {} runs, {} violations", report.injected(), report.runs,
                                   report.violations.size());
    for (const auto& point : report.points) text += fmt::format("\n  {:6} {}", point.injected, point.name);
    for (const auto& violation : report.violations)
        text += fmt::format("\n  {}: {}: {}", violation.scenario, violation.fault, violation.what);
    return text;
}

}  // namespace rproc::testing
