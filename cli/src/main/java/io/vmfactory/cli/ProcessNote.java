package io.vmfactory.cli;

import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.guest.oci.OciSpec;
import java.io.IOException;
import java.util.Map;

/**
 * What a sandbox of {@code vmfactory run} keeps with it about the process that it was made for:
 * {@code exec} begins where that one did, and the lists show it.
 */
final class ProcessNote {
  private static final String KEY = "vmfactory.process";

  private ProcessNote() {}

  /** As annotations of a sandbox. */
  static Map<String, String> of(OciProcess process) {
    JsonValue note =
        JsonValue.object()
            .with("args", JsonValue.texts(process.args()))
            .with("env", JsonValue.texts(process.env()))
            .with("cwd", process.cwd());
    return Map.of(KEY, note.toString());
  }

  /** A process like the one that is noted, or the standard one when there is no note. */
  static OciProcess read(Map<String, String> annotations) {
    OciProcess standard = OciSpec.standard().process();
    JsonValue note = note(annotations);
    return note.fields().isEmpty()
        ? standard
        : standard.withEnv(note.texts("env")).withCwd(note.text("cwd"));
  }

  /** The command line that is noted; empty for none. */
  static String commandLine(Map<String, String> annotations) {
    return String.join(" ", note(annotations).texts("args"));
  }

  private static JsonValue note(Map<String, String> annotations) {
    try {
      return JsonValue.parse(annotations.getOrDefault(KEY, "{}"));
    } catch (IOException e) {
      return JsonValue.object(); // somebody else's sandbox may use the word for something else
    }
  }
}
