import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Reads obfuscated URLs, one a line in hexadecimal; writes what they stand for in hexadecimal, or "-". */
public final class Driver {
    public static void main(String[] args) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line; (line = lines.readLine()) != null; ) {
            byte[] text = new byte[line.length() / 2];
            for (int i = 0; i < text.length; i++) text[i] = (byte) Integer.parseInt(line.substring(2 * i, 2 * i + 2), 16);
            StringBuilder hex = new StringBuilder();
            try {
                String url = ThumblingUrl.decode(new String(text, StandardCharsets.UTF_8));
                for (byte b : url.getBytes(StandardCharsets.UTF_8)) hex.append(String.format("%02x", b));
            } catch (IllegalArgumentException e) {
                hex.append('-');
            }
            System.out.println(hex);
        }
    }
}
