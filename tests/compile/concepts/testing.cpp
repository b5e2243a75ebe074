// SPDX-License-Identifier: BSD-2-Clause
// Each requirement of the concepts of the fault harness.
#include <memory>
#include <string>
#include <vector>

#include "rproc/testing/checked_life.hpp"
#include "rproc/testing/fault_rig.hpp"
#include "rproc/testing/faulty_client.hpp"

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

struct RigWithRefusal {
    static constexpr ErrorCode kRefusal = ErrorCode::tee_refused;
    FirmwareSource refused_firmware();
};
MEETS(HasRefusedFirmware, RigWithRefusal);
NEEDS(HasRefusedFirmware, RigWithRefusal, refused_firmware)
NEEDS_CONSTANT(HasRefusedFirmware, RigWithRefusal, kRefusal)

struct RigWithOwner {
    static constexpr ErrorCode kRunning = ErrorCode::tee_processor_running;
    void owner_dies(OwnerDeath when);
    void take_over();
};
MEETS(HasOtherOwner, RigWithOwner);
NEEDS_CALL(HasOtherOwner, RigWithOwner, owner_dies)
NEEDS_CALL(HasOtherOwner, RigWithOwner, take_over)
NEEDS_CONSTANT(HasOtherOwner, RigWithOwner, kRunning)

struct ClientThatDies {
    void die();
};
MEETS(HasDie, ClientThatDies);
NEEDS_CALL(HasDie, ClientThatDies, die)

}  // namespace rproc::testing
