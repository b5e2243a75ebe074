// expect-error: constraint.*Observer|Observer.*(not satisfied|unsatisfied|evaluated to false)
// SPDX-License-Identifier: BSD-2-Clause
//
// An observer that does not derive from NullObserver must define every member.
#include "rproc/observer.hpp"

struct LogObserver {
    void on_step_begin(rproc::Step /*step*/) {}
    void on_step_end(rproc::Step /*step*/) {}
    void on_step_failed(rproc::Step /*step*/, const rproc::Error& /*error*/) {}
    void on_notice(rproc::Severity /*severity*/, const rproc::Error& /*error*/) {}
#ifndef RPROC_NEGATIVE
    void on_log(const rproc::LogLine& /*line*/) {}
#endif
    void on_state(rproc::State /*from*/, rproc::State /*to*/) {}
};

using Listener = rproc::ObserverRef<LogObserver>;
Listener* listener = nullptr;
