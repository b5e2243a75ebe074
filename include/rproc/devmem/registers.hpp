// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rproc/devmem/memory_device.hpp"
#include "rproc/platform/registers.hpp"

namespace rproc::devmem {

/// A reset controller whose registers are mapped.
struct ResetController {
    enum class Kind {
        /// The RCC of an STM32MP15. Line n is bit n % 32 of the register at n / 32 * 4: a one asserts, a zero does
        /// nothing. A one in the register 4 bytes behind it deasserts (Linux's clk-stm32mp1.c; RM0436, RCC). Line 8225,
        /// the MCU's, is MCURST, bit 1 of RCC_MP_GRSTCSETR at 0x404, which clears itself.
        set_and_clear,
        /// A plain register: bit n % 32 of the one at n / 32 * 4 is one while line n is asserted (reset-simple.c,
        /// "snps,dw-high-reset").
        level,
    };

    std::string node;  ///< path in the device tree, as ResetLine::controller has it
    Kind kind{};
    PhysicalRange registers{};
};

/// The control registers of the board, through a device of memory: syscon fields are changed by reading, changing and
/// writing the register as a whole (regmap_update_bits), resets as their controller demands. Of the STM32MP15:
/// hold-boot is BOOT_MCU, bit 0 of RCC_MP_GCR at 0x10c, one to let the core boot; TrustZone is TZEN, bit 0 of RCC_TZCR
/// at 0.
///
/// Nothing locks a register against the kernel's own drivers: they must not change other fields of the same register at
/// the same time.
///
/// Errors of the members, beside those of MemoryDevice::map:
///   register_failed: the register's address is no multiple of 4, or the line is beyond the controller's registers;
///   register_secured: `secure_write`, always: a program cannot call the secure monitor;
///   reset_unsupported: the line's controller is not among those that were given.
///
/// A handle: copies share the mappings, which stay until the last one is gone. Not thread-safe.
template <MemoryOs Os>
class BasicDevMemRegisters {
  public:
    BasicDevMemRegisters(MemoryDevice<Os> device, std::vector<ResetController> resets)
        : state_(std::make_shared<State>(std::move(device), std::move(resets))) {}

    [[nodiscard]] Result<std::uint32_t> read(const platform::SysconField& field) {
        RPROC_TRY_ASSIGN(const Register at, find(field));
        return at.load();
    }

    [[nodiscard]] Result<void> update(const platform::SysconField& field, std::uint32_t value) {
        RPROC_TRY_ASSIGN(const Register at, find(field));
        at.store((at.load() & ~field.mask) | (value & field.mask));
        return {};
    }

    [[nodiscard]] Result<void> secure_write(const platform::SysconField& field, std::uint32_t /*value*/) {
        return fail(ErrorCode::register_secured, place::Physical{field.base.value() + field.offset, kRegister});
    }

    [[nodiscard]] Result<void> assert_reset(const platform::ResetLine& line) { return drive(line, Level::asserted); }
    [[nodiscard]] Result<void> deassert_reset(const platform::ResetLine& line) { return drive(line, Level::released); }

    /// Maps the registers of a reset line, and changes nothing.
    /// @returns nothing, or the error with which `assert_reset` or `deassert_reset` would fail.
    [[nodiscard]] Result<void> check_reset(const platform::ResetLine& line) {
        for (const Level level : {Level::asserted, Level::released}) {
            RPROC_TRY(find(line, level));
        }
        return {};
    }

  private:
    static constexpr std::uint64_t kRegister = 4;
    static constexpr std::uint32_t kLinesPerRegister = 32;
    static constexpr std::uint64_t kClearOffset = 4;

    static constexpr ErrorText kMisaligned{.code = ErrorCode::register_failed,
                                           .message = "a register lies at a multiple of 4 bytes",
                                           .hint = "correct the offset in the device tree's st,syscfg property"};
    static constexpr ErrorText kNoLine{.code = ErrorCode::register_failed,
                                       .message = "{0} has no reset line {1}",
                                       .hint = "correct the number in the device tree's resets"};

    enum class Level { asserted, released };

    /// A register in mapped pages.
    struct Register {
        [[nodiscard]] std::uint32_t load() const noexcept { return pages->load(offset); }
        void store(std::uint32_t value) const noexcept { pages->store(offset, value); }

        MappedPages<Os>* pages;
        std::size_t offset;
    };
    struct State {
        State(MemoryDevice<Os> memory_device, std::vector<ResetController> controllers)
            : device(std::move(memory_device)), resets(std::move(controllers)) {}

        MemoryDevice<Os> device;
        std::vector<ResetController> resets;
        std::map<std::uint64_t, MappedPages<Os>> mapped{};  ///< by the address of the register
    };

    [[nodiscard]] Result<Register> find(const platform::SysconField& field) {
        const auto address = field.base.plus(field.offset);
        const auto range = address ? PhysicalRange::make(*address, kRegister) : std::nullopt;
        if (!range || address->value() % kRegister != 0)
            return fail(kMisaligned, place::Physical{field.base.value() + field.offset, kRegister});
        return find(*range);
    }

    [[nodiscard]] Result<Register> find(PhysicalRange range) {
        const std::uint64_t key = range.start().value();
        auto known = state_->mapped.find(key);
        if (known == state_->mapped.end()) {
            RPROC_TRY_ASSIGN(MappedPages<Os> pages, state_->device.map(range));
            known = state_->mapped.emplace(key, std::move(pages)).first;
        }
        return Register{&known->second, 0};
    }

    /// The register of a reset line that a write of that level goes to, and the way in which it is driven.
    struct ResetRegister {
        Register at;
        ResetController::Kind kind;
    };

    [[nodiscard]] Result<ResetRegister> find(const platform::ResetLine& line, Level level) {
        const auto& all = state_->resets;
        const auto controller = std::ranges::find(all, line.controller, &ResetController::node);
        if (controller == all.end())
            return fail(ErrorCode::reset_unsupported, place::Node{line.controller}, line.controller);
        const bool clears = controller->kind == ResetController::Kind::set_and_clear && level == Level::released;
        const std::uint64_t offset = line.line / kLinesPerRegister * kRegister + (clears ? kClearOffset : 0);
        const auto start = controller->registers.start().plus(offset);
        const auto range = start ? PhysicalRange::make(*start, kRegister) : std::nullopt;
        if (!range || !controller->registers.contains(*range))
            return fail(kNoLine, place::Node{line.controller}, line.controller, line.line);
        RPROC_TRY_ASSIGN(const Register at, find(*range));
        return ResetRegister{at, controller->kind};
    }

    [[nodiscard]] Result<void> drive(const platform::ResetLine& line, Level level) {
        RPROC_TRY_ASSIGN(const ResetRegister reset, find(line, level));
        const Register& at = reset.at;
        const std::uint32_t bit = 1U << line.line % kLinesPerRegister;
        if (reset.kind == ResetController::Kind::set_and_clear) {
            at.store(bit);
        } else {
            at.store(level == Level::asserted ? at.load() | bit : at.load() & ~bit);
        }
        return {};
    }

    std::shared_ptr<State> state_;
};

using DevMemRegisters = BasicDevMemRegisters<PosixMemoryOs>;
static_assert(platform::Registers<DevMemRegisters>);

}  // namespace rproc::devmem
