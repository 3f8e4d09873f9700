package io.vmfactory.images;

import com.fasterxml.jackson.databind.JsonNode;
import io.vmfactory.images.ProcessDefaults.UserIds;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Reads what an image says about its process, with the tolerance of Docker. */
final class ImageConfig {
  private ImageConfig() {}

  /** Returns the default process, without its user. */
  static ProcessDefaults defaults(JsonNode config) {
    return new ProcessDefaults(
        command(config.path("Entrypoint")),
        command(config.path("Cmd")),
        variables(config.path("Env")),
        absolute(config.path("WorkingDir").asText("")),
        UserIds.ROOT,
        "");
  }

  static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(item -> texts.add(item.asText()));
    return texts;
  }

  /** A text is a list of one; a list of one empty text is empty. */
  private static List<String> command(JsonNode list) {
    List<String> texts = list.isTextual() ? List.of(list.asText()) : texts(list);
    return texts.equals(List.of("")) ? List.of() : texts;
  }

  /** Leaves out what is no variable. */
  private static List<String> variables(JsonNode list) {
    return texts(list).stream()
        .filter(variable -> variable.indexOf('=') > 0 && variable.indexOf('\0') < 0)
        .toList();
  }

  /** Returns a directory without dots, relative to the root; empty stays empty. */
  private static String absolute(String directory) {
    if (directory.isEmpty()) {
      return "";
    }
    Deque<String> parts = new ArrayDeque<>();
    for (String part : directory.split("/", -1)) {
      if (part.equals("..")) {
        parts.pollLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return "/" + String.join("/", parts);
  }
}
