package io.vmfactory.images.ext4;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Inspects an image with e2fsprogs. */
public final class Ext4View {
  private Ext4View() {}

  /** Returns the output of a debugfs command. */
  public static String debugfs(Path image, String command) {
    return run("/usr/sbin/debugfs", "-R", command, image.toString());
  }

  /** Lists a directory, one file per line: octal mode, owner, group, size, name. */
  public static String list(Path image, String directory) {
    return debugfs(image, "ls -p " + directory);
  }

  public static String cat(Path image, String path) {
    return debugfs(image, "cat " + path);
  }

  /** Fails if e2fsck finds an error. */
  public static void assertSound(Path image) {
    assertThat(run("/usr/sbin/e2fsck", "-fn", image.toString())).contains("files (");
  }

  private static String run(String... command) {
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(process.waitFor()).as("%s: %s", String.join(" ", command), output).isZero();
      return output;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
