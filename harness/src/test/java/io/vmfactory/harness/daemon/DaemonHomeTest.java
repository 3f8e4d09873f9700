package io.vmfactory.harness.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.harness.Programs;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests a program that gets a signal to end while it has a private daemon. */
final class DaemonHomeTest {
  private static final int TERMINATED = 128 + 15;

  /** Starts a daemon with a VM that would outlive it, prints where, and waits for the end. */
  static final class Victim {
    /** Stands for vmfactory serve --config FILE: $2 is the file. */
    private static final String DAEMON =
        """
        id=0123456789abcdef0123456789abcdef
        (setsid tail -f /dev/null "$(dirname "$2")/run/vm/$id/vmfactory-$id" 2>/dev/null >&2 &)
        echo vmfactory ready
        exec tail -f /dev/null
        """;

    private Victim() {}

    public static void main(String[] none) throws IOException {
      DaemonHome home = DaemonHome.make(List.of("/bin/sh", "-c", DAEMON), "");
      home.endWithProcess();
      DaemonProcess daemon = home.start();
      Deadline.after(Duration.ofSeconds(60)).await(daemon.ready(), "ready");
      System.out.println(home.folder() + " " + daemon.pid());
      new CompletableFuture<Void>().join();
    }
  }

  @Test
  @Timeout(120)
  void leavesNeitherDaemonNorVmsNorFoldersWhenItIsTerminated(@TempDir Path temporary)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(Programs.java(Victim.class));
    command.add(1, "-Djava.io.tmpdir=" + temporary);
    Process victim =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader out = victim.inputReader(StandardCharsets.UTF_8)) {
      String[] said = out.readLine().split(" ", -1);
      Path vms = Path.of(said[0], "run/vm");
      assertThat(RunningVm.of(vms)).hasSize(1);

      victim.destroy();

      assertThat(victim.waitFor()).isEqualTo(TERMINATED);
      assertThat(RunningVm.of(vms)).isEmpty();
      assertThat(ProcessHandle.of(Long.parseLong(said[1]))).isEmpty();
      assertThat(temporary).isEmptyDirectory();
    } finally {
      victim.destroyForcibly();
    }
  }
}
