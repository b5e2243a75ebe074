// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rproc/result.hpp"

/// Fault injection: makes the calls that a processor depends on fail, one after the other. `FaultyMemory`,
/// `FaultyIommu`, `FaultyRegisters`, `FaultyMailbox`, `FaultyClient`, `FaultyBackend` and `FaultyPlatform` wrap a real
/// object or a model, and fail when a `Faults` tells them to. `every_fault` runs a scenario once for each possible
/// fault.
namespace rproc::testing {

/// How a call fails.
enum class FaultKind {
    instead,  ///< the call has no effect and returns an error
    late,     ///< the call takes effect and returns an error (a lost acknowledgement)
    refused,  ///< the call returns a refusal of its peer (a TEE)
};

/// Formats for reports: "not done", ...; static storage.
[[nodiscard]] constexpr std::string_view to_string(FaultKind kind) noexcept {
    switch (kind) {
        case FaultKind::instead: return "not done";
        case FaultKind::late: return "done, and reported as failed";
        case FaultKind::refused: return "refused";
    }
    return "unknown";
}

/// The duration of fault injection.
enum class FaultSpan {
    once,     ///< a single fault
    lasting,  ///< a fault in that call and in every later one, including those of the rollback
};

/// A call that can fail: a wrapper has a point for each of its members.
struct FaultPoint {
    std::string_view name;                       ///< "memory.map"; a literal
    ErrorCode code = ErrorCode::fault_injected;  ///< of the injected error
    std::optional<FaultKind> also{};             ///< a second kind of failure besides `instead`
};

/// The text of an injected fault; {0} describes point and kind.
inline constexpr ErrorText kInjected{.code = ErrorCode::fault_injected, .message = "{0}"};

/// An injected fault: its kind, and the error for the caller.
struct InjectedFault {
    FaultKind kind;
    Error error;  ///< for the caller
};

/// Selects the call that fails, and counts calls. Faults are numbered from 0 in the order in which calls reach their
/// points; a call of a point with two kinds takes two numbers. In a deterministic program the number identifies the
/// fault.
///
/// A handle: copies refer to the same counts. Not thread-safe.
class Faults {
  public:
    /// The calls of one point.
    struct Tally {
        std::string point;
        std::size_t passed = 0;  ///< calls, including the failed ones
        std::size_t struck = 0;  ///< calls with an injected fault
    };

    Faults() : state_(std::make_shared<State>()) {}

    /// Injects fault `number`. Resets numbers and tallies.
    void arm(std::size_t number, FaultSpan span = FaultSpan::once) { *state_ = State{.number = number, .span = span}; }

    /// Injects one fault at a point.
    /// @param point its name.
    /// @param occurrence index of the call of that point, from 0.
    /// Resets numbers and tallies.
    void arm_at(std::string_view point, std::size_t occurrence, FaultKind kind = FaultKind::instead) {
        *state_ = State{.named = Named{std::string(point), occurrence, kind}};
    }

    /// Ends injection and counting.
    void disarm() noexcept { state_->over = true; }

    /// Counts one call of a point. @returns the fault to inject, or nothing.
    [[nodiscard]] std::optional<InjectedFault> strike(const FaultPoint& point) {
        if (state_->over) return std::nullopt;
        Tally& tally = tally_of(point.name);
        const std::size_t occurrence = tally.passed++;
        const std::size_t number = std::exchange(state_->count, state_->count + (point.also ? 2 : 1));
        const auto kind = state_->named ? named_kind(point, occurrence) : numbered_kind(point, number);
        if (!kind) return std::nullopt;
        ++tally.struck;
        std::string what =
            fmt::format("fault injected at {}, occurrence {} ({})", point.name, occurrence, to_string(*kind));
        if (state_->first.empty()) state_->first = what;
        ErrorText text = kInjected;
        text.code = point.code;
        return InjectedFault{*kind, Error::of(text, {}, std::array{TextArgument(what)})};
    }

    /// Counts one call of a point without other effects. @returns nothing, or the error of the fault.
    [[nodiscard]] Result<void> pass(std::string_view point) {
        if (auto fault = strike({.name = point})) return fail(std::move(fault->error));
        return {};
    }

    /// Runs `op`, which returns a Result, unless a fault of kind `instead` is injected.
    /// @returns the result of `op`, or the error of the fault.
    template <class F>
    [[nodiscard]] auto call(const FaultPoint& point, F op) -> decltype(op()) {
        auto fault = strike(point);
        if (!fault) return op();
        if (fault->kind == FaultKind::late) RPROC_TRY(op());
        return fail(std::move(fault->error));
    }

    /// The number of possible faults: those that calls have reached so far.
    [[nodiscard]] std::size_t count() const noexcept { return state_->count; }
    /// The number of injected faults.
    [[nodiscard]] std::size_t injected() const noexcept {
        std::size_t sum = 0;
        for (const Tally& tally : state_->tallies) sum += tally.struck;
        return sum;
    }
    /// The number of injected faults at a point, for a rig that tolerates the consequences of a certain fault.
    [[nodiscard]] std::size_t injected(std::string_view point) const noexcept {
        const auto found = std::ranges::find(state_->tallies, point, &Tally::point);
        return found == state_->tallies.end() ? 0 : found->struck;
    }
    /// The first injected fault, in words; empty without one.
    [[nodiscard]] const std::string& first() const noexcept { return state_->first; }
    /// Every point that was called, in the order of the first calls.
    [[nodiscard]] const std::vector<Tally>& tallies() const noexcept { return state_->tallies; }

  private:
    struct Named {
        std::string point;
        std::size_t occurrence;
        FaultKind kind;
    };
    struct State {
        std::optional<std::size_t> number{};
        FaultSpan span = FaultSpan::once;
        std::optional<Named> named{};
        bool over = false;
        std::size_t count = 0;
        FaultKind kind = FaultKind::instead;  ///< of the first of a lasting fault
        std::string first{};
        std::vector<Tally> tallies{};
    };

    [[nodiscard]] std::optional<FaultKind> numbered_kind(const FaultPoint& point, std::size_t number) {
        const auto& armed = state_->number;
        if (!armed || number + (point.also ? 1 : 0) < *armed) return std::nullopt;
        if (number <= *armed) return state_->kind = number == *armed ? FaultKind::instead : *point.also;
        if (state_->span == FaultSpan::once) return std::nullopt;
        return point.also == state_->kind ? state_->kind : FaultKind::instead;
    }

    [[nodiscard]] std::optional<FaultKind> named_kind(const FaultPoint& point, std::size_t occurrence) const {
        const Named& named = *state_->named;
        if (named.point != point.name || named.occurrence != occurrence) return std::nullopt;
        if (named.kind != FaultKind::instead && named.kind != point.also) return std::nullopt;
        return named.kind;
    }

    [[nodiscard]] Tally& tally_of(std::string_view point) {
        const auto found = std::ranges::find(state_->tallies, point, &Tally::point);
        if (found != state_->tallies.end()) return *found;
        return state_->tallies.emplace_back(Tally{.point = std::string(point)});
    }

    std::shared_ptr<State> state_;
};

}  // namespace rproc::testing
