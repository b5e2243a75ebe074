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

/// Fault injection: what a processor's surroundings can do wrong, one fault after the other. `FaultyMemory`,
/// `FaultyIommu`, `FaultyRegisters`, `FaultyMailbox`, `FaultyClient`, `FaultyBackend` and `FaultyPlatform` wrap what is
/// real or a model and fail where a `Faults` tells them to; `every_fault` runs a scenario once for each fault there is.
namespace rproc::testing {

/// How a call fails.
enum class FaultKind {
    instead,  ///< nothing is done; the caller hears of an error
    late,     ///< it is done; the caller hears of an error all the same (an acknowledgement that was lost)
    refused,  ///< who was asked answers, and the answer is no (a TEE)
};

[[nodiscard]] constexpr std::string_view to_string(FaultKind kind) noexcept {
    switch (kind) {
        case FaultKind::instead: return "not done";
        case FaultKind::late: return "done, and reported as failed";
        case FaultKind::refused: return "refused";
    }
    return "unknown";
}

/// For how long faults are injected.
enum class FaultSpan {
    once,     ///< the one fault, and none after it
    lasting,  ///< that one, and every call from then on: what is taken back meets faults too
};

/// A place where calls can fail: a wrapper has one for each of its members.
struct FaultPoint {
    std::string_view name;                       ///< "memory.map"; a literal
    ErrorCode code = ErrorCode::fault_injected;  ///< of the error that the caller hears of
    std::optional<FaultKind> also{};             ///< the other way in which it fails, besides `instead`
};

/// The text of an injected fault: {0} says where and how.
inline constexpr ErrorText kInjected{.code = ErrorCode::fault_injected, .message = "{0}"};

/// A fault that was injected: how, and the error for the caller.
struct InjectedFault {
    FaultKind kind;
    Error error;
};

/// Decides which call fails, and counts. Faults are numbered from 0 in the order in which calls meet their points: a
/// call of a point with two kinds takes two numbers. In a program that does the same each time, a fault's number says
/// which it is.
///
/// A handle: copies refer to the same counts. Not thread-safe.
class Faults {
  public:
    /// What happened at one point.
    struct Tally {
        std::string point;
        std::size_t passed = 0;  ///< calls that came by, struck ones too
        std::size_t struck = 0;
    };

    Faults() : state_(std::make_shared<State>()) {}

    /// Injects fault `number`. Numbers and tallies begin anew.
    void arm(std::size_t number, FaultSpan span = FaultSpan::once) { *state_ = State{.number = number, .span = span}; }

    /// Injects one fault at a point by its name: at its call `occurrence`, from 0. Numbers and tallies begin anew.
    void arm_at(std::string_view point, std::size_t occurrence, FaultKind kind = FaultKind::instead) {
        *state_ = State{.named = Named{std::string(point), occurrence, kind}};
    }

    /// Injects nothing any more, and counts nothing: what follows is not under test.
    void disarm() noexcept { state_->over = true; }

    /// One call at a point. @returns how it fails, or nothing.
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

    /// One call that does nothing but fail or pass.
    [[nodiscard]] Result<void> pass(std::string_view point) {
        if (auto fault = strike({.name = point})) return fail(std::move(fault->error));
        return {};
    }

    /// Runs `op`, which returns a Result, unless a fault comes in its place, or after it.
    /// @returns what `op` returns, or the fault's error.
    template <class F>
    [[nodiscard]] auto call(const FaultPoint& point, F op) -> decltype(op()) {
        auto fault = strike(point);
        if (!fault) return op();
        if (fault->kind == FaultKind::late) RPROC_TRY(op());
        return fail(std::move(fault->error));
    }

    /// How many faults there are to inject: numbers that calls have taken so far.
    [[nodiscard]] std::size_t count() const noexcept { return state_->count; }
    /// How many were injected.
    [[nodiscard]] std::size_t injected() const noexcept {
        std::size_t sum = 0;
        for (const Tally& tally : state_->tallies) sum += tally.struck;
        return sum;
    }
    /// How many of them at a point, by its name: for a rig that has to forgive what a fault cannot but leave.
    [[nodiscard]] std::size_t injected(std::string_view point) const noexcept {
        const auto found = std::ranges::find(state_->tallies, point, &Tally::point);
        return found == state_->tallies.end() ? 0 : found->struck;
    }
    /// The first fault that was injected, in words; empty when none was.
    [[nodiscard]] const std::string& first() const noexcept { return state_->first; }
    /// Every point that a call came by, in the order of their first calls.
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
