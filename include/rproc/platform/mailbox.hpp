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

/// Sends messages to the processor (struct mbox_chan of the kernel). A channel is identified by its name in
/// `mbox-names`: "vq0", "vq1", "shutdown", "detach".
template <class M>
concept Mailbox = requires(M& m, std::string_view channel, std::string_view message, std::chrono::milliseconds wait) {
    // Sends a message, and waits at most `wait` for the acknowledgement; 0 does not wait. Errors: mailbox_failed, or
    // mailbox_timeout when no acknowledgement arrives.
    { m.send(channel, message, wait) } -> std::same_as<Result<void>>;
};

/// The notify id of the vring that a message of the firmware on this channel announces: 0 for "vq0", 1 for "vq1",
/// nothing for other channels. The argument of KickWorker::vq_interrupt (stm32_rproc's mailbox callback).
[[nodiscard]] constexpr std::optional<std::uint32_t> vq_of(std::string_view channel) noexcept {
    if (channel == "vq0") return 0;
    if (channel == "vq1") return 1;
    return std::nullopt;
}

/// A model of a mailbox for tests. Records the messages, and acknowledges them at once or never. A test sends messages
/// of the firmware through `receive`.
///
/// A handle: copies refer to the same mailbox. Not thread-safe.
class ModelMailbox {
  public:
    /// A message that was sent.
    struct Message {
        std::string channel;
        std::string text;
        std::chrono::milliseconds wait{};  ///< for the acknowledgement, as requested

        friend bool operator==(const Message&, const Message&) = default;
    };

    ModelMailbox() : state_(std::make_shared<State>()) {}

    /// As the concept. @returns nothing, or mailbox_timeout: `wait` is not 0, and acknowledgements of the channel are
    /// lost.
    [[nodiscard]] Result<void> send(std::string_view channel, std::string_view message,
                                    std::chrono::milliseconds wait) {
        state_->sent.push_back({std::string(channel), std::string(message), wait});
        if (wait.count() == 0 || !state_->silent.contains(channel)) return {};
        return fail(ErrorCode::mailbox_timeout, place::Mailbox{channel}, wait.count());
    }

    /// From now on messages on this channel are not acknowledged; a send that waits fails with mailbox_timeout.
    void lose_acknowledgements(std::string_view channel) { state_->silent.emplace(channel); }

    /// Handles a message of the firmware. On a board it runs in interrupt context: it must neither block nor call the
    /// processor.
    using Receiver = std::function<void(std::string_view channel)>;
    /// Sets the receiver; an empty one ignores messages.
    void set_receiver(Receiver receiver) { state_->receiver = std::move(receiver); }

    /// Models a message of the firmware on a channel: calls the receiver, if any.
    void receive(std::string_view channel) const {
        if (state_->receiver) state_->receiver(channel);
    }

    /// All messages that were sent, in order.
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
