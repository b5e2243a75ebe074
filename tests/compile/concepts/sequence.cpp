// SPDX-License-Identifier: BSD-2-Clause
// Each requirement of the concepts of a boot sequence, and what a visit may return.
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "rproc/core/boot_sequence.hpp"
#include "rproc/core/processor_view.hpp"

#include "concepts/cases.hpp"

namespace rproc::test {

struct WholeSequence {
    static constexpr std::string_view kName = "own";
    static constexpr bool kLoadsFirst = true;

    template <class S>
    static Result<void> run(S& steps);
    template <class S>
    static void prepare_restart(S& steps);
    template <class S>
    static void after_failure(S& steps, Step failed);
    template <class S>
    static void after_stop(S& steps);
};

MEETS(BootSequence, WholeSequence);
NEEDS(BootSequence, WholeSequence, run)
NEEDS_EXACTLY(BootSequence, WholeSequence, run, template <class S> Result<void> run(S& steps))  // not static
NEEDS_CONSTANT(BootSequence, WholeSequence, kName)
MEETS(PreparesRestart, WholeSequence);
NEEDS(PreparesRestart, WholeSequence, prepare_restart)
MEETS(OrdersRollback, WholeSequence);
NEEDS(OrdersRollback, WholeSequence, after_failure)
NEEDS(OrdersRollback, WholeSequence, after_stop)

struct LoadingBackend {
    Result<LoadedTable> loaded_table(Context& ctx, internal::AnyMemory& memory);
};
template <class B>
concept SuitsWholeSequence = Orders<WholeSequence, B>;
MEETS(SuitsWholeSequence, LoadingBackend);
NEEDS(SuitsWholeSequence, LoadingBackend, loaded_table)
template <class S>
concept SuitsLoadingBackend = Orders<S, LoadingBackend>;
MEETS(SuitsLoadingBackend, WholeSequence);
NEEDS(SuitsLoadingBackend, WholeSequence, run)
static_assert(!Orders<AlternateBoot, Wrong> && Orders<Mainline, Wrong>,
              "a sequence that does not load first suits every backend");

static_assert(OutlivesVisit<void> && OutlivesVisit<int> && OutlivesVisit<std::string>);
static_assert(!OutlivesVisit<int&> && !OutlivesVisit<const int*> && !OutlivesVisit<std::span<int>>);
static_assert(!OutlivesVisit<std::string_view> && !OutlivesVisit<std::reference_wrapper<int>>);
static_assert(!OutlivesVisit<ProcessorView>, "it cannot be moved");

}  // namespace rproc::test
