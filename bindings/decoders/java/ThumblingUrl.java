// SPDX-License-Identifier: MIT OR Apache-2.0

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/** Decodes obfuscated thumbnail URLs. Java 8, this file alone. */
public final class ThumblingUrl {
    private static final String PREFIX = "obf1.";

    private ThumblingUrl() {}

    /**
     * The URL that {@code text} stands for.
     *
     * @throws IllegalArgumentException if it is no obfuscated URL, or is damaged
     */
    public static String decode(String text) {
        if (!text.startsWith(PREFIX)) throw malformed(null);
        String body = text.substring(PREFIX.length());
        byte[] bytes = Base64.getUrlDecoder().decode(body);
        // The decoder takes padding and unused bits that are set.
        if (!Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(body) || bytes.length < 4) {
            throw malformed(null);
        }
        int seed = ByteBuffer.wrap(bytes).getInt();
        byte[] url = Arrays.copyOfRange(bytes, 4, bytes.length);
        int state = seed ^ 0x9e3779b9, check = 0x811c9dc5;
        if (state == 0) state = 1;
        for (int i = 0; i < url.length; i++) {
            state ^= state << 13;
            state ^= state >>> 17;
            state ^= state << 5;
            url[i] ^= (byte) (state >>> 24);
            check = (check ^ (url[i] & 0xff)) * 0x01000193;
        }
        if (check != seed) throw malformed(null);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(url)).toString();
        } catch (CharacterCodingException e) {
            throw malformed(e);
        }
    }

    private static IllegalArgumentException malformed(Throwable cause) {
        return new IllegalArgumentException("no obfuscated URL, or damaged", cause);
    }
}
