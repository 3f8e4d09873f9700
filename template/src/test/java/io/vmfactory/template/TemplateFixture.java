package io.vmfactory.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.guest.FakeAgent;
import io.vmfactory.guest.GuestAgents;
import io.vmfactory.guest.ttrpc.TtrpcAgents;
import io.vmfactory.linux.MemoryFile;
import io.vmfactory.linux.StreamSockets;
import io.vmfactory.scripted.vmm.FakeHypervisor;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmExit;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmSpec;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** A whole host with a scripted hypervisor and a scripted agent, around a real store. */
final class TemplateFixture implements AutoCloseable {
  static final int MIB = 1 << 20;
  static final int MEMORY_MIB = 8;
  static final long DATA_PAGE = 5L * MIB;
  static final long HOLE = 7L * MIB;
  static final BuildListener SILENT = listener((step, index) -> {});

  final Path store;
  final Path secret;
  final Path run;
  final Path kernel;
  final Path initrd;
  final Path program;
  final FakeHypervisor fake = new FakeHypervisor();
  final FakeAgent agent;
  final List<StoredTemplates> opened = new ArrayList<>();
  HypervisorInfo info;
  boolean guestDies;
  String console = "";

  private final StreamSockets sockets = new StreamSockets();
  private final GuestAgents agents;
  private long boots; // every guest differs, and so does its template
  private long clock = 1_800_000_000;

  TemplateFixture(Path dir) throws IOException {
    this(dir, dir.resolve("templates"));
  }

  TemplateFixture(Path dir, Path store) throws IOException {
    this.store = store;
    secret = dir.resolve("secret");
    run = dir.resolve("vm");
    kernel = Files.writeString(dir.resolve("vmlinuz"), "kernel");
    initrd = Files.writeString(dir.resolve("initrd"), "initrd");
    program = Files.writeString(dir.resolve("vmm"), "vmm");
    info = new HypervisorInfo(program, "7.2.22", Accelerator.TCG, "scripted", "Some CPU");
    Path socket = dir.resolve("agent.sock");
    agent = FakeAgent.listen(socket);
    TtrpcAgents real = new TtrpcAgents(sockets);
    agents = (ignored, deadline) -> real.connect(socket, deadline);
  }

  static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  VmSpec spec() {
    return spec(MEMORY_MIB);
  }

  VmSpec spec(int memoryMib) {
    return new VmSpec(
        new VmSpec.Machine("q35", "", Accelerator.TCG, "max"),
        new Sizing(1, memoryMib),
        new Sizing(2, 1024),
        2,
        new VmSpec.Kernel(kernel, initrd, List.of("console=ttyS0")),
        AgentTransport.VIRTIO_SERIAL);
  }

  StoredTemplates open() {
    return open(64L * MIB);
  }

  StoredTemplates open(long cacheBytes) {
    StoredTemplates templates =
        new StoredTemplates(
            new StorePlace(store, secret, run.resolveSibling("overlays")),
            new Host(),
            agents,
            new VmFolders(run),
            () -> Instant.ofEpochSecond(clock++),
            cacheBytes);
    opened.add(templates);
    return templates;
  }

  TemplateKey built() {
    return open().build(spec(), SILENT, soon()).key();
  }

  Vm restore(Templates templates, TemplateKey key) {
    VmId id = VmId.random();
    return templates.restore(key, id, new VmFolders(run).create(id), new Laps(), soon());
  }

  TemplateFiles files(TemplateKey key) {
    return new TemplateFiles(store.resolve(key.hex()));
  }

  /** Returns a listener that passes the name and number of each step that begins. */
  static BuildListener listener(BiConsumer<String, Integer> began) {
    return new BuildListener() {
      @Override
      public void began(String step, int index, int count) {
        began.accept(step, index);
      }

      @Override
      public void ended(String step, int index, int count, Duration span, String detail) {}
    };
  }

  /**
   * Asserts that there is no process, no folder, nothing half-made in the store, and no guest
   * memory.
   */
  void assertNothingLeftBut(TemplateKey... keys) throws IOException {
    assertThat(fake.vms()).allMatch(vm -> vm.phase() == VmPhase.EXITED);
    assertThat(names(run)).isEmpty();
    assertStored(keys);
    assertThat(memoryFiles()).isZero();
  }

  /** Asserts that the store has these templates and nothing half-made. */
  void assertStored(TemplateKey... keys) throws IOException {
    assertThat(names(store))
        .containsExactlyInAnyOrder(Stream.of(keys).map(TemplateKey::hex).toArray(String[]::new));
  }

  static List<String> names(Path dir) throws IOException {
    if (!Files.exists(dir)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(dir)) {
      return entries.map(entry -> entry.getFileName().toString()).toList();
    }
  }

  /** Changes one bit of a file. */
  static void flip(Path file, long at) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.seek(at);
      int old = out.read();
      out.seek(at);
      out.write(old ^ 0x10);
    }
  }

  /** Returns how many guest memories this process holds, according to the kernel. */
  static long memoryFiles() throws IOException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      // Each is opened twice: for children, and as a channel.
      return descriptors.filter(TemplateFixture::isMemory).count() / 2;
    }
  }

  private static boolean isMemory(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().contains("memfd:vmfactory");
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    opened.forEach(StoredTemplates::close);
    fake.vms().forEach(FakeVm::kill);
    agent.close();
    sockets.close();
  }

  /** The scripted hypervisor. Its guest writes memory and opens the agent's port. */
  private final class Host implements Hypervisor {
    @Override
    public HypervisorInfo info() {
      return info;
    }

    @Override
    public Vm boot(Launch launch, Deadline deadline) {
      FakeVm vm = (FakeVm) fake.boot(launch, deadline);
      MemoryFile memory = ((GuestRam.Shared) launch.ram()).file();
      byte[] page = new byte[4096];
      new Random(++boots).nextBytes(page);
      memory.write(DATA_PAGE, ByteBuffer.wrap(page));
      memory.write(DATA_PAGE + page.length, ByteBuffer.wrap(new byte[MIB]));
      print(launch.folder().consoleLog());
      if (guestDies) {
        vm.exit(new VmExit(1, 0, "kernel panic"));
      } else {
        vm.openAgentPort();
      }
      return vm;
    }

    private void print(Path log) {
      try {
        Files.writeString(log, console);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public Vm prepare(Launch launch, Deadline deadline) {
      return fake.prepare(launch, deadline);
    }

    @Override
    public Vm adopt(Survivor survivor, Deadline deadline) {
      return fake.adopt(survivor, deadline);
    }

    @Override
    public Vm hold(Survivor survivor) {
      return fake.hold(survivor);
    }
  }
}
