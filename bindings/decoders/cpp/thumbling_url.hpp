// Decodes obfuscated thumbnail URLs. C++17, this file alone. SPDX-License-Identifier: MIT OR Apache-2.0
#ifndef THUMBLING_URL_HPP
#define THUMBLING_URL_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace thumbling {
namespace url_detail {

/// Bytes of base64url without padding; nothing if a letter, the length or an unused bit is wrong.
inline std::optional<std::string> base64url(std::string_view text) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string bytes;
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (char letter : text) {
        const auto digit = alphabet.find(letter);
        if (digit == std::string_view::npos) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        held += 6;
        if (held < 8) continue;
        held -= 8;
        bytes.push_back(static_cast<char>(bits >> held & 0xff));
    }
    if (held == 6 || (bits & ((1u << held) - 1)) != 0) return std::nullopt;
    return bytes;
}

/// No overlong forms, no surrogates, nothing past U+10FFFF.
inline bool is_utf8(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    for (std::size_t i = 0; i < text.size();) {
        const unsigned char first = at(i++);
        if (first < 0x80) continue;
        const std::size_t more = first >= 0xc2 && first <= 0xdf ? 1 : first >= 0xe0 && first <= 0xef ? 2 : first >= 0xf0 && first <= 0xf4 ? 3 : 0;
        if (more == 0 || text.size() - i < more) return false;
        const unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
        const unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
        if (at(i) < low || at(i) > high) return false;
        for (std::size_t end = i++ + more; i < end; i++)
            if ((at(i) & 0xc0) != 0x80) return false;
    }
    return true;
}

}  // namespace url_detail

/// The URL that `text` stands for; nothing if it is no obfuscated URL or is damaged.
inline std::optional<std::string> decode_url(std::string_view text) {
    constexpr std::string_view prefix = "obf1.";
    if (text.substr(0, prefix.size()) != prefix) return std::nullopt;
    const auto bytes = url_detail::base64url(text.substr(prefix.size()));
    if (!bytes || bytes->size() < 4) return std::nullopt;
    std::uint32_t seed = 0;
    for (std::size_t i = 0; i < 4; i++) seed = seed << 8 | static_cast<unsigned char>((*bytes)[i]);

    std::string url = bytes->substr(4);
    std::uint32_t state = seed ^ 0x9e3779b9u, check = 0x811c9dc5u;
    if (state == 0) state = 1;
    for (char &letter : url) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        const auto byte = static_cast<unsigned char>(static_cast<unsigned char>(letter) ^ state >> 24);
        check = (check ^ byte) * 0x01000193u;
        letter = static_cast<char>(byte);
    }
    if (check != seed || !url_detail::is_utf8(url)) return std::nullopt;
    return url;
}

}  // namespace thumbling

#endif
