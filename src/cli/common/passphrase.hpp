// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "cli/common/command.hpp"
#include "rproc/firmware/signing_key.hpp"

namespace rproc::cli {

/// The file behind a key's name, which may be a URI `file:...`; nothing for another URI.
[[nodiscard]] std::optional<std::filesystem::path> key_file(const std::string& key);

/// A key's name for messages: without the part of a URI that may have a PIN.
[[nodiscard]] std::string key_name(const std::string& key);

/// The file behind --key_pwd file:PATH; nothing for another passphrase.
[[nodiscard]] std::optional<std::filesystem::path> passphrase_file(const std::string& passphrase);

/// The source of a key's passphrase or PIN: what --key_pwd says (env:VARIABLE, the first line of file:PATH, or itself),
/// or the terminal, with the prompt on `err`; without either, a key that needs one is refused (key_passphrase). `err`
/// must outlive what is returned.
[[nodiscard]] SigningKey::AskPassphrase passphrase_source(const std::string& key, std::optional<std::string> said,
                                                          Output& err);

/// Warns of a passphrase or PIN that stands in the arguments, where other users can see it.
void warn_of_visible_passphrase(Console& console, const std::string& key, const std::optional<std::string>& said);

/// Prints a warning and what to do about it.
void warn(Console& console, std::string_view what, std::string_view hint);

}  // namespace rproc::cli
