package io.vmfactory.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestIdentity;
import io.vmfactory.guest.GuestImage;
import io.vmfactory.guest.Uniqueness;
import io.vmfactory.guest.ttrpc.TtrpcAgents;
import io.vmfactory.linux.StreamSockets;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.qemu.QemuHypervisor;
import io.vmfactory.vmm.qemu.QemuLeaks;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests templates of the real guest on the real QEMU. The template is built once. */
@Tag("qemu")
@ExtendWith(QemuLeaks.class)
@Timeout(300)
class TemplatesIT {
  private static final int MEMORY_MIB = 256;

  @TempDir static Path dir;
  private static final StreamSockets SOCKETS = new StreamSockets();
  private static QemuHypervisor qemu;
  private static TtrpcAgents agents;
  private static StoredTemplates templates;
  private static TemplateInfo built;

  @BeforeAll
  static void build() {
    agents = new TtrpcAgents(SOCKETS);
    qemu = new QemuHypervisor(info());
    templates = open(store());
    built = templates.build(spec(), TemplateFixture.SILENT, soon());
  }

  @AfterAll
  static void close() {
    templates.close();
    qemu.close();
    SOCKETS.close();
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    assertThat(TemplateFixture.names(dir.resolve("vm"))).isEmpty();
    assertThat(TemplateFixture.names(store())).containsExactly(built.key().hex());
  }

  private static HypervisorInfo info() {
    Path program = Path.of("/usr/bin/qemu-system-x86_64");
    return new HypervisorInfo(program, "as installed", Accelerator.TCG, "always works", "any");
  }

  private static Path store() {
    return dir.resolve("templates");
  }

  private static Path secret() {
    return dir.resolve("secret");
  }

  private static StoredTemplates open(Path store) {
    return new StoredTemplates(
        new StorePlace(store, secret(), store.resolveSibling("overlays")),
        qemu,
        agents,
        folders(),
        WallClock.system(),
        512L * TemplateFixture.MIB);
  }

  private static VmFolders folders() {
    return new VmFolders(dir.resolve("vm"));
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(90));
  }

  private static VmSpec spec(String... moreParameters) {
    List<String> parameters = new ArrayList<>(GuestImage.KERNEL_PARAMETERS);
    parameters.addAll(List.of(moreParameters));
    Path guest = Path.of(System.getProperty("vmfactory.top"), "dist", "guest");
    assertThat(guest.resolve("initrd")).as("the guest, made by ./dev guest").exists();
    return new VmSpec(
        new VmSpec.Machine("q35", "", Accelerator.TCG, "max"),
        new Sizing(1, MEMORY_MIB),
        new Sizing(2, 1024),
        2,
        new VmSpec.Kernel(guest.resolve("vmlinuz"), guest.resolve("initrd"), parameters),
        AgentTransport.VIRTIO_SERIAL);
  }

  /** A running clone whose agent answers. */
  private record Clone(Vm vm, GuestAgent agent, Laps laps) implements AutoCloseable {
    static Clone of(Templates templates) {
      VmId id = VmId.random();
      VmFolder folder = folders().create(id);
      Laps laps = new Laps();
      try {
        return running(templates.restore(built.key(), id, folder, laps, soon()), folder, laps);
      } catch (TemplateException e) {
        folder.remove(); // made here, so removed here
        throw e;
      }
    }

    static Clone of(Shell shell) {
      Laps laps = new Laps();
      shell.load(laps, soon());
      String id = shell.vm().identity().id().value();
      return running(shell.vm(), new VmFolder(dir.resolve("vm").resolve(id)), laps);
    }

    private static Clone running(Vm vm, VmFolder folder, Laps laps) {
      assertThat(vm.phase()).isEqualTo(VmPhase.PAUSED);
      vm.cont(soon());
      GuestAgent agent = agents.connect(folder.agentSocket(), soon());
      agent.awaitServing(soon());
      return new Clone(vm, agent, laps);
    }

    GuestIdentity unique() {
      String name = "vm-" + vm.identity().id().shortened();
      agent.makeUnique(Uniqueness.fresh(WallClock.system(), name, VmId.random()), soon());
      return agent.identity(64, soon());
    }

    /**
     * Returns the guest's identity; its clock is at most 50 ms behind the host's and never ahead of
     * it.
     */
    GuestIdentity tellsTheTime() {
      Instant asked = WallClock.system().now();
      GuestIdentity identity = agent.identity(0, soon());
      assertThat(identity.clock()).isBetween(asked.minusMillis(50), WallClock.system().now());
      return identity;
    }

    @Override
    public void close() {
      agent.close();
      vm.kill();
    }
  }

  @Test
  void quiescingShrinksTheTemplateAndZerosTakeNoRoom() throws IOException {
    TemplateFiles files = new TemplateFiles(store().resolve(built.key().hex()));
    Manifest manifest =
        new ManifestCodec(StoreSecret.at(secret())).decode(Files.readAllBytes(files.manifest()));
    Manifest.Quiesce quiesce = manifest.quiesce();
    assertThat(quiesce.zeroedKib()).isPositive();
    assertThat(quiesce.dataBytesAfter()).isLessThan(quiesce.dataBytesBefore());
    assertThat(Files.size(files.memory())).isEqualTo((long) MEMORY_MIB * TemplateFixture.MIB);
    assertThat(PageWalkTest.allocatedBytes(files.memory()))
        .isBetween(quiesce.dataBytesAfter(), quiesce.dataBytesAfter() + TemplateFixture.MIB);
  }

  @Test
  void aCloneAnswers() {
    try (Clone clone = Clone.of(templates)) {
      assertThat(clone.laps().all())
          .extracting(Lap::name)
          .containsExactly("template", "spawn", "load");
      assertThat(clone.vm().phase()).isEqualTo(VmPhase.RUNNING);
    }
  }

  @Test
  void eightClonesAtOnceAnswerAndEachIsItsOwn() {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<CompletableFuture<Clone>> starts =
        IntStream.range(0, 8)
            .mapToObj(i -> CompletableFuture.supplyAsync(() -> Clone.of(templates), threads))
            .toList();
    try {
      List<GuestIdentity> guests =
          starts.stream().map(start -> soon().await(start, "clone").unique()).toList();
      assertThat(guests).extracting(GuestIdentity::hostname).doesNotHaveDuplicates();
      assertThat(guests).extracting(GuestIdentity::machineId).doesNotHaveDuplicates();
      assertThat(guests).extracting(GuestIdentity::bootId).doesNotHaveDuplicates();
      assertThat(guests)
          .extracting(guest -> HexFormat.of().formatHex(guest.random()))
          .doesNotHaveDuplicates();
    } finally {
      starts.forEach(start -> soon().await(start, "clone").close());
      threads.shutdown();
    }
  }

  @Test
  void alteredMemoryIsRefusedAndNothingIsStarted() throws IOException {
    Path memory = store().resolve(built.key().hex()).resolve("memory");
    flip(memory);
    try (StoredTemplates fresh = open(store())) {
      assertThatThrownBy(() -> Clone.of(fresh))
          .isInstanceOf(TemplateException.class)
          .hasMessageContaining("memory altered");
      assertThat(QemuLeaks.running()).isEmpty();
    } finally {
      flip(memory);
    }
  }

  private static void flip(Path file) throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.seek(out.length() - 77);
      int old = out.read();
      out.seek(out.length() - 77);
      out.write(old ^ 1);
    }
  }

  @Test
  void anInterruptedBuildLeavesNoProcessAndNoDirectory() {
    BuildListener interrupting =
        TemplateFixture.listener(
            (step, index) -> {
              if (step.equals(BuildStep.QUIESCE.label())) {
                assertThat(QemuLeaks.running()).hasSize(1);
                Thread.currentThread().interrupt();
              }
            });
    try {
      assertThatThrownBy(() -> templates.build(spec(), interrupting, soon()))
          .isInstanceOf(CancelledException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(QemuLeaks.running()).isEmpty();
    assertThat(templates.list())
        .extracting(TemplateInfo::createdAt)
        .containsExactly(built.createdAt());
  }

  /**
   * The kernel is given a frequency that no CPU of today has, and the parameter not to doubt it.
   */
  @Test
  void aGuestThatMisreadItsTimeStampCounterIsNoTemplate() {
    VmSpec fast = spec("tsc_early_khz=500000", "tsc=reliable");
    assertThatThrownBy(() -> templates.build(fast, TemplateFixture.SILENT, soon()))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("times as fast as the host's");
  }

  private static Shell shell() {
    VmId id = VmId.random();
    return templates.prepare(built.key(), id, folders().create(id), new Laps(), soon());
  }

  @Test
  void aShellOfATemplateThatWasRebuiltMeanwhileIsTheGuestItWasMadeFor() {
    Shell old = shell();
    try {
      TemplateInfo before = built;
      built = templates.build(spec(), TemplateFixture.SILENT, soon());
      assertThat(built.key()).isEqualTo(before.key());
      assertThat(built.digest()).isNotEqualTo(before.digest());
      assertThat(old.digest()).isEqualTo(before.digest());
      try (Clone ofTheOld = Clone.of(old);
          Clone ofTheNew = Clone.of(templates)) {
        assertThat(ofTheOld.unique().machineId()).isNotEqualTo(ofTheNew.unique().machineId());
      }
    } finally {
      old.vm().kill();
    }
  }

  @Test
  void aShellIsLoadedByAnotherDaemonThanPreparedIt() {
    Shell prepared = shell();
    try (StoredTemplates next = open(store())) {
      Shell adopted = next.adopt(built.key(), prepared.vm(), soon());
      assertThat(adopted.digest()).isEqualTo(prepared.digest());
      try (Clone clone = Clone.of(adopted)) {
        assertThat(clone.unique().hostname()).startsWith("vm-");
      }
    } finally {
      prepared.vm().kill();
    }
  }

  @Test
  void aGuestThatWasStoppedIsItselfWhenItWakesAndKnowsTheTime() {
    try (Clone warm = Clone.of(templates)) {
      GuestIdentity asleep = warm.unique();
      warm.vm().stop(soon());
      Clone.of(templates).close(); // the clone was paused that long

      var answer = warm.agent().startWake(WallClock.system(), "", soon());
      warm.vm().cont(soon());
      answer.await();

      GuestIdentity awake = warm.tellsTheTime();
      assertThat(awake.hostname()).isEqualTo(asleep.hostname());
      assertThat(awake.machineId()).isEqualTo(asleep.machineId());
      assertThat(awake.bootId()).isEqualTo(asleep.bootId());
      warm.agent().startWake(WallClock.system(), "customers-name", soon()).await();
      GuestIdentity renamed = warm.tellsTheTime();
      assertThat(renamed.hostname()).isEqualTo("customers-name");
      assertThat(renamed.machineId()).isEqualTo(asleep.machineId());
      assertThat(renamed.bootId()).isEqualTo(asleep.bootId());
    }
  }
}
