// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "rproc/core/registry.hpp"
#include "rproc/result.hpp"
#include "rproc/tee/tee_context.hpp"

namespace rproc::tee {

/// How a probe ended that is no error.
enum class Probed {
    registered,  ///< the processor is in the registry
    deferred,    ///< the TEE is not there: the probe is repeated when it is (-EPROBE_DEFER)
};

/// The order between a TEE and the processors that it owns, as Linux's driver core keeps it with device links: a
/// processor is registered when its TEE is there, and is stopped and removed before its TEE goes; when a TEE appears
/// again, it is registered again.
///
/// Threads: any; one operation at a time. A probe, or an observer of a processor, must not call the links. The registry
/// must outlive the links, whose destructor removes the processors and the TEE.
template <Client C>
class DeviceLinks {
  public:
    /// Makes and registers the processor; see platform::probe. @returns its name in the registry.
    using Probe = std::function<Result<std::string>(Backend<C>)>;

    explicit DeviceLinks(ProcessorRegistry& registry) : registry_(registry) {}
    DeviceLinks(const DeviceLinks&) = delete;
    DeviceLinks& operator=(const DeviceLinks&) = delete;
    ~DeviceLinks() { remove(); }

    /// Probes a processor now, and again each time that a TEE appears.
    /// @param id of the processor in the TEE: `config.tee_owner()->id`.
    /// @returns how it ended, or the error of TeeContext::register_processor or of `probe`; the link is then forgotten.
    [[nodiscard]] Result<Probed> probe(std::uint32_t id, Probe probe) {
        const std::scoped_lock guard(lock_);
        Link link{id, std::move(probe), {}};
        RPROC_TRY_ASSIGN(const Probed probed, try_probe(link));
        links_.push_back(std::move(link));
        return probed;
    }

    /// Handles the probe of a TEE: probes the processors that wait for it, in their order.
    /// @param client as in TeeContext::provide.
    /// @returns the errors of probes that failed; such a processor is not probed again. Empty when all succeeded.
    std::vector<Error> provide(std::shared_ptr<C> client) {
        const std::scoped_lock guard(lock_);
        remove_consumers();
        context_.provide(std::move(client));
        std::vector<Error> failed;
        std::erase_if(links_, [&](Link& link) {
            auto probed = try_probe(link);
            if (!probed) failed.push_back(std::move(probed).error());
            return !probed;
        });
        return failed;
    }

    /// Handles the removal of the TEE: stops and unregisters its processors, the last one first, then closes their
    /// sessions. They wait for the next TEE.
    void remove() {
        const std::scoped_lock guard(lock_);
        remove_consumers();
        context_.remove();
    }

    /// Unbinds a processor: stops and unregisters it, and forgets the link. Does nothing for an unknown id.
    void unbind(std::uint32_t id) {
        const std::scoped_lock guard(lock_);
        for (Link& link : links_)
            if (link.id == id) unregister(link);
        std::erase_if(links_, [&](const Link& link) { return link.id == id; });
    }

  private:
    struct Link {
        std::uint32_t id;
        Probe probe;
        std::string name;  ///< in the registry; empty while it is deferred
    };

    Result<Probed> try_probe(Link& link) {
        auto backend = context_.register_processor(link.id);
        if (!backend && backend.error().code() == ErrorCode::tee_not_ready) return Probed::deferred;
        if (!backend) return fail(std::move(backend).error());
        RPROC_TRY_ASSIGN(link.name, link.probe(*std::move(backend)));
        return Probed::registered;
    }

    void remove_consumers() {
        for (auto link = links_.rbegin(); link != links_.rend(); ++link) unregister(*link);
    }

    /// A processor that its owner has removed already is unknown to the registry.
    void unregister(Link& link) {
        if (!link.name.empty()) static_cast<void>(registry_.remove(std::exchange(link.name, {})));
    }

    std::mutex lock_;
    ProcessorRegistry& registry_;
    TeeContext<C> context_;
    std::vector<Link> links_;
};

}  // namespace rproc::tee
