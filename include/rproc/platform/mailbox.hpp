// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rproc/result.hpp"

namespace rproc::platform {

/// How a platform signals the processor. Channels are known by their `mbox-names`: "vq0", "vq1", "shutdown", "detach".
template <class M>
concept Mailbox = requires(M& m, std::string_view channel, std::string_view message, std::chrono::milliseconds wait) {
    // Sends, and waits at most that long for the acknowledgement; 0: does not wait for any. Refuses with
    // mailbox_failed, or mailbox_timeout when no acknowledgement came.
    { m.send(channel, message, wait) } -> std::same_as<Result<void>>;
};

/// The notify id of the vring that a signal of the firmware on this channel is about: 0 for "vq0", 1 for "vq1", nothing
/// for the others. What a receiver hands to KickWorker::vq_interrupt (stm32_rproc's mailbox callback).
[[nodiscard]] constexpr std::optional<std::uint32_t> vq_of(std::string_view channel) noexcept {
    if (channel == "vq0") return 0;
    if (channel == "vq1") return 1;
    return std::nullopt;
}

/// A mailbox that remembers what was sent, and acknowledges it at once, or never; and through which a test plays the
/// firmware. A handle: copies refer to the same mailbox. Not thread-safe.
class ModelMailbox {
  public:
    struct Message {
        std::string channel;
        std::string text;
        std::chrono::milliseconds wait{};  ///< how long the sender would have waited

        friend bool operator==(const Message&, const Message&) = default;
    };

    ModelMailbox() : state_(std::make_shared<State>()) {}

    [[nodiscard]] Result<void> send(std::string_view channel, std::string_view message,
                                    std::chrono::milliseconds wait) {
        state_->sent.push_back({std::string(channel), std::string(message), wait});
        if (wait.count() == 0 || !state_->silent.contains(channel)) return {};
        return fail(ErrorCode::mailbox_timeout, place::Mailbox{channel}, wait.count());
    }

    /// From now on nobody acknowledges what is sent on this channel: every sender that waits does so in vain.
    void lose_acknowledgements(std::string_view channel) { state_->silent.emplace(channel); }

    /// Who hears of signals from the firmware. On a board that is an interrupt: it must not wait, nor call the
    /// processor.
    using Receiver = std::function<void(std::string_view channel)>;
    void set_receiver(Receiver receiver) { state_->receiver = std::move(receiver); }

    /// The firmware signals on a channel; nothing happens where nobody receives.
    void receive(std::string_view channel) const {
        if (state_->receiver) state_->receiver(channel);
    }

    [[nodiscard]] const std::vector<Message>& sent() const noexcept { return state_->sent; }

  private:
    struct State {
        std::vector<Message> sent;
        std::set<std::string, std::less<>> silent;
        Receiver receiver;
    };

    std::shared_ptr<State> state_;
};
static_assert(Mailbox<ModelMailbox>);

}  // namespace rproc::platform
