// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <concepts>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "rproc/result.hpp"

namespace rproc::platform {

/// How a platform signals the processor. Channels are known by their `mbox-names`: "vq0", "vq1", "shutdown", "detach".
template <class M>
concept Mailbox = requires(M& m, std::string_view channel, std::string_view message, std::chrono::milliseconds wait) {
    // Sends, and waits at most that long for the acknowledgement; 0: does not wait for any. Refuses with
    // mailbox_failed, or mailbox_timeout when no acknowledgement came.
    { m.send(channel, message, wait) } -> std::same_as<Result<void>>;
};

/// A mailbox that remembers what was sent, and acknowledges it at once, or never. A handle: copies refer to the same
/// mailbox. Not thread-safe.
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
        return fail({.code = ErrorCode::mailbox_timeout,
                     .what = fmt::format("no acknowledgement within {} ms", wait.count()),
                     .where = fmt::format("mailbox channel {}", channel),
                     .hint = "let the firmware answer on that channel; it may hang"});
    }

    /// From now on nobody acknowledges what is sent on this channel: every sender that waits does so in vain.
    void lose_acknowledgements(std::string_view channel) { state_->silent.emplace(channel); }

    [[nodiscard]] const std::vector<Message>& sent() const noexcept { return state_->sent; }

  private:
    struct State {
        std::vector<Message> sent;
        std::set<std::string, std::less<>> silent;
    };

    std::shared_ptr<State> state_;
};
static_assert(Mailbox<ModelMailbox>);

}  // namespace rproc::platform
