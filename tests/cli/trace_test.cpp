// SPDX-License-Identifier: BSD-2-Clause
// rproc trace: the traces in the image, and in a memory in files that the test writes to in place of the firmware.

#include <signal.h>

#include <algorithm>
#include <memory>
#include <optional>

#include <gmock/gmock.h>

#include "cli_test.hpp"
#include "rproc/sim/file_memory.hpp"
#include "running_command.hpp"
#include "support/elf_builder.hpp"

namespace rproc::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// The da of the traces of the test's firmware, in mcuram2.
constexpr std::uint32_t kLogs = 0x10005000;
constexpr std::uint32_t kLogSize = 0x20;

/// A trace buffer of the test's firmware; the buffers are adjacent.
struct Log {
    std::string name;
    std::string text;  ///< in the image
};

/// A firmware whose image has text in its trace buffers, as an initialized array has.
std::string firmware_with(const std::vector<Log>& logs, std::vector<Bytes> more_entries = {}) {
    Table table;
    ByteWriter data;
    for (const Log& log : logs) {
        const auto da = kLogs + static_cast<std::uint32_t>(data.size());
        table.entries.push_back(trace({.name = log.name, .da = da, .len = kLogSize}));
        data.text(log.text, kLogSize);
    }
    for (Bytes& entry : more_entries) table.entries.push_back(std::move(entry));
    const Bytes bytes = table.build();
    ElfImage image;
    image.segments = {{.paddr = 0, .data = pattern(0x100)}, {.paddr = 0x10000000, .data = bytes}};
    if (!logs.empty()) image.segments.push_back({.paddr = kLogs, .data = data.take()});
    image.sections = {{.name = ".resource_table", .addr = 0x10000000, .data = bytes, .segment = 1}};
    const Bytes file = image.build();
    return {reinterpret_cast<const char*>(file.data()), file.size()};
}

class Trace : public Cli {
  protected:
    std::string write_firmware(const std::vector<Log>& logs, std::vector<Bytes> more_entries = {}) const {
        return write("app.elf", firmware_with(logs, std::move(more_entries)));
    }
    [[nodiscard]] CommandResult on_terminal(const Arguments& arguments) const {
        CommandLine line = command(arguments);
        line.standard_output = CommandLine::Stdout::terminal;
        return run_command(line);
    }
};

TEST_F(Trace, PrintsOnlyTheTextUpToTheFirstZeroByte) {
    const auto result = run({"trace", "-q", write_firmware({{"cm4_log", "started\n\x01 raw"}})});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out, "started\n\x01 raw");
    EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(Trace, BufferWithoutTextIsEmpty) {
    const auto result = run({"trace", "--board", "stm32mp157c-dk2", kHello});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(Trace, NamesTheDefaultBoardAndVerboselyThatNoCodeRuns) {
    const std::string firmware = write_firmware({{"cm4_log", "x"}});
    EXPECT_EQ(run({"trace", firmware}).err, "rproc: note: on a model of stm32mp157c-dk2 (m4), the default board\n");
    EXPECT_THAT(
        run({"trace", "-v", "--board", "stm32mp157c-ev1", firmware}).err,
        AllOf(HasSubstr("on a model of stm32mp157c-ev1 (m4)\n"), HasSubstr("the model does not execute the firmware")));
}

TEST_F(Trace, LinesOfSeveralBuffersBeginWithTheName) {
    const auto result = run({"trace", "-q", write_firmware({{"core", "one\ntwo"}, {"net", "up\n"}})});
    EXPECT_EQ(result.out, "core: one\nnet: up\ncore: two\n");
}

TEST_F(Trace, BuffersWithoutAUniqueNameAreNumbered) {
    const auto result = run({"trace", "-q", write_firmware({{"log", "a\n"}, {"log", "b\n"}, {"", "c\n"}})});
    EXPECT_EQ(result.out, "trace0: a\ntrace1: b\ntrace2: c\n");
}

TEST_F(Trace, BufferIsSelectedByNameOrNumber) {
    const std::string firmware = write_firmware({{"core", "one\n"}, {"net", "two\n"}, {"0", "three\n"}});
    EXPECT_EQ(run({"trace", "-q", "-n", "net", firmware}).out, "two\n");
    EXPECT_EQ(run({"trace", "-q", "--name", "1", firmware}).out, "two\n");
    EXPECT_EQ(run({"trace", "-q", "-n", "0", firmware}).out, "three\n") << "a name has priority over a number";
    EXPECT_EQ(run({"trace", "-q", "-n", "net", "-n", "core", "-n", "net", firmware}).out, "core: one\nnet: two\n");
}

TEST_F(Trace, UnknownNameListsTheBuffers) {
    const auto result = run({"trace", "-q", "-n", "cpu", write_firmware({{"core", ""}, {"net", ""}})});
    EXPECT_EQ(result.status, 3);
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_EQ(result.err,
              "rproc: error: the firmware has no trace buffer \"cpu\"\n"
              "       hint:  it has core (0), net (1)\n");
}

TEST_F(Trace, FirmwareWithoutATraceIsExplained) {
    const auto no_entry = run({"trace", "-q", write_firmware({}, {vdev({})})});
    EXPECT_EQ(no_entry.status, 1);
    EXPECT_THAT(no_entry.err, AllOf(HasSubstr("app.elf: the firmware's resource table has no trace buffer"),
                                    HasSubstr("hint:  add a trace entry")));
    const auto no_table = run({"trace", "-q", write_shape("table-none")});
    EXPECT_EQ(no_table.status, 1);
    EXPECT_THAT(no_table.err, HasSubstr("has no resource table, and so no trace buffer"));
}

struct Unreadable {
    std::string shape;
    std::string why;
};

TEST_F(Trace, BufferOutsideMappedMemoryIsExplained) {
    for (const Unreadable& each :
         {Unreadable{"trace-da-outside", "lies in no memory of the board; the nearest is mcuram"},
          Unreadable{"trace-crossing", "begins in mcuram2 (0x10000000+0x40000) and ends 1 byte past it"},
          Unreadable{"trace-vdev-buffer", "which Linux keeps for virtio buffers and never maps"}}) {
        const auto result = run({"trace", "-q", write_shape(each.shape)});
        EXPECT_EQ(result.status, 1) << each.shape;
        EXPECT_THAT(result.out, IsEmpty());
        EXPECT_THAT(result.err, AllOf(HasSubstr("trace \"cm4_log\": "), HasSubstr(each.why),
                                      HasSubstr("hint:  give the trace entry the address and size")));
    }
}

TEST_F(Trace, ReadableBuffersAreShownNextToAnUnreadableOne) {
    const std::string firmware =
        write_firmware({{"good", "fine\n"}}, {trace({.name = "bad", .da = 0x80000000, .len = 0x10})});
    const auto both = run({"trace", "-q", firmware});
    EXPECT_EQ(both.status, 0);
    EXPECT_EQ(both.out, "fine\n");
    EXPECT_THAT(both.err, HasSubstr("trace \"bad\""));
    EXPECT_EQ(run({"trace", "-q", "-n", "bad", firmware}).status, 1);
}

TEST_F(Trace, FullBufferIsNotedAsPossiblyTruncated) {
    const std::string firmware = write_firmware({{"ring", std::string(kLogSize, 'r')}});
    const auto result = run({"trace", firmware});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out, std::string(kLogSize, 'r'));
    EXPECT_THAT(result.err, HasSubstr("rproc: note: ring: the buffer may hold more"));
    EXPECT_THAT(run({"trace", "-q", firmware}).err, IsEmpty());
}

TEST_F(Trace, JsonHasAnObjectForEachBuffer) {
    const auto result = run({"trace", "--json", write_firmware({{"core", "caf\xe9\n"}, {"net", ""}})});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.err, IsEmpty());
    const auto objects = objects_of(result.out);
    ASSERT_EQ(objects.size(), 2U);
    EXPECT_THAT(fields_of(objects[0]),
                ElementsAre("schema", "board", "remoteproc", "index", "name", "text", "may_be_missing", "restarted"));
    EXPECT_EQ(objects[0]["schema"], "rproc.trace/1");
    EXPECT_EQ(objects[0]["board"], "stm32mp157c-dk2");
    EXPECT_EQ(objects[0]["name"], "core");
    EXPECT_EQ(objects[0]["text"], "caf\xef\xbf\xbd\n");
    EXPECT_EQ(objects[1]["index"], 1);
    EXPECT_EQ(objects[1]["text"], "");
    EXPECT_EQ(objects[1]["may_be_missing"], false);
}

TEST_F(Trace, ControlCharactersInATraceAreEscapedOnATerminal) {
    if (!has_terminals()) GTEST_SKIP() << "no pseudo-terminals available";
    const std::string text = "a\x1b[2Jb\tc\xc3\xa9\xc2\x9b\x9b\r\nd\re";
    const std::string firmware = write_firmware({{"log", text}});
    // The terminal converts a newline to \r\n.
    EXPECT_EQ(on_terminal({"trace", "-q", firmware}).out, "a\\x1b[2Jb\tc\xc3\xa9\\xc2\\x9b\\x9b\r\nd\\x0de\r\n");
    EXPECT_EQ(run({"trace", "-q", firmware}).out, text) << "no terminal: the bytes as they are";
}

TEST_F(Trace, RefusedBootShowsTheReasonAndAHint) {
    const auto result = run({"trace", "-q", write_shape("segment-outside")});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, AllOf(HasSubstr("the boot was refused: segment 3 (0x80100000+0x540): "),
                                  HasSubstr("hint:  place it in a memory-region")));
    EXPECT_EQ(run({"trace", "./missing.elf"}).status, 3);
}

TEST_F(Trace, SignedFirmwareIsLoadedByTheTee) {
    const std::string data = RPROC_TEST_DATA_DIR "/signed/";
    const auto result = run(
        {"trace", "-q", "--tee", "software", "--key", data + "rsa2048.pub.pem", "--json", data + "app.rsa2048.signed"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_FALSE(objects_of(result.out).empty());
    const auto refused =
        run({"trace", "-q", "--tee", "software", "--key", data + "rsa2048.pub.pem", data + "app.p256.signed"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("SIGNATURE_INVALID"));
}

TEST_F(Trace, UsageErrorsAreOneSentence) {
    const auto mistake = [&](Arguments arguments, const std::string& said) {
        arguments.push_back(kHello);
        const auto result = run(arguments);
        EXPECT_EQ(result.status, 2) << said;
        EXPECT_THAT(result.err, HasSubstr(said));
    };
    mistake({"trace", "-f"}, "the model does not execute the firmware");
    mistake({"trace", "--tee", "software"}, "name the public key that it trusts with --key");
    mistake({"trace", "--key", RPROC_TEST_DATA_DIR "/signed/rsa2048.pub.pem"}, "--key goes with --tee software");
    mistake({"trace", "--tee", "software", "--key", RPROC_TEST_DATA_DIR "/signed/rsa2048.pub.pem", "--memory", "m"},
            "--memory needs a board without a TEE");
    mistake({"trace", "--interval", "5"}, "--interval requires --follow");
    mistake({"trace", "--memory", "m", "-f", "--interval", "0"}, "0 not in range");
}

TEST_F(Trace, MemoryInFilesIsKeptAfterwards) {
    const std::string firmware = write_firmware({{"cm4_log", "started\n"}});
    const auto result = run({"trace", "--board", "stm32mp157c-dk2", "--memory", "board", firmware});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out, "started\n");
    EXPECT_EQ(result.err, "rproc: note: cm4_log: 32 bytes at offset 0x5000 of board/10000000-1003ffff.mem\n");
    const std::string memory = read_text(directory() / "board/10000000-1003ffff.mem");
    EXPECT_EQ(memory.size(), 0x40000U);
    EXPECT_EQ(memory.substr(0x5000, 9), std::string("started\n\0", 9));
}

TEST_F(Trace, MemoryThatCannotBeMappedIsAnIoError) {
    const std::string firmware = write_firmware({{"cm4_log", ""}});
    const auto no_directory = run({"trace", "-q", "--memory", firmware, firmware});
    EXPECT_EQ(no_directory.status, 7);
    EXPECT_THAT(no_directory.err, HasSubstr("app.elf: the directory cannot be opened: Not a directory"));
    write("board/10000000-1003ffff.mem", "short");
    const auto wrong_size = run({"trace", "-q", "--memory", "board", firmware});
    EXPECT_EQ(wrong_size.status, 7);
    EXPECT_THAT(wrong_size.err, HasSubstr("board/10000000-1003ffff.mem: has 5 bytes, and the memory has 262144"));
}

/// Plays the firmware of a `rproc trace --follow`.
///
/// The command may read between any two bytes that are written. So it either polls often, and each byte is written
/// after the previous one is shown (`type`); or it sleeps until the stop signal, and then reads once more.
class Followed : public Trace {
  protected:
    static constexpr const char* kOften = "1";
    static constexpr const char* kNeverByItself = "60000";

    /// Follows the buffers with these additional options, and waits for the end of the first read.
    void follow(const char* interval, const std::vector<Log>& logs, const Arguments& options = {},
                std::vector<Bytes> more_entries = {}) {
        Arguments arguments{"trace",           "-f",         "--board",
                            "stm32mp157c-dk2", "--interval", interval,
                            "--memory",        "board",      write_firmware(logs, std::move(more_entries))};
        arguments.insert(arguments.end(), options.begin(), options.end());
        running_ = std::make_unique<RunningCommand>(command(arguments));
        running_->read_error_until(logs.back().name + ": 32 bytes at offset");
        running_->read_error_until("\n");
        mapping_.reset();  // a mapping must not outlive its provider
        memory_ = sim::FileMemory::open(directory() / "board").value();
        mapping_ = memory_->map(PhysicalRange::make(PhysicalAddress(kLogs), kLogSize * logs.size()).value()).value();
    }

    [[nodiscard]] RunningCommand& running() { return *running_; }

    void write_at(std::size_t at, const std::string& text) const {
        std::ranges::transform(text, mapping_.bytes().subspan(at).begin(), [](char c) { return std::byte(c); });
    }

    /// Writes byte for byte from `at`, wrapping at the end of the first buffer. @returns the output.
    std::string type(std::size_t at, const std::string& text) {
        std::string shown;
        for (const char c : text) {
            write_at(at++ % kLogSize, std::string(1, c));
            shown += running_->read_until(std::string(1, c));
        }
        return shown;
    }

    [[nodiscard]] CommandResult stop(int signal = SIGINT) {
        running_->send(signal);
        return running_->finish();
    }

    [[nodiscard]] std::size_t files_of_allocations() const {
        return static_cast<std::size_t>(std::ranges::count_if(
            std::filesystem::directory_iterator(directory() / "board"),
            [](const auto& entry) { return entry.path().filename().string().starts_with("d0"); }));
    }

  private:
    std::unique_ptr<RunningCommand> running_;
    std::optional<sim::FileMemory> memory_;
    Mapping mapping_;
};

TEST_F(Followed, PrintsTheBufferThenNewTextUntilInterrupted) {
    follow(kOften, {{"cm4_log", "started\n"}});
    EXPECT_EQ(running().read_until("\n"), "started\n");
    EXPECT_EQ(type(8, "tick 1\n"), "tick 1\n");
    EXPECT_EQ(type(15, "tick 2\n"), "tick 2\n");
    const auto result = stop();
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(Followed, WrapsAtTheEndOfTheBuffer) {
    follow(kOften, {{"cm4_log", "0123456789abcdefghijklmnopqr"}});
    EXPECT_EQ(running().read_until("r"), "0123456789abcdefghijklmnopqr");
    EXPECT_EQ(type(28, "stuvwxyz"), "stuvwxyz");
    EXPECT_EQ(type(4, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-+=!?<>"), "ABCDEFGHIJKLMNOPQRSTUVWXYZ-+=!?<>");
    const auto result = stop();
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(Followed, ReadsOnceMoreAfterTheSignal) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        follow(kNeverByItself, {{"cm4_log", "started\n"}});
        write_at(8, "last words\n");
        const auto result = stop(signal);
        EXPECT_EQ(result.status, 0) << signal;
        EXPECT_EQ(result.out, "started\nlast words\n");
    }
}

TEST_F(Followed, ReportsARewrittenBuffer) {
    follow(kNeverByItself, {{"cm4_log", "started\ncrash\n"}});
    write_at(0, std::string(kLogSize, '\0'));
    write_at(0, "again\n");
    const auto result = stop();
    EXPECT_EQ(result.out, "started\ncrash\nagain\n");
    EXPECT_EQ(result.err, "rproc: note: cm4_log: the buffer was restarted\n");
}

TEST_F(Followed, ReportsPossiblyMissingText) {
    follow(kNeverByItself, {{"cm4_log", "started\n"}});
    write_at(0, std::string(kLogSize, '+'));
    const auto result = stop();
    EXPECT_EQ(result.out.size(), 8 + kLogSize);
    EXPECT_THAT(result.err, HasSubstr("rproc: note: cm4_log: text may be missing here"));
}

TEST_F(Followed, SeveralBuffersPrintWholeLinesWithTheirNames) {
    follow(kNeverByItself, {{"core", "one\ntw"}, {"net", ""}});
    write_at(6, "o\nthree");
    write_at(kLogSize, "up\n");
    const auto result = stop();
    EXPECT_EQ(result.out, "core: one\ncore: two\nnet: up\ncore: three\n");
}

TEST_F(Followed, JsonHasOnlyNewText) {
    follow(kNeverByItself, {{"core", "one"}, {"net", "two"}}, {"--json"});
    write_at(kLogSize + 3, "\xc3");
    auto objects = objects_of(stop().out);
    ASSERT_EQ(objects.size(), 3U);
    EXPECT_EQ(objects[0]["text"], "one");
    EXPECT_EQ(objects[1]["text"], "two");
    EXPECT_EQ(objects[2]["index"], 1);
    EXPECT_EQ(objects[2]["text"], "\xef\xbf\xbd") << "the second byte of the character is missing";

    follow(kNeverByItself, {{"core", "one"}}, {"--json"});
    write_at(0, std::string(kLogSize, '\0'));
    const auto result = stop();
    EXPECT_EQ(objects_of(result.out).back()["restarted"], true);
    EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(Followed, JsonDoesNotSplitACharacter) {
    follow(kOften, {{"core", "one"}, {"net", "two"}}, {"--json"});
    running().read_until("two");
    write_at(3, "\xc3");
    // The buffer "core" is read first: when the second of these is shown, the byte above has been read.
    for (const std::size_t at : {3U, 4U}) {
        write_at(kLogSize + at, "x");
        running().read_until(R"("text":"x")");
    }
    write_at(4, "\xa9");
    EXPECT_THAT(running().read_until("false}\n"), Not(HasSubstr("core")));
    EXPECT_THAT(running().read_until("false}\n"), HasSubstr("\"text\":\"\xc3\xa9\","));
    EXPECT_EQ(stop().out, "");
}

TEST_F(Followed, ClosedPipeEndsItQuietlyAndFreesEverything) {
    follow(kNeverByItself, {{"cm4_log", "started\n"}}, {}, {carveout({.name = "shm"})});
    EXPECT_EQ(running().read_until("\n"), "started\n");
    EXPECT_EQ(files_of_allocations(), 1U);
    running().close_output();
    const auto result = running().finish();
    EXPECT_EQ(result.status, 7);
    EXPECT_EQ(result.signal, 0);
    EXPECT_THAT(result.err, IsEmpty());
    EXPECT_EQ(files_of_allocations(), 0U);
}

TEST_F(Followed, FilesOfAllocationsAreRemovedAfterASignal) {
    follow(kNeverByItself, {{"cm4_log", ""}}, {}, {carveout({.name = "shm"})});
    EXPECT_EQ(files_of_allocations(), 1U);
    EXPECT_EQ(stop(SIGTERM).status, 0);
    EXPECT_EQ(files_of_allocations(), 0U);
}

TEST_F(Followed, AFileOfTheMemoryThatIsMadeShorterIsAnErrorAndNotACrash) {
    follow(kNeverByItself, {{"cm4_log", "started\n"}});
    EXPECT_EQ(running().read_until("\n"), "started\n");
    std::filesystem::resize_file(directory() / "board/10000000-1003ffff.mem", 0x10);  // as a shell's > does
    const auto result = stop();
    EXPECT_EQ(result.signal, 0);
    EXPECT_EQ(result.status, 7);
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, HasSubstr("another program made it shorter"));
    EXPECT_THAT(result.err, HasSubstr("conv=notrunc"));
}

TEST_F(Trace, FollowEndsWhenTheOutputCannotBeWritten) {
    CommandLine line = command({"trace", "-q", "-f", "--memory", "board", write_firmware({{"cm4_log", "x\n"}})});
    line.standard_output = CommandLine::Stdout::full_device;
    const auto result = run_command(line);
    EXPECT_EQ(result.status, 7);
    EXPECT_EQ(result.err, "rproc: error: cannot write the result: No space left on device\n");
}

TEST_F(Trace, FollowWithoutAReadableBufferEndsAtOnce) {
    const auto result = run({"trace", "-q", "-f", "--memory", "board", write_shape("trace-da-outside")});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("lies in no memory of the board"));
}

}  // namespace
}  // namespace rproc::test
