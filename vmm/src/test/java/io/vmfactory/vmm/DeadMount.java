package io.vmfactory.vmm;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.Deadline;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A mounted file system that never answers: FUSE, whose server reads no request. Calls on its files
 * wait until this is closed; then they fail. Needs root and /dev/fuse.
 */
public final class DeadMount implements AutoCloseable {
  private static final String SERVER =
      """
      exec 9<>/dev/fuse
      mount -i -t fuse -o fd=9,rootmode=40000,user_id=0,group_id=0,allow_other dead "$1" || exit
      echo mounted
      read wait
      exec 9>&-
      umount -l "$1"
      """;

  private final Path folder;
  private final Process server;

  private DeadMount(Path folder, Process server) {
    this.folder = folder;
    this.server = server;
  }

  /** Whether this host lets this process mount one. */
  public static boolean isPossible() {
    return Files.isWritable(Path.of("/dev/fuse")) && "root".equals(System.getProperty("user.name"));
  }

  /** Mounts it over {@code folder}. */
  public static DeadMount over(Path folder) throws IOException {
    Process server =
        new ProcessBuilder("sh", "-c", SERVER, "dead-mount", folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var answers =
        new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
    assertThat(answers.readLine()).isEqualTo("mounted");
    return new DeadMount(folder, server);
  }

  /** Returns the path of a file there. No call can find out whether it exists. */
  public Path file() {
    return folder.resolve("file");
  }

  @Override
  public void close() throws IOException {
    server.getOutputStream().close();
    Deadline.after(Duration.ofSeconds(30)).await(server.onExit(), "the end of the mount");
  }
}
