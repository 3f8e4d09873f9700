package io.vmfactory.cli;

import io.vmfactory.guest.oci.OciProcess;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * The annotation in which {@code vmfactory run} stores the command of a sandbox. The lists show it.
 */
final class ProcessAnnotation {
  private static final String KEY = "vmfactory.process";

  private ProcessAnnotation() {}

  /** Returns the annotations for a sandbox that runs {@code process}. */
  static Map<String, String> of(OciProcess process) {
    return of(process.args());
  }

  /** Returns the annotations for a sandbox that runs a command. */
  static Map<String, String> of(List<String> args) {
    JsonValue note = JsonValue.object().with("args", JsonValue.texts(args));
    return Map.of(KEY, note.toString());
  }

  /** Returns the stored command line; empty if there is none. */
  static String commandLine(Map<String, String> annotations) {
    return String.join(" ", note(annotations).texts("args"));
  }

  private static JsonValue note(Map<String, String> annotations) {
    try {
      return JsonValue.parse(annotations.getOrDefault(KEY, "{}"));
    } catch (IOException e) {
      return JsonValue.object(); // another program may use the same key for something else
    }
  }
}
