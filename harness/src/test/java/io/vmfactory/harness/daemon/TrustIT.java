package io.vmfactory.harness.daemon;

import static io.vmfactory.harness.daemon.SpawnedDaemon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.Duration;
import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Template;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.VmHandle;
import io.vmfactory.configs.QemuConfig.Groups;
import io.vmfactory.configs.QemuConfig.Isolation;
import io.vmfactory.configs.host.OwnUser;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.linux.ProcessIdentity;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import io.vmfactory.vmm.VmProcessTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a real daemon believes of what lies in its folders when it starts. */
@Tag("qemu")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class TrustIT {
  private static final int STARTS_KILLED = 12;

  private SpawnedDaemon daemon;

  @BeforeEach
  void start() throws IOException {
    daemon = new SpawnedDaemon("vm_cache_number = 1", "shell_number = 2");
    daemon.start();
    try (FactoryClient client = FactoryClient.open(daemon.socket())) {
      daemon.template(client);
    }
  }

  @AfterEach
  void stop() throws Exception {
    daemon.close();
  }

  /** Starts a daemon that must refuse, and returns the last lines of its log. */
  private String refusal() throws IOException {
    DaemonProcess refused = daemon.spawn();
    assertThat(soon().await(refused.ended(), "the daemon's end").exitValue()).isEqualTo(1);
    return daemon.log();
  }

  @Test
  void foldersThatAnotherUserCouldWriteIntoStopTheStartUntilTheyAreMended() throws Exception {
    assumeTrue(OwnUser.isRoot(), "only root can give files away");
    Path run = daemon.home().runDir();
    Path state = daemon.home().stateDir();
    daemon.stop();
    for (Path folder : List.of(run, run.resolve("vm"), state, state.resolve("templates"))) {
      Files.setAttribute(folder, "unix:uid", 12345);
      assertThat(refusal())
          .contains("check it, then: chown root: '%s' && chmod go-w '%1$s'".formatted(folder));
      Files.setAttribute(folder, "unix:uid", 0);
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
      assertThat(refusal()).contains("check it, then: chmod go-w '" + folder + "'");
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }
    daemon.start();
  }

  @Test
  void plantedRecordEndsNoProcessAndCostsNoLease() throws Exception {
    Process stranger = new ProcessBuilder("tail", "-f", "/dev/null").start();
    try (FactoryClient client = FactoryClient.open(daemon.socket());
        VmHandle vm =
            client.getVm(
                GetVmRequest.newBuilder()
                    .setLeaseTtl(Duration.newBuilder().setSeconds(120))
                    .build(),
                soon());
        GuestAgent agent = vm.agent(soon())) {
      daemon.kill();
      Path planted = plant(stranger.pid(), vm.vm().getId());
      daemon.start();
      assertThat(stranger.isAlive()).isTrue();
      assertThat(agent.metrics(soon())).contains("MemTotal");
      GetStatusResponse status = client.daemon().status(false, soon());
      assertThat(status.getLeasesList())
          .anyMatch(lease -> lease.getId().equals(vm.lease().getId()));
      assertThat(status.getFailuresList())
          .anyMatch(told -> told.getCause().contains("is not a QEMU of VM"));
      assertThat(planted).exists();
      new VmFolder(planted.getParent()).remove();
    } finally {
      stranger.destroyForcibly().waitFor();
    }
  }

  /** Copies a VM's record, with another id, the state STARTED, and the identity of a stranger. */
  private Path plant(long pid, String like) throws IOException {
    Path vms = daemon.home().vms();
    String id = VmId.random().value();
    var who = ProcessIdentity.of(Path.of("/proc/" + pid));
    String record =
        Files.readString(vms.resolve(like).resolve("vm.json"))
            .replace(like, id)
            .replaceFirst("\"state\":\"[A-Z]+\"", "\"state\":\"STARTED\"")
            .replaceFirst("\"pid\":\\d+", "\"pid\":" + pid)
            .replaceFirst("\"startTicks\":\\d+", "\"startTicks\":" + who.startTicks())
            .replaceFirst(
                "\"executable\":\"[^\"]+\"", "\"executable\":\"" + who.executable() + "\"");
    Path folder = Files.createDirectory(vms.resolve(id));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    return Files.writeString(folder.resolve("vm.json"), record);
  }

  @Test
  void badTemplateIsRefusedByNameAndTheDaemonServes() throws Exception {
    daemon.stop();
    Path templates = daemon.home().stateDir().resolve("templates");
    String bad = "e".repeat(64);
    Path manifest = Files.createDirectory(templates.resolve(bad)).resolve("manifest.json");
    assertThat(new ProcessBuilder("mkfifo", manifest.toString()).start().waitFor()).isZero();
    daemon.start();
    try (FactoryClient client = FactoryClient.open(daemon.socket());
        VmHandle vm = client.getVm(GetVmRequest.getDefaultInstance(), soon())) {
      assertThat(client.templates().list(soon()))
          .filteredOn(template -> !template.getRefused().isEmpty())
          .singleElement()
          .matches(template -> template.getKey().equals(bad))
          .extracting(Template::getRefused)
          .asString()
          .contains("not a regular file; remove it");
      assertThat(vm.vm().getId()).isNotEmpty();
    }
  }

  /** However early a daemon is killed while it starts QEMUs, none is overlooked afterwards. */
  @Test
  void noQemuIsLeftOfADaemonThatIsKilledWhileItStartsThem() throws Exception {
    Random random = new Random();
    var table = new VmProcessTable(VmProcessTable.PROC, isolation());
    daemon.kill();
    int left = 0;
    for (int i = 0; i < STARTS_KILLED; i++) {
      end(table);
      Path vms = Files.createDirectories(daemon.home().vms());
      try (WatchService watch = vms.getFileSystem().newWatchService()) {
        vms.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
        daemon.start();
        assertThat(watch.poll(30, TimeUnit.SECONDS)).as("the first folder of a VM").isNotNull();
        moment(random.nextInt(400)); // the template is loaded first
      }
      daemon.kill();
      left += end(table);
      assertThat(daemon.vms()).as("after kill %d", i).isEmpty();
    }
    assertThat(left).isPositive();
    assertThat(daemon.vms()).isEmpty();
  }

  private static void moment(int millis) {
    new CompletableFuture<Void>().completeOnTimeout(null, millis, TimeUnit.MILLISECONDS).join();
  }

  private int end(VmProcessTable table) throws IOException {
    int ended = 0;
    try (var folders = Files.newDirectoryStream(daemon.home().vms())) {
      for (Path folder : folders) {
        VmId id = new VmId(folder.getFileName().toString());
        for (VmIdentity found : table.find(id, new VmFolder(folder), soon()).stream().toList()) {
          table.end(found, soon());
          ended++;
        }
        new VmFolder(folder).remove();
      }
    }
    return ended;
  }

  private static Isolation isolation() {
    return new Isolation(Isolation.Mode.AUTO, Path.of("/"), 0x70000000L, 1 << 24, Groups.none());
  }
}
