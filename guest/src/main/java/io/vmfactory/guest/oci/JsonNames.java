package io.vmfactory.guest.oci;

import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.Locale;
import java.util.Map;

/** Derives the names of config.json's properties from the names of the wire's fields. */
final class JsonNames {
  private static final Map<String, String> EXCEPTIONS =
      Map.of(
          "Version",
          "ociVersion",
          "Pagesize",
          "pageSize",
          "errnoret",
          "errnoRet",
          "defaulterrnoret",
          "defaultErrnoRet");

  private JsonNames() {}

  /**
   * Lowers the leading capitals, except the one that begins the next word: {@code UID} becomes
   * {@code uid}, {@code OOMScoreAdj} becomes {@code oomScoreAdj}.
   */
  static String of(FieldDescriptor field) {
    String name = field.getName();
    String exception = EXCEPTIONS.get(name);
    if (exception != null) {
      return exception;
    }
    int end = 0;
    while (end < name.length() && !Character.isLowerCase(name.charAt(end))) {
      end++;
    }
    int lowered = end == name.length() ? end : Math.max(1, end - 1);
    return name.substring(0, lowered).toLowerCase(Locale.ROOT) + name.substring(lowered);
  }
}
