package io.vmfactory.factory.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vmfactory.factory.metrics.Exposition;
import io.vmfactory.linux.DatagramReceiver;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the daemon as its users run it: a process of its own, a socket, real VMs. */
@Tag("qemu")
@Timeout(300)
class DaemonIT {
  @TempDir Path folder;
  private Process daemon;
  private DatagramReceiver manager;

  @BeforeEach
  void start() throws Exception {
    Path guest = Path.of(System.getProperty("vmfactory.top"), "dist/guest");
    Files.writeString(
        folder.resolve("c.toml"),
        """
        [daemon]
        state_dir = "%1$s/state"
        run_dir = "%1$s/run"
        [hypervisor.qemu]
        kernel = "%2$s/vmlinuz"
        initrd = "%2$s/initrd"
        accelerator = "tcg"
        """
            .formatted(folder, guest));
    if (manager == null) {
      manager = new DatagramReceiver(folder.resolve("notify").toString(), Duration.ofSeconds(60));
    }
    daemon = spawn();
    assertThat(
            new BufferedReader(
                    new InputStreamReader(daemon.getInputStream(), StandardCharsets.UTF_8))
                .readLine())
        .as("%s", Files.readString(folder.resolve("log")))
        .isEqualTo("vmfactory ready on " + folder.resolve("run/factory.sock"));
  }

  @AfterEach
  void stop() throws Exception {
    daemon.destroy();
    daemon.waitFor();
    manager.close();
    assertThat(survivors()).isEmpty();
  }

  private Process spawn() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dlogback.configurationFile=logback.xml", // not a logback-test.xml of another room
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            DaemonMain.class.getName(),
            folder.resolve("c.toml").toString());
    builder.environment().put("NOTIFY_SOCKET", folder.resolve("notify").toString());
    builder.environment().put("WATCHDOG_USEC", "2000000");
    return builder.redirectError(folder.resolve("log").toFile()).start();
  }

  /** Returns the VMs whose command line names this test's folder. */
  private List<Long> survivors() {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.filter(p -> commandLine(p).contains("qemu"))
          .filter(p -> commandLine(p).contains(folder.toString()))
          .map(ProcessHandle::pid)
          .toList();
    }
  }

  private static String commandLine(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
    } catch (IOException e) {
      return "";
    }
  }

  private JsonNode curl(String... args) throws Exception {
    return new ObjectMapper().readTree(text(args));
  }

  private String text(String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "100"));
    command.addAll(List.of("--unix-socket", folder.resolve("run/factory.sock").toString()));
    command.addAll(List.of(args));
    Process curl = new ProcessBuilder(command).redirectErrorStream(true).start();
    return new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private JsonNode getVm() throws Exception {
    return curl("-d", "{\"routes\": [\"COLD\"]}", "http://localhost/v1/vms");
  }

  @Test
  void aVmIsHandedOutReleasedAndEndedWithTheDaemon() throws Exception {
    JsonNode first = getVm();
    assertThat(first.at("/vm/state").asText()).as("%s", first).isEqualTo("RUNNING");
    JsonNode second = getVm();
    assertThat(survivors())
        .containsExactlyInAnyOrder(first.at("/vm/pid").asLong(), second.at("/vm/pid").asLong());
    String lease = first.at("/lease/id").asText();
    assertThat(curl("-X", "DELETE", "http://localhost/v1/leases/" + lease).at("/vmId"))
        .isEqualTo(first.at("/vm/id"));
    assertThat(survivors()).containsExactly(second.at("/vm/pid").asLong());

    daemon.destroy();
    assertThat(daemon.waitFor()).isZero();
    assertThat(survivors()).isEmpty();
    assertThat(folder.resolve("run/factory.sock")).doesNotExist();
    assertThat(folder.resolve("run/factory.lock")).doesNotExist();
    assertThat(folder.resolve("run/vm")).isEmptyDirectory();
  }

  @Test
  void metricsTellWhatTheDaemonDid() throws Exception {
    String lease = getVm().at("/lease/id").asText();
    Exposition page = new Exposition(text("http://localhost/metrics"));
    assertThat(page.value("vmfactory_get_vm_seconds_count{launch_type=cold,route=COLD}")).isOne();
    assertThat(page.value("vmfactory_hop_seconds_count{hop=answer,part=agent,work=get_vm}"))
        .isOne();
    assertThat(page.value("vmfactory_vmm_processes")).isOne();
    assertThat(page.value("vmfactory_leases")).isOne();
    curl("-X", "DELETE", "http://localhost/v1/leases/" + lease);
    Exposition after = new Exposition(text("http://localhost/metrics"));
    assertThat(after.value("vmfactory_leases_ended_total{why=released}")).isOne();
    assertThat(after.value("vmfactory_vmm_exits_total{status=signal 9}")).isOne();
    assertThat(after.value("vmfactory_vmm_processes")).isZero();
  }

  @Test
  void theServiceManagerHearsOfReadinessLifeAndEnd() throws Exception {
    assertThat(manager.receive())
        .isEqualTo("READY=1\nSTATUS=serving on " + folder.resolve("run/factory.sock"));
    assertThat(manager.receive()).isEqualTo("WATCHDOG=1");
    assertThat(manager.receive()).isEqualTo("WATCHDOG=1");
    daemon.destroy();
    assertThat(daemon.waitFor()).isZero();
    String last = manager.receive();
    while (last.equals("WATCHDOG=1")) {
      last = manager.receive();
    }
    assertThat(last).isEqualTo("STOPPING=1\nSTATUS=stopping, VMs are ended");
  }

  @Test
  void theShutdownCallEndsTheDaemon() throws Exception {
    assertThat(curl("-d", "{}", "http://localhost/v1/shutdown")).isEmpty();
    assertThat(daemon.waitFor()).isZero();
    assertThat(folder.resolve("run/factory.sock")).doesNotExist();
  }

  @Test
  void aSecondDaemonIsRefusedAndTheFirstServesOn() throws Exception {
    Process second = spawn();
    assertThat(second.waitFor()).isEqualTo(1);
    assertThat(Files.readString(folder.resolve("log"))).contains("pid " + daemon.pid());
    assertThat(curl("http://localhost/v1/status").at("/pid").asLong()).isEqualTo(daemon.pid());
  }

  @Test
  void aKilledDaemonsSocketIsReplaced() throws Exception {
    daemon.destroyForcibly().waitFor();
    assertThat(folder.resolve("run/factory.sock")).exists();
    start();
    assertThat(curl("http://localhost/v1/status").at("/pid").asLong()).isEqualTo(daemon.pid());
  }
}
