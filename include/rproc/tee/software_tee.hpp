// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rproc/memory/address.hpp"
#include "rproc/memory/model_memory.hpp"
#include "rproc/result.hpp"
#include "rproc/tee/client.hpp"
#include "rproc/tee/protocol.hpp"
#include "rproc/tee/software_tee_policy.hpp"

namespace rproc::tee {

namespace internal {
class RemoteMemories;
}

/// A memory of a remote processor that the TEE may load to, with both of its addresses. Linux may not know every one.
struct RemoteMemory {
    DeviceAddress da;  ///< of the first byte, for the processor
    PhysicalRange pa;  ///< in the physical address space
};

/// The result of the last LOAD_FW of a processor, with the reason that a TEE prints on its own console only.
struct LoadReport {
    ResultCode result = ResultCode::success;
    std::string reason{};              ///< of a refusal, in words; empty on success
    std::optional<std::size_t> key{};  ///< index of the key of the policy that signed it; nothing if none did
    /// The check that refused it, if OP-TEE's application does not make that check.
    std::optional<StrictRule> broken{};
};

/// A model of OP-TEE's trusted application ta/remoteproc, in process: the same commands, states, result codes and image
/// format, with real signatures. For secure boots without a board.
///
/// The policy decides between the checks of the original (SoftwareTeePolicy::Checks::as_optee) and stricter ones
/// (StrictRule), after which a refused image leaves the processor's memories zero. With both the whole image is copied
/// before any check, and a session serves only the processor that it was opened for.
///
/// It keeps the state of a processor over sessions, as the original, whose instance is kept alive: a client that dies
/// leaves the processor LOADED or STARTED. `die` ends the instance.
///
/// Threads: not thread-safe; a Connection serialises its calls. The memories passed to it are shared handles.
class SoftwareTee {
  public:
    /// The states of a processor in the trusted application.
    enum class ProcessorState {
        off,      ///< no image is loaded, or it was stopped
        loaded,   ///< an authenticated image is in the memories
        started,  ///< the core runs
    };

    /// How many sessions the application serves at the same time.
    enum class Sessions {
        several,  ///< any number, each for the processor that it was opened for
        one,      ///< as the original, which has one instance: a second open is BUSY, whatever its id; the commands of
                  ///< the session may be for any processor
    };

    /// A TEE without processors. @param policy of all processors.
    explicit SoftwareTee(SoftwareTeePolicy policy, Sessions sessions = Sessions::several);
    SoftwareTee(const SoftwareTee&) = delete;
    SoftwareTee& operator=(const SoftwareTee&) = delete;
    ~SoftwareTee();

    /// Adds a processor.
    /// @param memories the ranges that its images may be loaded to; mapped in `memory` as long as the TEE lives.
    /// @returns nothing, or
    ///   tee_id_taken: a processor has that id;
    ///   address_overflow: a range wraps;
    ///   or the error of `memory` for a range that cannot be mapped.
    [[nodiscard]] Result<void> add_processor(std::uint32_t id, std::span<const RemoteMemory> memories,
                                             ModelMemory memory);

    /// The application panics: every later command of the open sessions is TARGET_DEAD. The next session is one of a
    /// new instance, which has no entry of any processor. Memories and cores stay as they are: of a core that runs, the
    /// new instance does not know it.
    void die();
    /// The application dies in the command that is sent after `commands` others: that command is not done.
    void die_after(std::size_t commands) noexcept { commands_left_ = commands; }
    /// Keeps memories of a processor from Linux, as a firewall of the SoC does: from LOAD_FW until the memories are
    /// cleared again the memory of `add_processor` maps no range that overlaps one of `ranges`. The resource table
    /// whose address GET_RSC_TABLE gives stays readable. Precondition: `add_processor` succeeded for `id`.
    void isolate(std::uint32_t id, std::vector<PhysicalRange> ranges);

    // The concept Client. These never return an error; an invalid call has a result other than success.

    [[nodiscard]] Result<OpenedSession> open_session(const Uuid& application, Parameters& parameters);
    [[nodiscard]] Result<ResultCode> invoke(SessionId session, std::uint32_t command, Parameters& parameters);
    void close_session(SessionId session);
    /// Registers the bytes in place; LOAD_FW reads them.
    [[nodiscard]] Result<MemoryId> register_memory(std::span<const std::byte> bytes);
    void unregister_memory(MemoryId memory);

    // For tests and tools. Precondition of the functions with an id: `add_processor` succeeded for it.

    /// The state of a processor; `off` without an entry.
    [[nodiscard]] ProcessorState state(std::uint32_t id) const;
    /// Whether the application has an entry of a processor: the first LOAD_FW makes it, also one that is refused. All
    /// other commands are BAD_PARAMETERS without one.
    [[nodiscard]] bool has_entry(std::uint32_t id) const;
    /// The report of the last LOAD_FW of a processor; valid until the next one.
    [[nodiscard]] const LoadReport& last_load(std::uint32_t id) const;
    /// Whether every byte of the processor's memories is zero.
    [[nodiscard]] bool is_clear(std::uint32_t id) const;
    /// The number of open sessions.
    [[nodiscard]] std::size_t open_sessions() const noexcept { return sessions_.size(); }
    /// The number of registered memories.
    [[nodiscard]] std::size_t registered_memories() const noexcept { return memories_.size(); }
    /// The policy.
    [[nodiscard]] const SoftwareTeePolicy& policy() const noexcept { return policy_; }

  private:
    struct Processor {
        std::unique_ptr<internal::RemoteMemories> memories;
        bool has_entry = false;
        ProcessorState state = ProcessorState::off;
        PhysicalRange table{};  ///< of the loaded firmware; empty without one
        LoadReport report{};
    };

    struct Session {
        std::uint32_t processor;  ///< that it was opened for
        std::uint32_t instance;   ///< of the application
    };

    [[nodiscard]] bool dies_now();
    [[nodiscard]] ResultCode load_fw(Processor& processor, const Parameters& parameters);
    [[nodiscard]] static ResultCode start_fw(Processor& processor);
    [[nodiscard]] static ResultCode stop_fw(Processor& processor);
    [[nodiscard]] static ResultCode get_rsc_table(const Processor& processor, Parameters& parameters);
    [[nodiscard]] static ResultCode release_fw(Processor& processor);
    [[nodiscard]] ResultCode dispatch(Command command, Processor& processor, Parameters& parameters);
    [[nodiscard]] std::optional<std::span<const std::byte>> shared_bytes(const Parameter& parameter) const;
    [[nodiscard]] const Processor& processor(std::uint32_t id) const;

    SoftwareTeePolicy policy_;
    std::map<std::uint32_t, Processor> processors_;
    Sessions rule_;
    std::uint32_t instance_ = 0;                  ///< of the application; counts its deaths
    std::optional<std::size_t> commands_left_{};  ///< before it dies
    std::map<SessionId, Session> sessions_;
    std::map<MemoryId, std::span<const std::byte>> memories_;
    std::uint32_t last_id_ = 0;  ///< of a session or a memory
};
static_assert(Client<SoftwareTee>);

}  // namespace rproc::tee
