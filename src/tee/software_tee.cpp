// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/software_tee.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include <fmt/format.h>

#include "rproc/internal/bytes.hpp"
#include "tee/load.hpp"
#include "tee/remote_memories.hpp"

namespace rproc::tee {
namespace {

/// Whether the parameters have exactly these types, in this order.
bool have_types(const Parameters& parameters, std::initializer_list<ParamType> types) {
    const auto* wanted = types.begin();
    for (const Parameter& parameter : parameters) {
        const ParamType type = wanted == types.end() ? ParamType::none : *wanted++;
        if (parameter.type != type) return false;
    }
    return true;
}

/// Whether the parameters are those of the command.
bool fit(Command command, const Parameters& parameters) {
    switch (command) {
        case Command::load_fw: return have_types(parameters, {ParamType::value_input, ParamType::memref_input});
        case Command::start_fw:
        case Command::stop_fw:
        case Command::release_fw: return have_types(parameters, {ParamType::value_input});
        case Command::get_rsc_table:
            return have_types(parameters, {ParamType::value_input, ParamType::value_output, ParamType::value_output});
        case Command::get_coredump: break;
    }
    return false;
}

constexpr ErrorText kIdTaken{.code = ErrorCode::tee_id_taken, .message = "there is a remote processor of this id"};

}  // namespace

SoftwareTee::SoftwareTee(SoftwareTeePolicy policy, Sessions sessions) : policy_(std::move(policy)), rule_(sessions) {}
SoftwareTee::~SoftwareTee() = default;

Result<void> SoftwareTee::add_processor(std::uint32_t id, std::span<const RemoteMemory> memories, ModelMemory memory) {
    if (processors_.contains(id)) {
        return fail(kIdTaken, place::TeeProcessor{id});
    }
    RPROC_TRY_ASSIGN(auto mapped, internal::RemoteMemories::map(memories, std::move(memory)));
    processors_[id].memories = std::make_unique<internal::RemoteMemories>(std::move(mapped));
    return {};
}

void SoftwareTee::isolate(std::uint32_t id, std::vector<PhysicalRange> ranges) {
    Processor& processor = processors_.at(id);
    processor.memories->set_firewall([&processor, kept = std::move(ranges)](PhysicalRange range) {
        if (std::ranges::none_of(kept, [&](PhysicalRange each) { return each.overlaps(range); })) return false;
        const bool holds = processor.state != ProcessorState::off || !processor.memories->is_clear();
        return holds && !processor.table.contains(range);
    });
}

Result<OpenedSession> SoftwareTee::open_session(const Uuid& application, Parameters& parameters) {
    if (application != kRemoteprocUuid) return OpenedSession{ResultCode::item_not_found};
    if (rule_ == Sessions::one && !sessions_.empty()) return OpenedSession{ResultCode::busy};
    if (!have_types(parameters, {ParamType::value_input})) return OpenedSession{ResultCode::bad_parameters};
    const std::uint32_t id = parameters[0].a;
    if (!processors_.contains(id)) return OpenedSession{ResultCode::not_supported};
    const SessionId session{++last_id_};
    sessions_.emplace(session, Session{id, instance_});
    return OpenedSession{ResultCode::success, session};
}

void SoftwareTee::close_session(SessionId session) { sessions_.erase(session); }

Result<MemoryId> SoftwareTee::register_memory(std::span<const std::byte> bytes) {
    const MemoryId memory{++last_id_};
    memories_.emplace(memory, bytes);
    return memory;
}

void SoftwareTee::unregister_memory(MemoryId memory) { memories_.erase(memory); }

Result<ResultCode> SoftwareTee::invoke(SessionId session, std::uint32_t command, Parameters& parameters) {
    const auto opened = sessions_.find(session);
    if (opened == sessions_.end()) return ResultCode::bad_parameters;
    if (opened->second.instance != instance_ || dies_now()) return ResultCode::target_dead;
    const auto asked = static_cast<Command>(command);
    if (asked == Command::get_coredump) return ResultCode::not_implemented;
    if (!fit(asked, parameters)) return ResultCode::bad_parameters;
    const std::uint32_t id = parameters[0].a;
    const auto found = processors_.find(id);
    if (found == processors_.end())
        return asked == Command::load_fw ? ResultCode::not_supported : ResultCode::bad_parameters;
    if (rule_ == Sessions::several && opened->second.processor != id) return ResultCode::access_denied;
    return dispatch(asked, found->second, parameters);
}

bool SoftwareTee::dies_now() {
    if (!commands_left_) return false;
    if (*commands_left_ != 0) {
        --*commands_left_;
        return false;
    }
    die();
    return true;
}

void SoftwareTee::die() {
    ++instance_;
    commands_left_.reset();
    for (auto& [id, processor] : processors_) {
        processor.has_entry = false;
        processor.state = ProcessorState::off;
        processor.table = {};
    }
}

ResultCode SoftwareTee::dispatch(Command command, Processor& processor, Parameters& parameters) {
    if (command == Command::load_fw) processor.has_entry = true;
    if (!processor.has_entry) return ResultCode::bad_parameters;
    switch (command) {
        case Command::load_fw: return load_fw(processor, parameters);
        case Command::start_fw: return start_fw(processor);
        case Command::stop_fw: return stop_fw(processor);
        case Command::get_rsc_table: return get_rsc_table(processor, parameters);
        case Command::release_fw: return release_fw(processor);
        case Command::get_coredump: break;
    }
    return ResultCode::not_implemented;
}

ResultCode SoftwareTee::load_fw(Processor& processor, const Parameters& parameters) {
    if (processor.state == ProcessorState::loaded) return ResultCode::success;
    if (processor.state == ProcessorState::started) return ResultCode::bad_state;

    auto loaded = internal::load_image(shared_bytes(parameters[1]), policy_, *processor.memories);
    if (!loaded) {
        internal::Refusal& refusal = loaded.error();
        processor.report = {refusal.result, std::move(refusal.reason), refusal.key, refusal.broken};
        return processor.report.result;
    }
    processor.report = {.key = loaded->key};
    processor.table = loaded->table;
    processor.state = ProcessorState::loaded;
    return ResultCode::success;
}

ResultCode SoftwareTee::start_fw(Processor& processor) {
    if (processor.state == ProcessorState::off) return ResultCode::bad_state;
    processor.state = ProcessorState::started;
    return ResultCode::success;
}

ResultCode SoftwareTee::stop_fw(Processor& processor) {
    if (processor.state == ProcessorState::loaded) return ResultCode::bad_state;
    processor.state = ProcessorState::off;
    return ResultCode::success;
}

ResultCode SoftwareTee::get_rsc_table(const Processor& processor, Parameters& parameters) {
    if (processor.state == ProcessorState::off) return ResultCode::bad_state;
    parameters[1].set_value(processor.table.start().value());
    parameters[2].set_value(processor.table.size());
    return ResultCode::success;
}

ResultCode SoftwareTee::release_fw(Processor& processor) {
    if (processor.state == ProcessorState::started) return ResultCode::bad_state;
    processor.memories->clear();
    processor.state = ProcessorState::off;
    return ResultCode::success;
}

std::optional<std::span<const std::byte>> SoftwareTee::shared_bytes(const Parameter& parameter) const {
    const auto found = memories_.find(parameter.memory);
    if (found == memories_.end() || !rproc::internal::fits(parameter.offset, parameter.size, found->second.size()))
        return std::nullopt;
    return rproc::internal::slice(found->second, parameter.offset, parameter.size);
}

const SoftwareTee::Processor& SoftwareTee::processor(std::uint32_t id) const { return processors_.at(id); }

SoftwareTee::ProcessorState SoftwareTee::state(std::uint32_t id) const { return processor(id).state; }
bool SoftwareTee::has_entry(std::uint32_t id) const { return processor(id).has_entry; }
const LoadReport& SoftwareTee::last_load(std::uint32_t id) const { return processor(id).report; }
bool SoftwareTee::is_clear(std::uint32_t id) const { return processor(id).memories->is_clear(); }

}  // namespace rproc::tee
