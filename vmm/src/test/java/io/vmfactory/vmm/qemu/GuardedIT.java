package io.vmfactory.vmm.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.HostProcess;
import io.vmfactory.linux.Processes;
import io.vmfactory.linux.Program;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which processes end with a daemon that is killed: those that find out what QEMU can do. */
@Tag("qemu")
class GuardedIT {
  private static final Path BUSYBOX = Path.of("/usr/bin/busybox");
  private static final Path NO_OUTPUT = Path.of("/dev/null");

  private final Deadline deadline = Deadline.after(Duration.ofSeconds(60));
  @TempDir Path files;

  /** The QEMU hangs at the first run that has this argument. */
  @ParameterizedTest
  @ValueSource(strings = {"--version", "vmfactory-probe"})
  void aTrialEndsWithItsDaemon(String argument) throws Exception {
    Path pid = pipe("pid");
    Path qemu = files.resolve("qemu-system-x86_64");
    String script =
        """
        #!/bin/sh
        case " $* " in *" %s "*) echo $$ >%s; exec sleep 1000;; esac
        echo QEMU emulator version 7.2.0
        """;
    Files.writeString(qemu, script.formatted(argument, pid));
    Files.setPosixFilePermissions(qemu, PosixFilePermissions.fromString("rwx------"));
    Process daemon = daemon(qemu);
    ProcessHandle trial = process(Files.readString(pid)); // waits until the trial has begun
    assertThat(trial.isAlive()).isTrue();
    daemon.destroyForcibly();
    deadline.await(trial.onExit(), "the end of the trial");
  }

  private Process daemon(Path qemu) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            CheckingDaemon.class.getName(),
            qemu.toString(),
            TestJail.LAUNCHER.toString(),
            files.resolve("answers").toString())
        .inheritIO()
        .start();
  }

  private Path pipe(String name) throws Exception {
    Path pipe = files.resolve(name);
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    return pipe;
  }

  private static ProcessHandle process(String pid) {
    return ProcessHandle.of(Long.parseLong(pid.strip())).orElseThrow();
  }

  @Test
  void aGuardedProgramInAJailEndsWithItsDaemon() throws Exception {
    try (KilledDaemon killed = new KilledDaemon(true)) {
      deadline.await(killed.program.onExit(), "the end of the program");
    }
  }

  @Test
  void anyOtherOutlivesIt() throws Exception {
    try (KilledDaemon killed = new KilledDaemon(false)) {
      Files.writeString(killed.input, "\n");
      assertThat(killed.output.readLine()).isEqualTo("outlived");
      deadline.await(killed.program.onExit(), "the end of the program");
    }
  }

  /** A thread that ends is to the kernel what a daemon is that ends. */
  @Test
  void aGuardedProgramEndsWithTheThreadThatHasStartedIt() throws Exception {
    Program sleep = new Program(BUSYBOX, List.of("sleep", "1000"), NO_OUTPUT, List.of());
    try (Processes processes = new Processes()) {
      Program guarded = Jail.guarded(Jail.free(TestJail.LAUNCHER, sleep));
      CompletableFuture<HostProcess> started = new CompletableFuture<>();
      Thread thread = new Thread(() -> started.complete(processes.startThrough(guarded)));
      thread.start();
      assertThat(deadline.await(deadline.await(started, "start").exited(), "end").signal())
          .isEqualTo(9);
    }
  }

  /** A shell that starts a program in a jail, and is killed. The program waits for a line. */
  private final class KilledDaemon implements AutoCloseable {
    final ProcessHandle program;
    final Path input;
    final BufferedReader output;

    KilledDaemon(boolean guarded) throws Exception {
      input = pipe("input");
      Path said = pipe("output");
      String script =
          "%s 3>&1 0<>%s 1<>%s; read <%s".formatted(launcher(guarded), input, said, pipe("never"));
      Process daemon = new ProcessBuilder("/bin/bash", "-c", script).start();
      output = Files.newBufferedReader(said);
      assertThat(output.readLine()).isEqualTo("up"); // until it runs, it ends with its daemon
      program = process(daemon.inputReader().readLine().replace("pid ", ""));
      daemon.destroyForcibly();
      deadline.await(daemon.onExit(), "the end of the daemon");
    }

    private String launcher(boolean guarded) throws IOException {
      Jail jail = TestJail.make();
      Program shell =
          new Program(
              BUSYBOX,
              List.of("sh", "-c", "'echo up; read x; echo outlived'"),
              NO_OUTPUT,
              List.of());
      Path root = Files.createDirectory(files.resolve("root"));
      Program launcher = jail.around(shell, root, jail.users().take(), List.of(), 1 << 20);
      Program chosen = guarded ? Jail.guarded(launcher) : launcher;
      return chosen.executable() + " " + String.join(" ", chosen.arguments());
    }

    @Override
    public void close() throws IOException {
      program.destroyForcibly();
      output.close();
    }
  }
}
