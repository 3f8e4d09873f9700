package io.vmfactory.harness.daemon;

import static io.vmfactory.harness.daemon.SpawnedDaemon.soon;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import io.vmfactory.api.v1.DriveMode;
import io.vmfactory.api.v1.Event;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Pool;
import io.vmfactory.api.v1.Route;
import io.vmfactory.api.v1.SnapshotVmRequest;
import io.vmfactory.api.v1.SnapshotVmResponse;
import io.vmfactory.api.v1.Template;
import io.vmfactory.client.EventWatch;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.FactoryException;
import io.vmfactory.client.VmHandle;
import io.vmfactory.guest.GuestAgent;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests templates made of VMs with daemons that are killed, stopped and started again. */
@Tag("qemu")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class NamedTemplateIT {
  private static final int KILLS = 8;

  private SpawnedDaemon daemon;
  private FactoryClient client;

  @BeforeEach
  void start() throws Exception {
    daemon =
        new SpawnedDaemon(
            "vm_cache_number = 0",
            "shell_number = 0",
            "[[pool.template]]",
            "name = \"kept\"",
            "warm = 1",
            "shells = 1");
    daemon.start();
    client = FactoryClient.open(daemon.socket());
    daemon.template(client);
  }

  @AfterEach
  void stop() throws Exception {
    if (client != null) {
      client.close();
    }
    daemon.close();
  }

  private VmHandle get(String template, Route... routes) {
    return client.getVm(
        GetVmRequest.newBuilder()
            .setTemplate(template)
            .addAllRoutes(List.of(routes))
            .setLeaseTtl(Duration.newBuilder().setSeconds(600))
            .build(),
        soon());
  }

  private SnapshotVmResponse snapshot(VmHandle source, String name) {
    return client
        .templates()
        .snapshot(
            SnapshotVmRequest.newBuilder()
                .setLeaseId(source.lease().getId())
                .setName(name)
                .putLabels("made", "by a test")
                .setDescription(ByteString.copyFromUtf8("what is inside"))
                .build(),
            soon());
  }

  private static void answers(VmHandle vm) {
    try (GuestAgent agent = vm.agent(soon())) {
      assertThat(agent.metrics(soon())).contains("MemTotal");
    }
  }

  private VmHandle withDrive() throws IOException {
    Path image = daemon.home().folder().resolve("image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(4 << 20);
      file.seek(1 << 20);
      file.write(new byte[] {1, 2, 3});
    }
    VmHandle source = get("");
    source.attachDrive(image, DriveMode.OVERLAY, soon());
    return source;
  }

  private List<Template> named() {
    return client.templates().list(soon()).stream().filter(t -> !t.getName().isEmpty()).toList();
  }

  private List<String> leftovers() throws IOException {
    try (Stream<Path> files = Files.list(daemon.home().stateDir().resolve("templates"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(n -> n.startsWith("."))
          .toList();
    }
  }

  @Test
  void aDaemonThatIsKilledWhileItStoresLeavesNothingThatIsUsed() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    try (VmHandle source = withDrive()) {
      long begun = System.nanoTime();
      snapshot(source, "busy");
      long whole = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun) + 1;
      int atLeast = 1;
      for (int times = 0; times < KILLS; times++) {
        CompletableFuture<SnapshotVmResponse> storing =
            CompletableFuture.supplyAsync(() -> snapshot(source, "busy"));
        var moment =
            new CompletableFuture<Void>()
                .completeOnTimeout(null, random.nextLong(whole), TimeUnit.MILLISECONDS);
        soon().await(CompletableFuture.anyOf(moment, storing), "some moment of the call");
        daemon.kill();
        boolean stored = succeeded(storing);
        daemon.start();
        answers(source);
        source.renew(soon());
        List<Template> all = named();
        assertThat(all).hasSizeBetween(atLeast + (stored ? 1 : 0), atLeast + 1);
        atLeast = all.size();
        assertThat(all).allMatch(template -> template.getRefused().isEmpty());
        assertThat(leftovers()).isEmpty();
        assertThat(daemon.home().stateDir().resolve("overlays")).isEmptyDirectory();
        try (VmHandle clone = get("busy")) {
          answers(clone);
        }
      }
      assertThat(snapshot(source, "busy").getTemplate().getVersion()).isEqualTo(atLeast + 1);
    }
  }

  private static boolean succeeded(CompletableFuture<SnapshotVmResponse> storing) {
    try {
      storing.join();
      return true;
    } catch (java.util.concurrent.CompletionException e) {
      assertThat(e).hasCauseInstanceOf(FactoryException.class);
      return false;
    }
  }

  @Test
  void clonesOfEachRouteAreThereAfterAReboot() throws Exception {
    try (VmHandle source = withDrive()) {
      Template made = snapshot(source, "kept").getTemplate();
      assertThat(made.getDrivesList()).singleElement().matches(d -> d.getKib() > 0);
      assertThat(made.getDescription().toStringUtf8()).isEqualTo("what is inside");
    }
    assertThat(daemon.stop()).isZero();
    DaemonHome.remove(daemon.home().runDir());
    Files.delete(daemon.home().folder().resolve("image"));
    daemon.start();
    for (Route route : List.of(Route.WARM, Route.SHELL, Route.TEMPLATE)) {
      awaitKept();
      try (VmHandle clone = get("kept:1", route)) {
        assertThat(clone.granted().getRoute()).isEqualTo(route);
        assertThat(clone.granted().getTemplate().getLabelsMap()).containsEntry("made", "by a test");
        answers(clone);
        clone.detachDrive("rw0", soon());
        answers(clone);
      }
    }
    assertThat(client.templates().get("kept", soon()).getVersion()).isEqualTo(1);
    client.templates().delete("kept", soon());
    assertThat(named()).isEmpty();
  }

  /** Waits until the pools of the name have a VM each. */
  private void awaitKept() throws InterruptedException {
    BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    try (EventWatch watch = client.daemon().watch(events::add, soon())) {
      while (client.daemon().status(false, soon()).getPoolsList().stream()
          .filter(pool -> pool.getTemplate().equals("kept:1"))
          .anyMatch(NamedTemplateIT::isEmpty)) {
        assertThat(watch.ended().toCompletableFuture()).isNotDone();
        assertThat(events.poll(soon().remaining().toMillis(), TimeUnit.MILLISECONDS)).isNotNull();
      }
    }
  }

  private static boolean isEmpty(Pool pool) {
    return pool.getIdle() == 0;
  }
}
