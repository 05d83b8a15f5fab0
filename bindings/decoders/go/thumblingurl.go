// Package thumblingurl decodes obfuscated thumbnail URLs. It needs the standard library alone.
//
// SPDX-License-Identifier: MIT OR Apache-2.0
package thumblingurl

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"strings"
	"unicode/utf8"
)

const prefix = "obf1."

// ErrMalformed is returned for text that is no obfuscated URL, or is damaged.
var ErrMalformed = errors.New("thumblingurl: no obfuscated URL, or damaged")

// Decode returns the URL that text stands for.
func Decode(text string) (string, error) {
	// The decoder passes over line breaks.
	if !strings.HasPrefix(text, prefix) || strings.ContainsAny(text, "\r\n") {
		return "", ErrMalformed
	}
	bytes, err := base64.RawURLEncoding.Strict().DecodeString(text[len(prefix):])
	if err != nil || len(bytes) < 4 {
		return "", ErrMalformed
	}
	seed, url := binary.BigEndian.Uint32(bytes), bytes[4:]
	state := seed ^ 0x9e3779b9
	if state == 0 {
		state = 1
	}
	for i := range url {
		state ^= state << 13
		state ^= state >> 17
		state ^= state << 5
		url[i] ^= byte(state >> 24)
	}
	check := fnv.New32a()
	check.Write(url)
	if check.Sum32() != seed || !utf8.Valid(url) {
		return "", ErrMalformed
	}
	return string(url), nil
}
