package io.vmfactory.images;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.vmfactory.images.ImageException.Reason;
import io.vmfactory.images.ext4.Content;
import io.vmfactory.images.ext4.Device;
import io.vmfactory.images.ext4.Metadata;
import io.vmfactory.images.ext4.Metadata.FileTime;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the tar archive of a layer: ustar, with the POSIX (pax) and GNU extensions for long names
 * and large numbers. Names, link targets and attributes are bytes as ISO 8859-1 characters. The
 * size of the metadata of one file is limited. Knows all four formats of sparse files.
 */
final class TarReader {
  private static final int BLOCK = 512;
  private static final int BUFFER = 1 << 16;
  private static final int MOST_EXTENSION = 1 << 20;
  private static final String ATTRIBUTE = "SCHILY.xattr.";
  private static final String SPARSE = "GNU.sparse.";
  private static final String SPARSE_MAP = SPARSE + "map";
  private static final int MOST_SEGMENTS = 1 << 20;

  /** Where GNU's oldest sparse format has its map, its flag for more of it, and the size. */
  private static final int OLD_MAP = 386;

  private static final int OLD_MORE = 482;
  private static final int OLD_SIZE = 483;

  private final InputStream in;
  private final Map<String, String> global = new HashMap<>();
  private Content content = (offset, into, count) -> {};
  private long unread;

  TarReader(InputStream in) {
    this.in = in;
  }

  /**
   * Returns the next file, skipping unread content of the last one; empty at the end of the
   * archive.
   */
  Optional<TarEntry> next() throws IOException {
    discard(unread);
    unread = 0;
    Map<String, String> said = new HashMap<>(global);
    while (true) {
      byte[] header = in.readNBytes(BLOCK);
      if (header.length == 0 || isEnd(header)) {
        return Optional.empty();
      }
      check(header);
      char type = (char) (header[156] & 0xFF);
      switch (type) {
        case 'x' -> pax(extension(header), said);
        case 'g' -> {
          pax(extension(header), global);
          said.putAll(global);
        }
        case 'L' -> said.put("path", text(extension(header)));
        case 'K' -> said.put("linkpath", text(extension(header)));
        default -> {
          return Optional.of(entry(header, type, said));
        }
      }
    }
  }

  /** Returns the content of the file that {@link #next} returned last. */
  Content content() {
    return content;
  }

  private void read(byte[] into, int start, int count) throws IOException {
    if (in.readNBytes(into, start, count) < count) {
      throw damaged("ends within a file");
    }
    unread -= count;
  }

  /** Discards bytes by reading them, because a digest does not see skipped bytes. */
  private void discard(long bytes) throws IOException {
    byte[] buffer = new byte[(int) Math.min(bytes, BUFFER)];
    for (long left = bytes; left > 0; ) {
      int count = in.readNBytes(buffer, 0, (int) Math.min(buffer.length, left));
      if (count == 0) {
        throw damaged("ends within a file");
      }
      left -= count;
    }
  }

  private static boolean isEnd(byte[] header) {
    return header.length == BLOCK && Arrays.equals(header, new byte[BLOCK]);
  }

  private static void check(byte[] header) {
    if (header.length < BLOCK) {
      throw damaged("ends within a header");
    }
    long sum = 8 * ' ';
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= 148 && i < 156 ? 0 : header[i] & 0xFF;
    }
    if (sum != number(header, 148, 8)) {
      throw damaged("has a header with a wrong checksum");
    }
  }

  private byte[] extension(byte[] header) throws IOException {
    long size = number(header, 124, 12);
    if (size < 0 || size > MOST_EXTENSION) {
      throw damaged("has %d bytes of metadata for one file".formatted(size));
    }
    byte[] content = in.readNBytes((int) size);
    if (content.length < size) {
      throw damaged("ends within a header");
    }
    discard(padding(size));
    return content;
  }

  private static long padding(long size) {
    return -size & (BLOCK - 1);
  }

  /**
   * Parses records of {@code "<length> <key>=<value>\n"}. The length is that of the whole record.
   */
  private static void pax(byte[] content, Map<String, String> into) {
    String text = new String(content, ISO_8859_1);
    int start = 0;
    while (start < text.length()) {
      int space = text.indexOf(' ', start);
      int equals = text.indexOf('=', start);
      String length = space < 0 ? "" : text.substring(start, space);
      if (!length.matches("\\d{1,7}") || equals < space) {
        throw damaged("has a broken extended header");
      }
      int end = start + Integer.parseInt(length);
      if (end <= equals || end > text.length() || text.charAt(end - 1) != '\n') {
        throw damaged("has a broken extended header");
      }
      put(text.substring(space + 1, equals), text.substring(equals + 1, end - 1), into);
      start = end;
    }
  }

  /** Adds a record. In the oldest sparse format, the map of a file consists of several records. */
  private static void put(String key, String value, Map<String, String> into) {
    if (key.equals(SPARSE + "offset") || key.equals(SPARSE + "numbytes")) {
      into.merge(SPARSE_MAP, value, (before, after) -> before + "," + after);
    } else {
      into.put(key, value);
    }
  }

  private TarEntry entry(byte[] header, char type, Map<String, String> said) throws IOException {
    String name = said.getOrDefault(SPARSE + "name", said.getOrDefault("path", name(header)));
    boolean file = type == '0' || type == '\0' || type == '7' || type == 'S';
    long stored = file ? size(header, said) : 0;
    unread = stored + padding(stored);
    long size = file ? open(header, type, said, stored) : 0;
    Map<String, String> attributes = new HashMap<>();
    said.forEach(
        (key, value) -> {
          if (key.startsWith(ATTRIBUTE)) {
            attributes.put(key.substring(ATTRIBUTE.length()), value);
          }
        });
    return new TarEntry(
        name,
        TarEntry.Type.of(type, name),
        new Metadata(
            (int) (number(header, 100, 8) & 07777),
            said(said, "uid", number(header, 108, 8)),
            said(said, "gid", number(header, 116, 8)),
            new FileTime(said(said, "mtime", number(header, 136, 12)), 0),
            attributes),
        size,
        stored,
        said.getOrDefault("linkpath", text(Arrays.copyOfRange(header, 157, 257))),
        new Device(number(header, 329, 8), number(header, 337, 8)));
  }

  /** Prepares for reading the content. Returns the size of the file, with its holes. */
  private long open(byte[] header, char type, Map<String, String> said, long stored)
      throws IOException {
    long size;
    List<Long> map;
    long data = stored;
    if (type == 'S') {
      size = number(header, OLD_SIZE, 12);
      map = oldMap(header);
    } else if (said.containsKey(SPARSE_MAP)) {
      size = said(said, SPARSE + "size", stored);
      map = numbers(said.getOrDefault(SPARSE_MAP, "").split(","));
    } else if (said.containsKey(SPARSE + "major")) {
      size = said(said, SPARSE + "realsize", stored);
      map = newMap();
      data = unread - padding(stored);
    } else {
      content = (offset, into, count) -> read(into, 0, count);
      return stored;
    }
    content = SparseContent.of(map, size, data, this::read);
    return size;
  }

  private List<Long> oldMap(byte[] header) throws IOException {
    List<Long> map = new ArrayList<>();
    addPairs(header, OLD_MAP, 4, map);
    for (boolean more = header[OLD_MORE] != 0; more; ) {
      byte[] extension = in.readNBytes(BLOCK);
      if (extension.length < BLOCK || map.size() > MOST_SEGMENTS) {
        throw SparseContent.damaged();
      }
      addPairs(extension, 0, 21, map);
      more = extension[504] != 0;
    }
    return map;
  }

  private static void addPairs(byte[] block, int start, int count, List<Long> map) {
    for (int i = start; i < start + 24 * count && block[i] != 0; i += 24) {
      map.add(number(block, i, 12));
      map.add(number(block, i + 12, 12));
    }
  }

  /** Reads the map that precedes the data: numbers in lines, the first one says how many pairs. */
  private List<Long> newMap() throws IOException {
    List<Long> map = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    long left = 1;
    byte[] block = new byte[BLOCK];
    while (left > 0) {
      if (unread < BLOCK || map.size() > MOST_SEGMENTS) {
        throw SparseContent.damaged();
      }
      read(block, 0, BLOCK);
      for (int i = 0; i < BLOCK && left > 0; i++) {
        if (block[i] != '\n') {
          line.append((char) block[i]);
          continue;
        }
        long number = numbers(line.toString()).get(0);
        line.setLength(0);
        if (map.isEmpty() && left == 1) {
          left = 2 * number + 1;
        } else {
          map.add(number);
        }
        left--;
      }
    }
    return map;
  }

  private static List<Long> numbers(String... texts) {
    List<Long> numbers = new ArrayList<>();
    for (String text : texts) {
      if (!text.matches("\\d{1,18}")) {
        throw SparseContent.damaged();
      }
      numbers.add(Long.parseLong(text));
    }
    return numbers;
  }

  private static long size(byte[] header, Map<String, String> said) {
    long size = said(said, "size", number(header, 124, 12));
    if (size < 0) {
      throw damaged("has a file of negative size");
    }
    return size;
  }

  private static String name(byte[] header) {
    String name = text(Arrays.copyOf(header, 100));
    boolean ustar = new String(header, 257, 6, ISO_8859_1).equals("ustar\0");
    String prefix = ustar ? text(Arrays.copyOfRange(header, 345, 500)) : "";
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  /** Returns a whole number from the extended header. Ignores a fraction. */
  private static long said(Map<String, String> said, String key, long otherwise) {
    @Nullable String value = said.get(key);
    if (value == null) {
      return otherwise;
    }
    if (!value.matches("-?\\d{1,18}(\\.\\d*)?")) {
      throw damaged("has a broken " + key + " in an extended header");
    }
    return Long.parseLong(value.replaceAll("\\..*", ""));
  }

  /** Returns the text up to the first NUL. */
  private static String text(byte[] field) {
    int end = 0;
    while (end < field.length && field[end] != 0) {
      end++;
    }
    return new String(field, 0, end, ISO_8859_1);
  }

  /** Parses a number: octal digits or, if the first bit is set, binary (GNU, for large numbers). */
  private static long number(byte[] header, int start, int length) {
    if ((header[start] & 0x80) != 0) {
      long value = header[start] == (byte) 0xFF ? -1 : header[start] & 0x7F;
      for (int i = start + 1; i < start + length; i++) {
        value = (value << 8) | (header[i] & 0xFF);
      }
      return value;
    }
    String digits = text(Arrays.copyOfRange(header, start, start + length)).strip();
    if (!digits.matches("[0-7]*")) {
      throw damaged("has a header with a broken number");
    }
    return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
  }

  private static ImageException damaged(String how) {
    return new ImageException(Reason.INVALID, "is damaged: it " + how);
  }
}
