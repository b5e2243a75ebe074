// SPDX-License-Identifier: BSD-2-Clause
// Each requirement of the concept FaultRig.
#include <memory>
#include <string>
#include <vector>

#include "rproc/testing/checked_life.hpp"

#include "concepts/cases.hpp"

namespace rproc::testing {

struct WholeRig {
    struct Processor {};

    explicit WholeRig(Faults faults);
    Result<std::unique_ptr<Processor>> make(ObserverRef<LifeWatch> observer);
    FirmwareSource firmware();
    std::vector<std::string> violations_in(State state);
};
/// Takes no faults.
struct NoFaults : WholeRig {
    NoFaults();
};

MEETS(FaultRig, WholeRig);
NEEDS_TYPE(FaultRig, WholeRig, Processor)
NEEDS(FaultRig, WholeRig, make)
NEEDS(FaultRig, WholeRig, firmware)
NEEDS(FaultRig, WholeRig, violations_in)
static_assert(!FaultRig<NoFaults>);

}  // namespace rproc::testing
