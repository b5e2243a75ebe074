// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "rproc/memory/address.hpp"
#include "rproc/result.hpp"
#include "rproc/tee/connection.hpp"

namespace rproc::tee {

/// The resource table that the TEE reports; `size` (bytes) is 0 without one.
struct TableLocation {
    PhysicalAddress pa;
    std::uint64_t size;
};

/// The session of one remote processor with the remoteproc application; its commands are member functions. Open from
/// `open` until its destruction, or until the removal of the TEE. Move-only; as thread-safe as its Connection.
///
/// Every command returns nothing on success, or
///   tee_refused: the TEE returned another result than success; the error has its name and meaning;
///   tee_gone: the TEE was removed;
///   or an error of the client.
template <Client C>
class Session {
  public:
    /// Opens a session.
    /// @param processor id of the processor in the TEE.
    /// @returns the session, or an error of Connection::open.
    [[nodiscard]] static Result<Session> open(std::shared_ptr<Connection<C>> connection, std::uint32_t processor) {
        RPROC_TRY_ASSIGN(const SessionId id, connection->open(processor));
        return Session(std::move(connection), processor, id);
    }

    Session(Session&& other) noexcept = default;  // a moved-from session has no connection
    Session& operator=(Session&& other) noexcept {
        std::swap(connection_, other.connection_);
        std::swap(processor_, other.processor_);
        std::swap(id_, other.id_);
        return *this;
    }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() {
        if (connection_ != nullptr) connection_->close(processor_);
    }

    /// Authenticates the image, and loads it to the processor's memory (LOAD_FW). No effect when an image is loaded.
    /// @param image the signed image; shared with the TEE during the call.
    [[nodiscard]] Result<void> load_fw(std::span<const std::byte> image) {
        Parameters parameters = first();
        return done(kCommandLoadFw, connection_->invoke_with(id_, Command::load_fw, parameters, image));
    }

    /// Starts the processor (START_FW). No effect when it is started.
    [[nodiscard]] Result<void> start_fw() { return command(kCommandStartFw, Command::start_fw); }
    /// Stops the processor (STOP_FW). No effect when it is stopped.
    [[nodiscard]] Result<void> stop_fw() { return command(kCommandStopFw, Command::stop_fw); }
    /// Releases the image and clears the processor's memory (RELEASE_FW).
    [[nodiscard]] Result<void> release_fw() { return command(kCommandReleaseFw, Command::release_fw); }

    /// The resource table of the loaded firmware (GET_RSC_TABLE). Address and size have 64 bits, also for a 32-bit
    /// kernel.
    [[nodiscard]] Result<TableLocation> get_rsc_table() {
        Parameters parameters = first();
        parameters[1] = Parameter::value_output();
        parameters[2] = Parameter::value_output();
        RPROC_TRY(done(kCommandGetRscTable, connection_->invoke(id_, Command::get_rsc_table, parameters)));
        return TableLocation{PhysicalAddress(parameters[1].value()), parameters[2].value()};
    }

  private:
    /// A command as the kernel's log names it.
    struct CommandText {
        std::string_view name;
        std::string_view unreached_line;  ///< printed when the request does not reach the TEE
    };
    static constexpr CommandText kCommandLoadFw{
        .name = "TA_RPROC_CMD_LOAD_FW",
        .unreached_line = "TA_RPROC_CMD_LOAD_FW invoke failed TEE err: 0x0, ret:{result}"};
    static constexpr CommandText kCommandStartFw{
        .name = "TA_RPROC_CMD_START", .unreached_line = "TA_RPROC_CMD_START invoke failed TEE err: 0x0, ret:{result}"};
    static constexpr CommandText kCommandStopFw{
        .name = "TA_RPROC_CMD_STOP", .unreached_line = "TA_RPROC_CMD_STOP invoke failed TEE err: 0x0, ret:{result}"};
    static constexpr CommandText kCommandReleaseFw{
        .name = "TA_RPROC_CMD_RELEASE_FW",
        .unreached_line = "TA_RPROC_CMD_RELEASE_FW invoke failed TEE err: 0x0, ret:{result}"};
    static constexpr CommandText kCommandGetRscTable{
        .name = "TA_RPROC_CMD_GET_RSC_TABLE",
        .unreached_line = "TA_RPROC_CMD_GET_RSC_TABLE invoke failed TEE err: 0x0, ret:{result}"};

    Session(std::shared_ptr<Connection<C>> connection, std::uint32_t processor, SessionId id) noexcept
        : connection_(std::move(connection)), processor_(processor), id_(id) {}

    [[nodiscard]] Parameters first() const noexcept { return {Parameter::value_input(processor_)}; }

    [[nodiscard]] Result<void> command(const CommandText& text, Command command) {
        Parameters parameters = first();
        return done(text, connection_->invoke(id_, command, parameters));
    }

    /// Converts a result other than success to an error, with the line that Linux prints.
    [[nodiscard]] static Result<void> done(const CommandText& command, Result<ResultCode> answer) {
        if (answer && *answer == ResultCode::success) return {};
        if (!answer) {
            answer.error().set_kernel_line(command.unreached_line);
            return fail(std::move(answer).error());
        }
        return fail(answer_error({.code = ErrorCode::tee_refused,
                                  .message = "the TEE answers {0} ({1:#010x}): {2}",
                                  .kernel_line = "{4} invoke failed TEE err: {1:#x}, ret:0",
                                  .hint = "the usual cause: {3}"},
                                 place::TeeCommand{command.name}, *answer, command.name));
    }

    std::shared_ptr<Connection<C>> connection_;
    std::uint32_t processor_;
    SessionId id_;
};

}  // namespace rproc::tee
