// SPDX-License-Identifier: BSD-2-Clause
// Each requirement of the concept Observer. Its members may return anything.
#include "rproc/observer.hpp"

#include "concepts/cases.hpp"

namespace rproc::test {

MEETS(Observer, NullObserver);
NEEDS_CALL(Observer, NullObserver, on_step_begin)
NEEDS_CALL(Observer, NullObserver, on_step_end)
NEEDS_CALL(Observer, NullObserver, on_step_failed)
NEEDS_CALL(Observer, NullObserver, on_notice)
NEEDS_CALL(Observer, NullObserver, on_log)
NEEDS_CALL(Observer, NullObserver, on_state)
NEEDS_EXACTLY(Observer, NullObserver, on_step_failed, void on_step_failed(Step step, Error& error))
NEEDS_EXACTLY(Observer, NullObserver, on_notice, void on_notice(Error error))
NEEDS_EXACTLY(Observer, NullObserver, on_log, void on_log(std::string_view text))

}  // namespace rproc::test
