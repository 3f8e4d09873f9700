package io.vmfactory.cli;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * An HTTP/1.1 reply (RFC 9112). Supports only what the daemon can send. The end of the body is
 * given by Content-Length, by chunks or by the end of the connection.
 *
 * @param status the three-digit status code
 * @param body the complete body, UTF-8
 */
record HttpReply(int status, String body) {
  private static final int MAX_LINE_BYTES = 16 * 1024;
  private static final int MAX_HEADERS = 100;
  private static final int MAX_BODY_BYTES = 64 * 1024 * 1024;

  /**
   * Reads a reply.
   *
   * @throws EOFException if the stream ends before the reply
   * @throws IOException if the reply is not HTTP
   */
  static HttpReply read(InputStream in) throws IOException {
    String[] statusLine = line(in).split(" ", 3);
    if (statusLine.length < 2 || !statusLine[0].startsWith("HTTP/1.") || !isStatus(statusLine[1])) {
      throw new IOException("not an HTTP reply");
    }
    Map<String, String> headers = headers(in);
    return new HttpReply(Integer.parseInt(statusLine[1]), body(in, headers));
  }

  boolean ok() {
    return status >= 200 && status < 300;
  }

  private static boolean isStatus(String word) {
    return word.matches("[1-5]\\d\\d");
  }

  private static Map<String, String> headers(InputStream in) throws IOException {
    Map<String, String> headers = new HashMap<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      if (colon < 1 || headers.size() == MAX_HEADERS) {
        throw new IOException("malformed HTTP header");
      }
      String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
      headers.put(name, line.substring(colon + 1).strip());
    }
    return headers;
  }

  private static String body(InputStream in, Map<String, String> headers) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    if (headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
      for (int size = chunkSize(in); size > 0; size = chunkSize(in)) {
        copy(in, size, body);
        if (!line(in).isEmpty()) {
          throw new IOException("a chunk of the HTTP reply is longer than its size");
        }
      }
    } else if (headers.containsKey("content-length")) {
      copy(in, size(headers.get("content-length"), 10), body);
    } else {
      body.write(in.readNBytes(MAX_BODY_BYTES));
    }
    return body.toString(StandardCharsets.UTF_8);
  }

  private static int chunkSize(InputStream in) throws IOException {
    return size(line(in).split(";", 2)[0].strip(), 16);
  }

  private static int size(String digits, int radix) throws IOException {
    try {
      int size = Integer.parseInt(digits, radix);
      if (size >= 0 && size <= MAX_BODY_BYTES) {
        return size;
      }
    } catch (NumberFormatException e) {
      // Handled below, together with values out of range.
    }
    throw new IOException("malformed size in the HTTP reply: " + digits);
  }

  private static void copy(InputStream in, int size, ByteArrayOutputStream body)
      throws IOException {
    byte[] bytes = in.readNBytes(size);
    if (bytes.length < size || body.size() + size > MAX_BODY_BYTES) {
      throw new EOFException("the HTTP reply is incomplete");
    }
    body.write(bytes);
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the HTTP reply ends within a line");
      }
      if (line.size() == MAX_LINE_BYTES) {
        throw new IOException("line too long in the HTTP reply");
      }
      line.write(b);
    }
    return line.toString(StandardCharsets.US_ASCII).stripTrailing();
  }
}
