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

#include "rproc/firmware/aes_cbc.hpp"
#include "rproc/memory/address.hpp"
#include "rproc/memory/model_memory.hpp"
#include "rproc/result.hpp"
#include "rproc/tee/client.hpp"
#include "rproc/tee/protocol.hpp"
#include "rproc/tee/trusted_keys.hpp"

namespace rproc::tee {

namespace internal {
class RemoteMemories;
}

/// A memory of a remote processor that the TEE may load to: where the processor sees it, and where it is. A TEE may
/// know memories that Linux does not see.
struct RemoteMemory {
    DeviceAddress da;
    PhysicalRange pa;
};

/// What an image has to be for a SoftwareTee to load it.
struct SoftwareTeePolicy {
    /// Whether signatures are looked at: `not_verified` is for tools that judge the rest of an image without its key.
    enum class Signatures { verified, not_verified };

    TrustedKeys keys{};
    Signatures signatures = Signatures::verified;
    /// The AES-256 key of encrypted images (see firmware/platform_tlvs.hpp); without it they are not supported.
    std::optional<AesKey> decryption_key{};
    /// Images of a lower version, or of none, are refused; 0 takes all.
    std::uint32_t minimum_version = 0;
};

/// How the last LOAD_FW of a processor went: what a TEE says on its own console, and to nobody else.
struct LoadReport {
    ResultCode result = ResultCode::success;
    std::string reason{};              ///< of a refusal, in words; empty when it was loaded
    std::optional<std::size_t> key{};  ///< which of the policy's keys signed it; nothing when none did
};

/// The trusted application of OP-TEE's ta/remoteproc, in process: the same commands, states, result codes and image
/// format, with real signatures, so that a secure boot can be tried and tested without a board.
///
/// Stricter than the original where that leaves gaps: the whole image is copied before anything in it is looked at;
/// every program header of every image must be in the hash table, whole and in order, and every hash is checked before
/// the first byte is placed; each TLV may occur once; a resource table must lie in a segment; a session serves the one
/// processor it was opened for; and a refusal leaves the processor's memories zero.
///
/// Not thread-safe by itself: a Connection lets in one thread at a time. Handles of the memories it was given are
/// shared.
class SoftwareTee {
  public:
    enum class ProcessorState { off, loaded, started };

    explicit SoftwareTee(SoftwareTeePolicy policy);
    SoftwareTee(const SoftwareTee&) = delete;
    SoftwareTee& operator=(const SoftwareTee&) = delete;
    ~SoftwareTee();

    /// Makes a processor known, with the memories that its images may be loaded to. The memories stay mapped in
    /// `memory` as long as the TEE lives.
    /// @returns nothing, or
    ///   tee_id_taken: there is one of that id;
    ///   address_overflow: a memory runs past the end of the address space;
    ///   or the error of `memory` for one that cannot be mapped.
    [[nodiscard]] Result<void> add_processor(std::uint32_t id, std::span<const RemoteMemory> memories,
                                             ModelMemory memory);

    // Client. None of these fails; what is wrong with a call is a result.

    [[nodiscard]] Result<OpenedSession> open_session(const Uuid& application, Parameters& parameters);
    [[nodiscard]] Result<ResultCode> invoke(SessionId session, std::uint32_t command, Parameters& parameters);
    void close_session(SessionId session);
    /// The bytes are read where they are, while LOAD_FW runs.
    [[nodiscard]] Result<MemoryId> register_memory(std::span<const std::byte> bytes);
    void unregister_memory(MemoryId memory);

    // For tests and tools that look inside. Precondition of those with an id: `add_processor` was called for it.

    [[nodiscard]] ProcessorState state(std::uint32_t id) const;
    [[nodiscard]] const LoadReport& last_load(std::uint32_t id) const;
    /// True when every byte of the processor's memories is zero.
    [[nodiscard]] bool is_clear(std::uint32_t id) const;
    [[nodiscard]] std::size_t open_sessions() const noexcept { return sessions_.size(); }
    [[nodiscard]] std::size_t registered_memories() const noexcept { return memories_.size(); }
    [[nodiscard]] const SoftwareTeePolicy& policy() const noexcept { return policy_; }

  private:
    struct Processor {
        std::unique_ptr<internal::RemoteMemories> memories;
        ProcessorState state = ProcessorState::off;
        PhysicalRange table{};  ///< of the loaded firmware; empty without one
        LoadReport report{};
    };

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
    std::map<SessionId, std::uint32_t> sessions_;  ///< the processor that each was opened for
    std::map<MemoryId, std::span<const std::byte>> memories_;
    std::uint32_t last_id_ = 0;  ///< of a session or a memory
};
static_assert(Client<SoftwareTee>);

}  // namespace rproc::tee
