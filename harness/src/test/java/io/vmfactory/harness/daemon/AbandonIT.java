package io.vmfactory.harness.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Route;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.harness.Programs;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** A program with a private daemon is terminated at the moment in which the daemon starts QEMUs. */
@Tag("qemu")
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class AbandonIT {
  private static final int VMS = 4;

  /** Has the daemon boot VMs, and ends by a signal only. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] none) throws IOException {
      DaemonHome home =
          DaemonHome.make(Programs.vmfactory(), "[hypervisor.qemu]\naccelerator = \"tcg\"\n");
      home.endWithProcess();
      DaemonProcess daemon = home.start();
      Deadline.after(Duration.ofSeconds(60)).await(daemon.ready(), "ready");
      GetVmRequest boot = GetVmRequest.newBuilder().addRoutes(Route.COLD).build();
      for (int i = 0; i < VMS; i++) {
        new Thread(() -> boot(home, boot)).start();
      }
      System.out.println(home.folder());
    }

    private static void boot(DaemonHome home, GetVmRequest request) {
      try (FactoryClient client = FactoryClient.open(home.socket())) {
        client.getVm(request, Deadline.after(Duration.ofSeconds(60)));
        new CompletableFuture<Void>().join();
      }
    }
  }

  /** JUnit's temporary folders have names that are too long for the sockets in them. */
  private Path temporary;

  @BeforeEach
  void make() throws IOException {
    temporary = Files.createDirectory(Path.of("/tmp/a" + ProcessHandle.current().pid()));
  }

  @AfterEach
  void remove() {
    DaemonHome.remove(temporary);
  }

  @RepeatedTest(8)
  void noQemuIsLeft() throws Exception {
    whenEnded(
        (victim, folder) -> {
          victim.destroy();
          victim.waitFor();
          assertThat(processesOf(folder)).isEmpty();
          assertThat(temporary).isDirectoryNotContaining(AbandonIT::isOurs);
          assertThat(DaemonGroups.of(Path.of(folder, "run"))).isEmpty();
        });
  }

  /** SIGKILL leaves no time to remove the folder. */
  @RepeatedTest(3)
  void norIsADaemonOrAQemuLeftByAProgramThatIsKilled() throws Exception {
    whenEnded(
        (victim, folder) -> {
          List<ProcessHandle> daemons =
              processesOf(folder).stream()
                  .filter(pid -> commandLine(pid).contains("--end-with"))
                  .flatMap(pid -> ProcessHandle.of(pid).stream())
                  .toList();
          assertThat(daemons).isNotEmpty();
          victim.destroyForcibly();
          for (ProcessHandle daemon : daemons) {
            Deadline.after(Duration.ofSeconds(60)).await(daemon.onExit(), "the daemon's end");
          }
          assertThat(processesOf(folder)).isEmpty();
        });
  }

  private interface Ending {
    void of(Process victim, String folder) throws Exception;
  }

  private void whenEnded(Ending ending) throws Exception {
    List<String> command = new ArrayList<>(Programs.java(Victim.class));
    command.add(1, "-Djava.io.tmpdir=" + temporary);
    Process victim =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (BufferedReader out = victim.inputReader(StandardCharsets.UTF_8)) {
      String folder = out.readLine();
      assertThat(folder).startsWith(temporary.toString());
      new CompletableFuture<Void>()
          .completeOnTimeout(null, new Random().nextInt(400), TimeUnit.MILLISECONDS)
          .join();
      ending.of(victim, folder);
    } finally {
      victim.destroyForcibly();
    }
  }

  /** A JVM that is killed while it unpacks its native library leaves that. */
  private static boolean isOurs(Path file) {
    return !file.getFileName().toString().startsWith("libnetty");
  }

  /** Jailers and QEMUs name the folder of their VM. */
  private static List<Long> processesOf(String folder) {
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(pid -> commandLine(pid).contains(folder))
        .toList();
  }

  private static String commandLine(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
    } catch (IOException ended) {
      return "";
    }
  }
}
