// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rproc/memory/address.hpp"
#include "rproc/result.hpp"

namespace rproc::platform {

/// A bit field of a register in a system controller: `<&rcc 0x10c 0x1>` in a device tree.
struct SysconField {
    PhysicalAddress base;    ///< of the registers of the controller
    std::uint32_t offset{};  ///< of the register, in bytes
    std::uint32_t mask{};    ///< the bits of the field

    friend auto operator<=>(const SysconField&, const SysconField&) = default;
};

/// A line of a reset controller: `<&rcc 8225>` in a device tree.
struct ResetLine {
    std::string controller;  ///< path of the controller's node
    std::uint32_t line{};    ///< number of the line

    friend auto operator<=>(const ResetLine&, const ResetLine&) = default;
};

/// Accesses the control registers of the SoC. Every error is register_failed.
template <class R>
concept Registers = requires(R& r, const SysconField& field, const ResetLine& line, std::uint32_t value) {
    // Reads the register that contains the field; the result is not masked.
    { r.read(field) } -> std::same_as<Result<std::uint32_t>>;
    // Sets the bits of the field to those of `value`, and keeps the others (regmap_update_bits).
    { r.update(field, value) } -> std::same_as<Result<void>>;
    // Writes a register through a call to the secure world, which owns it.
    { r.secure_write(field, value) } -> std::same_as<Result<void>>;
    // Asserts, and deasserts, a reset line (reset_control_assert, reset_control_deassert).
    { r.assert_reset(line) } -> std::same_as<Result<void>>;
    { r.deassert_reset(line) } -> std::same_as<Result<void>>;
};

/// A model of the registers for tests and for `rproc boot`. Registers are zero until written. Records every write.
///
/// A handle: copies refer to the same registers. Not thread-safe.
class ModelRegisters {
  public:
    /// The function that was called.
    enum class Kind { update, secure_write, assert_reset, deassert_reset };

    /// A write access. `kind` determines whether `field` or `line` is used.
    struct Write {
        Kind kind;
        SysconField field{};
        ResetLine line{};
        std::uint32_t value = 0;  ///< that was written; 0 for reset lines
    };

    ModelRegisters() : state_(std::make_shared<State>()) {}

    /// The value of the register. Never fails.
    [[nodiscard]] Result<std::uint32_t> read(const SysconField& field) { return value(field); }

    /// Updates the bits of the field. Never fails.
    [[nodiscard]] Result<void> update(const SysconField& field, std::uint32_t value) {
        auto& reg = this->value(field);
        reg = (reg & ~field.mask) | (value & field.mask);
        state_->writes.push_back({.kind = Kind::update, .field = field, .value = value});
        return {};
    }
    /// Writes the whole register. Never fails.
    [[nodiscard]] Result<void> secure_write(const SysconField& field, std::uint32_t value) {
        this->value(field) = value;
        state_->writes.push_back({.kind = Kind::secure_write, .field = field, .value = value});
        return {};
    }
    /// Records the access; has no other effect. Never fails.
    [[nodiscard]] Result<void> assert_reset(const ResetLine& line) {
        state_->writes.push_back({.kind = Kind::assert_reset, .line = line});
        return {};
    }
    /// As `assert_reset`.
    [[nodiscard]] Result<void> deassert_reset(const ResetLine& line) {
        state_->writes.push_back({.kind = Kind::deassert_reset, .line = line});
        return {};
    }

    /// Sets the value of a register as a bootloader does; not recorded.
    void preset(const SysconField& field, std::uint32_t value) { this->value(field) = value; }

    /// All write accesses, in order.
    [[nodiscard]] const std::vector<Write>& writes() const noexcept { return state_->writes; }

  private:
    struct State {
        std::map<std::pair<PhysicalAddress, std::uint32_t>, std::uint32_t> values;
        std::vector<Write> writes;
    };

    [[nodiscard]] std::uint32_t& value(const SysconField& field) { return state_->values[{field.base, field.offset}]; }

    std::shared_ptr<State> state_;
};
static_assert(Registers<ModelRegisters>);

}  // namespace rproc::platform
