package io.vmfactory.linux;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What can be left of a JSON document in a file: cut off, with a rest behind it, mixed. */
public final class DamagedDocuments {
  private DamagedDocuments() {}

  /**
   * Returns damaged forms of a document, all of which a reader of records refuses.
   *
   * @param document an object whose first member has a value without a comma
   */
  public static List<byte[]> of(byte[] document) {
    String whole = new String(document, StandardCharsets.UTF_8);
    List<String> all = new ArrayList<>();
    for (int length = 0; length < whole.length(); length++) {
      all.add(whole.substring(0, length));
    }
    for (String rest : List.of("}", "x", "\0", "{}", "null", ",", whole, "\n" + whole)) {
      all.add(whole + rest);
    }
    int begin = whole.indexOf('{') + 1;
    String first = whole.substring(begin, whole.indexOf(',') + 1);
    all.add("{" + first + whole.substring(begin));
    all.add("{\"unknown\":1," + whole.substring(begin));
    return all.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
  }
}
