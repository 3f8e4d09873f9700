package io.vmfactory.configs.host;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Text of the host: UTF-8, in which each byte that belongs to no character is kept as one char
 * between U+DC80 and U+DCFF, the byte plus U+DC00. No character of valid UTF-8 is decoded to such a
 * char, so no byte is lost.
 */
public final class HostText {
  private static final char FIRST = '\uDC80';
  private static final char LAST = '\uDCFF';
  private static final int BYTE_TO_CHAR = 0xDC00;

  /** A char that stands for a byte. The second half of a surrogate pair stands for none. */
  private static final Pattern RAW_BYTE =
      Pattern.compile("(?<![\\uD800-\\uDBFF])[\\uDC80-\\uDCFF]");

  private static final Path WORKING_DIRECTORY = Path.of("/proc/self/cwd");
  private static final String LOST = "\uFFFD";

  private HostText() {}

  /** Returns the text of {@code bytes}. */
  public static String of(byte[] bytes) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    for (CoderResult end = decoder.decode(in, out, true);
        end.isError();
        end = decoder.decode(in, out, true)) {
      for (int i = 0; i < end.length(); i++) {
        out.put((char) (BYTE_TO_CHAR + (in.get() & 0xFF)));
      }
      decoder.reset();
    }
    return out.flip().toString();
  }

  /** Returns the bytes of {@code text}. */
  public static byte[] bytes(String text) {
    if (isUtf8(text)) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    text.codePoints()
        .forEach(
            point -> {
              if (point >= FIRST && point <= LAST) {
                bytes.write(point - BYTE_TO_CHAR);
              } else {
                bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
              }
            });
    return bytes.toByteArray();
  }

  /** Returns whether {@code text} has no byte outside UTF-8. */
  public static boolean isUtf8(String text) {
    return !RAW_BYTE.matcher(text).find();
  }

  /** Returns the text for people: a byte outside UTF-8 is written as {@code \xff}. */
  public static String shown(String text) {
    return RAW_BYTE.matcher(text).replaceAll(HostText::shown);
  }

  private static String shown(MatchResult raw) {
    return "\\\\x%02x".formatted(raw.group().charAt(0) - BYTE_TO_CHAR);
  }

  /**
   * Returns the file that {@code text} names. A relative name is relative to the working directory,
   * whatever bytes that has in its own name.
   *
   * @throws java.nio.file.InvalidPathException if the text contains a NUL
   */
  public static Path path(String text) {
    if (text.indexOf('\0') >= 0 || isPlain(text)) {
      return text.startsWith("/") || isPlain(workingDirectory()) ? Path.of(text) : inside(text);
    }
    return text.startsWith("/") ? fromBytes(bytes(text)) : inside(text);
  }

  /** Whether the JVM converts {@code text} to the bytes it stands for. */
  private static boolean isPlain(String text) {
    return text.chars().allMatch(c -> c < 0x80)
        || ("UTF-8".equals(System.getProperty("sun.jnu.encoding"))
            && isUtf8(text)
            && !text.contains(LOST));
  }

  private static String workingDirectory() {
    return System.getProperty("user.dir", "/");
  }

  private static Path inside(String relative) {
    try {
      // The target of a link is a path with the bytes of the link; user.dir has lost them.
      Path directory = Files.readSymbolicLink(WORKING_DIRECTORY);
      return fromBytes(bytes(of(bytes(directory)) + "/" + relative));
    } catch (IOException e) {
      return Path.of(relative);
    }
  }

  /** Returns the bytes of the absolute form of {@code path}. */
  public static byte[] bytes(Path path) {
    String text = path.toAbsolutePath().toString();
    if (text.chars().allMatch(c -> c > 0 && c < 0x80)) {
      return text.getBytes(StandardCharsets.US_ASCII);
    }
    String escaped = path.toUri().getRawPath();
    // The URI of a directory ends with a slash, but the path does not.
    return unescaped(escaped.endsWith("/") ? escaped.substring(0, escaped.length() - 1) : escaped);
  }

  private static byte[] unescaped(String escaped) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(escaped.length());
    for (int i = 0; i < escaped.length(); i++) {
      if (escaped.charAt(i) == '%') {
        bytes.write(Integer.parseInt(escaped, i + 1, i + 3, 16));
        i += 2;
      } else {
        bytes.write(escaped.charAt(i));
      }
    }
    return bytes.toByteArray();
  }

  /** Only a URI reaches the bytes of a path without a conversion. */
  private static Path fromBytes(byte[] absolute) {
    StringBuilder uri = new StringBuilder("file://");
    for (byte b : absolute) {
      uri.append(b == '/' ? "/" : "%%%02X".formatted(b & 0xFF));
    }
    return Path.of(URI.create(uri.toString()));
  }
}
