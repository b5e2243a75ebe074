// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rproc/devmem/memory_device.hpp"
#include "rproc/platform/mailbox.hpp"

namespace rproc::devmem {

/// Where an IPCC is, and what its channels are for.
struct IpccLayout {
    struct Channel {
        std::string name;        ///< from mbox-names: "vq0"
        std::uint32_t number{};  ///< of the controller's channel, the argument in `mboxes`
    };

    std::string node{};         ///< path in the device tree
    PhysicalRange registers{};  ///< its `reg`
    std::uint32_t processor{};  ///< st,proc-id: 0 for Linux's side, 1 for the M4's
    std::vector<Channel> channels{};
};

/// The mailbox of an STM32MP15, through a device of memory: the registers of its IPCC. Each direction of a channel is
/// one flag. The sender sets it; the receiver clears it, and that is the acknowledgement. No bytes are carried.
///
/// Registers of a side, 16 bytes for each (RM0436, IPCC; Linux's stm32-ipcc.c): at 0x8 C1SCR, where a one in bit 16 + n
/// sets the flag of channel n to the other side and one in bit n clears that from it; at 0xc C1TOC2SR, whose bit n is
/// one while the other side has not acknowledged channel n. At 0x3f0 IPCC_HWCFGR, with the number of channels in its
/// low byte. The interrupts' registers, CR at 0 and MR at 0x4, are left alone until `enable_interrupts`.
///
/// A handle: copies share the mailbox. Not thread-safe.
template <MemoryOs Os>
class BasicIpccMailbox {
  public:
    /// A board without a mailbox; every message is refused.
    BasicIpccMailbox() = default;

    /// @returns the mailbox, or
    ///   mailbox_off: it shows no channels;
    ///   mailbox_failed: `layout` names a channel that the controller does not have, or its registers are cut off;
    ///   or an error of MemoryDevice::map.
    [[nodiscard]] static Result<BasicIpccMailbox> open(const MemoryDevice<Os>& device, IpccLayout layout) {
        if (layout.registers.size() < kConfiguration + 4 || layout.processor > 1)
            return fail(kNoRegisters, place::Node{layout.node});
        RPROC_TRY_ASSIGN(MappedPages<Os> pages, device.map(layout.registers));
        const std::uint32_t count = pages.load(kConfiguration) & kCountMask;
        if (count == 0) return fail(ErrorCode::mailbox_off, place::Node{layout.node});
        for (const IpccLayout::Channel& channel : layout.channels)
            if (channel.number >= std::min(count, kMostChannels))
                return fail(kNoChannel, place::Mailbox{channel.name}, channel.number, count);
        return BasicIpccMailbox(std::make_shared<State>(device.os(), std::move(layout), std::move(pages)));
    }

    /// Sets the channel's flag. The message's text is not sent: a flag is all that the IPCC has. A flag that is still
    /// set from before stays so, as one signal.
    /// @returns nothing, or
    ///   mailbox_failed: the board has no such channel;
    ///   mailbox_timeout: the other side has not cleared the flag within `wait`, in steps of 1 ms.
    [[nodiscard]] Result<void> send(std::string_view channel, std::string_view /*message*/,
                                    std::chrono::milliseconds wait) {
        const IpccLayout::Channel* const found = state_ ? state_->find(channel) : nullptr;
        if (found == nullptr) return fail(kUnknown, place::Mailbox{channel});
        const std::uint32_t flag = 1U << found->number;
        state_->pages.store(state_->own() + kSetClear, flag << kSetShift);
        for (auto left = wait; left.count() > 0; left -= kStep) {
            if ((state_->pages.load(state_->own() + kStatus) & flag) == 0) return {};
            state_->os.sleep(kStep);
        }
        const bool acknowledged = wait.count() <= 0 || (state_->pages.load(state_->own() + kStatus) & flag) == 0;
        if (acknowledged) return {};
        return fail(ErrorCode::mailbox_timeout, place::Mailbox{channel}, wait.count());
    }

    /// The channels on which the firmware has signalled since the last call, in the order of `layout`; each is
    /// acknowledged. Does not wait. Hand them on with `platform::vq_of` and KickWorker::vq_interrupt.
    [[nodiscard]] std::vector<std::string> receive() {
        std::vector<std::string> signalled;
        if (!state_) return signalled;
        const std::uint32_t flags = state_->pages.load(state_->other() + kStatus);
        for (const IpccLayout::Channel& channel : state_->layout.channels) {
            if ((flags >> channel.number & 1U) == 0) continue;
            // Cleared before it is handed on: a signal that comes while it is handled is another one.
            state_->pages.store(state_->own() + kSetClear, 1U << channel.number);
            signalled.push_back(channel.name);
        }
        return signalled;
    }

    /// Lets the IPCC interrupt when the firmware signals on a channel of `layout`: for a UIO device that has its "rx"
    /// interrupt (UioInterrupt). Without it, `receive` is called now and then.
    void enable_interrupts() {
        if (!state_) return;
        std::uint32_t flags = 0;
        for (const IpccLayout::Channel& channel : state_->layout.channels) flags |= 1U << channel.number;
        MappedPages<Os>& pages = state_->pages;
        pages.store(state_->own() + kMask, pages.load(state_->own() + kMask) & ~flags);
        pages.store(state_->own() + kControl, pages.load(state_->own() + kControl) | kReceiveInterrupt);
    }

  private:
    static constexpr std::size_t kControl = 0x0;
    static constexpr std::size_t kMask = 0x4;
    static constexpr std::uint32_t kReceiveInterrupt = 1;
    static constexpr std::size_t kSide = 0x10;
    static constexpr std::size_t kSetClear = 0x8;
    static constexpr std::size_t kStatus = 0xc;
    static constexpr std::size_t kConfiguration = 0x3f0;
    static constexpr std::uint32_t kCountMask = 0xff;
    static constexpr std::uint32_t kMostChannels = 16;
    static constexpr unsigned kSetShift = 16;
    static constexpr std::chrono::milliseconds kStep{1};

    static constexpr ErrorText kNoRegisters{.code = ErrorCode::mailbox_failed,
                                            .message = "reg or st,proc-id is not that of an IPCC",
                                            .hint = "compare the node with the binding st,stm32-ipcc.yaml"};
    static constexpr ErrorText kNoChannel{.code = ErrorCode::mailbox_failed,
                                          .message = "is channel {0} of a controller that has {1}",
                                          .hint = "correct mboxes in the device tree"};
    static constexpr ErrorText kUnknown{.code = ErrorCode::mailbox_failed,
                                        .message = "is not in the device tree",
                                        .hint = "add the channel to mboxes and mbox-names of the processor's node"};

    struct State {
        State(Os system, IpccLayout where, MappedPages<Os> mapped)
            : os(std::move(system)), layout(std::move(where)), pages(std::move(mapped)) {}

        [[nodiscard]] std::size_t own() const noexcept { return layout.processor * kSide; }
        [[nodiscard]] std::size_t other() const noexcept { return (1 - layout.processor) * kSide; }
        [[nodiscard]] const IpccLayout::Channel* find(std::string_view name) const {
            const auto found = std::ranges::find(layout.channels, name, &IpccLayout::Channel::name);
            return found == layout.channels.end() ? nullptr : &*found;
        }

        Os os;
        IpccLayout layout;
        MappedPages<Os> pages;
    };

    explicit BasicIpccMailbox(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}

    std::shared_ptr<State> state_;
};

using IpccMailbox = BasicIpccMailbox<PosixMemoryOs>;
static_assert(platform::Mailbox<IpccMailbox>);

}  // namespace rproc::devmem
