package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads the extended attributes of a file, xattr(7). Does not follow links. */
final class ExtendedAttributes {
  private ExtendedAttributes() {}

  /**
   * Returns the values by name; empty if the file system does not support attributes.
   *
   * @param path ends with a NUL
   */
  static SortedMap<String, byte[]> of(byte[] path) throws LastErrorException {
    SortedMap<String, byte[]> all = new TreeMap<>();
    try {
      for (String name : names(path)) {
        all.put(name, value(path, (name + '\0').getBytes(StandardCharsets.ISO_8859_1)));
      }
      return all;
    } catch (LastErrorException e) {
      if (e.getErrorCode() == LibC.EOPNOTSUPP) {
        return all;
      }
      throw e;
    }
  }

  private static String[] names(byte[] path) {
    int size = (int) LibC.llistxattr(path, null, 0);
    if (size == 0) {
      return new String[0];
    }
    byte[] list = new byte[size];
    int read = (int) LibC.llistxattr(path, list, size);
    if (read == 0) {
      return new String[0]; // an overlay counts its own names, but does not list them
    }
    return new String(list, 0, read, StandardCharsets.ISO_8859_1).split("\0", 0);
  }

  private static byte[] value(byte[] path, byte[] name) {
    byte[] value = new byte[(int) LibC.lgetxattr(path, name, null, 0)];
    int read = value.length == 0 ? 0 : (int) LibC.lgetxattr(path, name, value, value.length);
    return Arrays.copyOf(value, read);
  }
}
