// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "rproc/platform/registers.hpp"
#include "rproc/result.hpp"
#include "rproc/testing/faults.hpp"

namespace rproc::testing {

/// Wraps registers, whose accesses can fail. A write can also fail after it took effect.
template <platform::Registers R>
class FaultyRegisters {
  public:
    /// @param faults strike at the points registers.read, registers.update, registers.secure_write,
    ///   registers.assert_reset and registers.deassert_reset.
    FaultyRegisters(R registers, Faults faults) : registers_(std::move(registers)), faults_(std::move(faults)) {}

    [[nodiscard]] Result<std::uint32_t> read(const platform::SysconField& field) {
        return faults_.call({.name = "registers.read"}, [&] { return registers_.read(field); });
    }
    [[nodiscard]] Result<void> update(const platform::SysconField& field, std::uint32_t value) {
        return write("registers.update", [&] { return registers_.update(field, value); });
    }
    [[nodiscard]] Result<void> secure_write(const platform::SysconField& field, std::uint32_t value) {
        return write("registers.secure_write", [&] { return registers_.secure_write(field, value); });
    }
    [[nodiscard]] Result<void> assert_reset(const platform::ResetLine& line) {
        return write("registers.assert_reset", [&] { return registers_.assert_reset(line); });
    }
    [[nodiscard]] Result<void> deassert_reset(const platform::ResetLine& line) {
        return write("registers.deassert_reset", [&] { return registers_.deassert_reset(line); });
    }

  private:
    template <class F>
    [[nodiscard]] Result<void> write(std::string_view point, F op) {
        return faults_.call({.name = point, .also = FaultKind::late}, op);
    }

    R registers_;
    Faults faults_;
};
static_assert(platform::Registers<FaultyRegisters<platform::ModelRegisters>>);

}  // namespace rproc::testing
