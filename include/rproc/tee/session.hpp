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

/// What is done with a processor that runs already when its first firmware is to be loaded: another program has started
/// it, and has ended without stopping it.
enum class RunningProcessor {
    refuse,     ///< tee_processor_running; it runs on
    take_over,  ///< it is stopped, and its firmware is released
};

/// Whether the application has an entry for a processor. It makes one in the first LOAD_FW, and has none after it died.
enum class ProcessorEntry { present, absent };

/// The session of one remote processor with the remoteproc application; its commands are member functions. Open from
/// `open` until its destruction, or until the removal of the TEE; the command that follows tee_application_died opens
/// it again. Move-only; as thread-safe as its Connection.
///
/// Every command returns nothing on success, or
///   tee_refused: the TEE returned another result than success; the error has its name and meaning;
///   tee_application_died: the application panicked in this command or an earlier one (TARGET_DEAD), and has lost the
///     state of every processor;
///   tee_gone: the TEE was removed;
///   or an error of the client.
template <Client C>
class Session {
  public:
    /// Opens a session.
    /// @param processor id of the processor in the TEE.
    /// @returns the session, or an error of Connection::open.
    [[nodiscard]] static Result<Session> open(std::shared_ptr<Connection<C>> connection, std::uint32_t processor) {
        RPROC_TRY(connection->open(processor));
        return Session(std::move(connection), processor);
    }

    Session(Session&& other) noexcept = default;  // a moved-from session has no connection
    Session& operator=(Session&& other) noexcept {
        std::swap(connection_, other.connection_);
        std::swap(processor_, other.processor_);
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
        return done(kCommandLoadFw, connection_->invoke_with(processor_, Command::load_fw, parameters, image));
    }

    /// Starts the processor (START_FW). No effect when it is started.
    [[nodiscard]] Result<void> start_fw() { return command(kCommandStartFw, Command::start_fw); }
    /// Stops the processor (STOP_FW). No effect when it is stopped.
    [[nodiscard]] Result<void> stop_fw() { return command(kCommandStopFw, Command::stop_fw); }
    /// Releases the image and clears the processor's memory (RELEASE_FW).
    [[nodiscard]] Result<void> release_fw() { return command(kCommandReleaseFw, Command::release_fw); }

    /// Brings the processor to the state OFF from any other, and clears its memory: RELEASE_FW, before which a
    /// processor that runs is stopped. Required before a LOAD_FW in an unknown state: in the state LOADED it succeeds
    /// without reading its image.
    /// @returns whether the application had an entry for the processor; without one, it is OFF. Or
    ///   tee_processor_running: it runs, and `running` does not permit to stop it;
    ///   or an error of a command.
    [[nodiscard]] Result<ProcessorEntry> bring_to_off(RunningProcessor running) {
        auto released = answer_to(Command::release_fw);
        if (released && *released == ResultCode::bad_state) {
            if (running == RunningProcessor::refuse)
                return fail(ErrorCode::tee_processor_running, place::TeeProcessor{processor_});
            RPROC_TRY(stop_fw());
            released = answer_to(Command::release_fw);
        }
        return entry_of(kCommandReleaseFw, std::move(released));
    }

    /// Stops the processor, as stop_fw, where the application may have lost its entry.
    /// @returns whether the application had an entry for the processor; without one, it stopped nothing.
    [[nodiscard]] Result<ProcessorEntry> stop_if_known() {
        return entry_of(kCommandStopFw, answer_to(Command::stop_fw));
    }

    /// The resource table of the loaded firmware (GET_RSC_TABLE). Address and size have 64 bits, also for a 32-bit
    /// kernel.
    [[nodiscard]] Result<TableLocation> get_rsc_table() {
        Parameters parameters = first();
        parameters[1] = Parameter::value_output();
        parameters[2] = Parameter::value_output();
        RPROC_TRY(done(kCommandGetRscTable, connection_->invoke(processor_, Command::get_rsc_table, parameters)));
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

    Session(std::shared_ptr<Connection<C>> connection, std::uint32_t processor) noexcept
        : connection_(std::move(connection)), processor_(processor) {}

    [[nodiscard]] Parameters first() const noexcept { return {Parameter::value_input(processor_)}; }

    [[nodiscard]] Result<ResultCode> answer_to(Command command) {
        Parameters parameters = first();
        return connection_->invoke(processor_, command, parameters);
    }

    [[nodiscard]] Result<void> command(const CommandText& text, Command command) {
        return done(text, answer_to(command));
    }

    /// Whether the application has an entry for the processor: a command that has only the id answers BAD_PARAMETERS
    /// without one.
    [[nodiscard]] static Result<ProcessorEntry> entry_of(const CommandText& command, Result<ResultCode> answer) {
        if (answer && *answer == ResultCode::bad_parameters) return ProcessorEntry::absent;
        RPROC_TRY(done(command, std::move(answer)));
        return ProcessorEntry::present;
    }

    /// Converts a result other than success to an error, with the line that Linux prints.
    [[nodiscard]] static Result<void> done(const CommandText& command, Result<ResultCode> answer) {
        if (answer && *answer == ResultCode::success) return {};
        if (!answer) {
            answer.error().set_kernel_line(command.unreached_line);
            return fail(std::move(answer).error());
        }
        const ErrorText& text = *answer == ResultCode::target_dead ? kDied : kRefused;
        return fail(answer_error(text, place::TeeCommand{command.name}, *answer, command.name));
    }

    static constexpr ErrorText kRefused{.code = ErrorCode::tee_refused,
                                        .message = "the TEE answers {0} ({1:#010x}): {2}",
                                        .kernel_line = "{4} invoke failed TEE err: {1:#x}, ret:0",
                                        .hint = "the usual cause: {3}"};
    static constexpr ErrorText kDied{
        .code = ErrorCode::tee_application_died,
        .message =
            "the TEE answers {0} ({1:#010x}): OP-TEE's application for remote processors panicked in this command "
            "or an earlier one",
        .kernel_line = "{4} invoke failed TEE err: {1:#x}, ret:0",
        .hint =
            "read OP-TEE's console: a line that begins with E/TC says why (\"TA panicked with code\", \"User mode "
            "data-abort\"), and \"Status of TA 80a4c275-0a47-4905-8285-1486a9771a08\" follows; the next operation "
            "opens a new session, and begins with the processor off"};

    std::shared_ptr<Connection<C>> connection_;
    std::uint32_t processor_;
};

}  // namespace rproc::tee
