package io.vmfactory.guest.differential;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;

/**
 * A bundle that two runtimes run, and a second process that they execute in it. Both processes
 * print what they see.
 *
 * @param name names it in reports
 * @param config its config.json, without the program
 * @param exec how the second process differs from the first
 * @param exit the exit code of both processes
 */
record Trial(String name, ObjectNode config, Exec exec, int exit) {
  static final ObjectMapper JSON = new ObjectMapper();

  /** The line after which the first process waits for a line of input. */
  static final String LAST_LINE = "== end\n";

  /**
   * What a root has for trials, besides busybox and the folders of SpecGuest. Places that a trial
   * would make are there for the next one, if only one of the runtimes refuses it.
   */
  static final List<String> FOLDERS =
      List.of("m/one", "m/two", "m/three", "dev/pts", "dev/shm", "dev/mqueue", "not/there", "etc");

  static final List<String> FILES =
      List.of("m/file-one", "m/file-two", "m/file-three", "etc/hosts", "etc/hostname");

  private static final String PROBE = new String(resource("differential/probe.sh"), UTF_8);

  /**
   * The second process.
   *
   * @param user uid or uid:gid; empty = as the first process
   * @param env further variables
   * @param cwd its working directory; empty = as the first process
   */
  record Exec(String user, List<String> env, String cwd) {
    static final Exec SAME = new Exec("", List.of(), "");

    boolean isSame() {
      return equals(SAME);
    }
  }

  /** Returns the program of the second process; that of the first waits for a line of input. */
  List<String> probe() {
    return List.of("/bin/sh", "-c", PROBE + "exit " + exit);
  }

  /** Returns its config.json for a root file system at this path. */
  byte[] configJson(String root) throws IOException {
    ObjectNode whole = config.deepCopy();
    ObjectNode process = (ObjectNode) whole.get("process");
    process.putPOJO("args", List.of("/bin/sh", "-c", PROBE + "read line; exit " + exit));
    ((ObjectNode) whole.get("root")).put("path", root);
    return JSON.writeValueAsBytes(whole);
  }

  /** Returns the file of this name in the tests' resources. */
  static byte[] resource(String name) {
    try (InputStream in = Trial.class.getResourceAsStream("/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(name, e);
    }
  }
}
