package io.vmfactory.cli;

import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.guest.oci.OciSpec;
import java.io.IOException;
import java.util.Map;

/**
 * The annotation in which {@code vmfactory run} stores the command of a sandbox. {@code exec} takes
 * the environment and the working directory from it, and the lists show the command.
 */
final class ProcessAnnotation {
  private static final String KEY = "vmfactory.process";

  private ProcessAnnotation() {}

  /** Returns the annotations for a sandbox that runs {@code process}. */
  static Map<String, String> of(OciProcess process) {
    JsonValue note =
        JsonValue.object()
            .with("args", JsonValue.texts(process.args()))
            .with("env", JsonValue.texts(process.env()))
            .with("cwd", process.cwd());
    return Map.of(KEY, note.toString());
  }

  /**
   * Returns a process with the stored environment and working directory, or the standard process if
   * there is no annotation.
   */
  static OciProcess read(Map<String, String> annotations) {
    OciProcess standard = OciSpec.standard().process();
    JsonValue note = note(annotations);
    return note.fields().isEmpty()
        ? standard
        : standard.withEnv(note.texts("env")).withCwd(note.text("cwd"));
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
