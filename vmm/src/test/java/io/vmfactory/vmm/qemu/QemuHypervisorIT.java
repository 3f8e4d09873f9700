package io.vmfactory.vmm.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.HypervisorContract;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmExit;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Tag("qemu")
class QemuHypervisorIT extends HypervisorContract {
  static final Path PROGRAM = Path.of("/usr/bin/qemu-system-x86_64");
  private static final int PAGE = 4096;

  @RegisterExtension final QemuLeaks leaks = new QemuLeaks();
  private QemuHypervisor qemu;
  private Path files;
  private VmSpec.Kernel kernel;

  @BeforeEach
  void open(@TempDir Path folder) throws IOException {
    files = folder;
    Files.write(files.resolve("initrd"), new byte[1]);
    kernel = kernel(TinyKernel.write(files.resolve("kernel")));
    qemu = newHypervisor();
  }

  @Override
  protected void awaitKernel(Vm template) {
    ByteBuffer runs = ByteBuffer.allocate(1);
    while (runs.get(0) == 0) {
      template.check(deadline);
      runs.clear();
      memory.read(TinyKernel.COUNTER, runs);
    }
  }

  private static QemuHypervisor newHypervisor() {
    return new QemuHypervisor(
        new HypervisorInfo(PROGRAM, "7.2", Accelerator.TCG, "test", "test"), TestJail.make());
  }

  private VmSpec.Kernel kernel(Path image) {
    return new VmSpec.Kernel(image, files.resolve("initrd"), List.of());
  }

  @AfterEach
  void close() {
    qemu.close();
  }

  @Override
  protected Hypervisor hypervisor() {
    return qemu;
  }

  @Override
  protected VmSpec spec() {
    return new VmSpec(
        new VmSpec.Machine("q35", "", Accelerator.TCG, "max"),
        new Sizing(1, 128),
        new Sizing(2, 384),
        2,
        kernel,
        AgentTransport.VIRTIO_SERIAL);
  }

  @Override
  protected Hypervisor successor() {
    qemu.close();
    qemu = newHypervisor();
    return qemu;
  }

  @Override
  protected Vm bootGrowing() {
    kernel = kernel(TinyKernel.writeAnswering(files.resolve("answering"), 0));
    return boot();
  }

  @Override
  protected void endByItself(Vm vm) {
    ProcessHandle.of(vm.identity().pid()).orElseThrow().destroyForcibly();
  }

  @Test
  void theGuestsMemoryIsTheFileAndAClonesIsNot() {
    VmSpec.Kernel halting = kernel;
    kernel = kernel(TinyKernel.writeEnding(files.resolve("ending")));
    Vm ending = boot();
    deadline.await(ending.signals().exited(), "the kernel to end its VM");
    ending.kill();
    // The kernel's first bytes, which the loader has copied into guest RAM at 1 MiB.
    assertThat(memory.nextData(0x100000)).isEqualTo(0x100000);
    kernel = halting;
    Vm template = boot();
    template.stop(deadline);
    byte[] state = template.save(deadline);
    template.kill();
    ByteBuffer before = ByteBuffer.allocate(PAGE);
    memory.read(0x100000, before);
    memory.seal();
    List<Vm> clones = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Vm clone = prepare();
      clone.load(state, deadline);
      clone.cont(deadline);
      clones.add(clone);
    }
    clones.forEach(Vm::kill);
    ByteBuffer after = ByteBuffer.allocate(PAGE);
    memory.read(0x100000, after);
    assertThat(after.array()).isEqualTo(before.array());
  }

  @Test
  void identityIsThatOfTheProcess() {
    Vm vm = boot();
    assertThat(vm.identity().executable()).isEqualTo(PROGRAM);
    assertThat(ProcessHandle.of(vm.identity().pid())).isPresent();
    assertThat(QemuLeaks.running()).hasSize(1).first().asString().contains(vm.identity().id() + "");
    vm.kill();
  }

  @Test
  void whatAVmLeavesInItsFolderIsItsOwnersOnly() throws IOException {
    Launch launch = launch(new GuestRam.Anonymous());
    Vm vm = qemu.boot(launch, deadline);
    for (Path file : List.of(launch.folder().consoleLog(), launch.folder().vmmLog())) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .as(file.toString())
          .isEqualTo("rw-------");
    }
    vm.kill();
  }

  @Test
  void aMissingKernelIsNamedBeforeAnythingIsStarted() {
    kernel = new VmSpec.Kernel(Path.of("/no/kernel"), kernel.initrd(), List.of());
    startFails(Reason.INVALID, "/no/kernel");
  }

  @Test
  void aMissingInitrdIsNamedBeforeAnythingIsStarted() {
    kernel = new VmSpec.Kernel(kernel.image(), Path.of("/no/initrd"), List.of());
    startFails(Reason.INVALID, "/no/initrd");
  }

  @Test
  void qemusOwnWordsTellWhyItDidNotStart() {
    Launch launch = launchOn("no-such-board");
    assertThatThrownBy(() -> qemu.boot(launch, deadline))
        .isInstanceOfSatisfying(
            VmmException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DIED))
        .hasMessageContaining("exit code 1")
        .hasMessageContaining("unsupported machine type");
    assertThat(launch.folder().path()).isEmptyDirectory();
  }

  @Test
  void aStartThatRunsOutOfTimeLeavesNothing() {
    Launch launch = launch(new GuestRam.Anonymous());
    assertThatThrownBy(() -> qemu.boot(launch, Deadline.after(Duration.ofMillis(1))))
        .isInstanceOf(DeadlineExceededException.class);
    assertThat(launch.folder().path()).isEmptyDirectory();
  }

  @Test
  void aProcessThatDiesDuringAStepMakesItFailAsDied() throws IOException {
    Vm vm = boot();
    freeze(vm);
    CompletableFuture<Void> stopping = CompletableFuture.runAsync(() -> vm.stop(deadline));
    vm.kill();
    assertThatThrownBy(() -> deadline.await(stopping, "step"))
        .isInstanceOfSatisfying(
            VmmException.class,
            e -> assertThat(e.reason()).isIn(Reason.DIED, Reason.ILLEGAL_PHASE));
  }

  @Test
  void aStepsDeadlineIsKeptWhenQemuHangs() throws IOException {
    Vm vm = boot();
    freeze(vm);
    assertThatThrownBy(() -> vm.stop(Deadline.after(Duration.ofMillis(50))))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("stop");
    vm.kill();
  }

  @Test
  void memoryThatTheGuestRefusesIsAFailure() {
    kernel = kernel(TinyKernel.writeAnswering(files.resolve("refusing"), 1));
    Vm vm = boot();
    assertThatThrownBy(() -> vm.grow(new Sizing(0, 256), deadline))
        .isInstanceOfSatisfying(
            VmmException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FAILED))
        .hasMessageContaining("guest refused dimm1");
    vm.kill();
  }

  @Test
  void memoryThatTheGuestNeverTakesIsWaitedForUntilTheDeadline() {
    Vm vm = boot();
    assertThatThrownBy(() -> vm.grow(new Sizing(0, 256), Deadline.after(Duration.ofSeconds(1))))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("the guest to take dimm1 of 128 MiB into use");
    vm.kill();
  }

  @Test
  void aGuestThatDiesWhileMemoryIsPluggedMakesThePlugFailAsDied() {
    Vm vm = boot();
    CompletableFuture<Sizing> plugging =
        CompletableFuture.supplyAsync(() -> vm.grow(new Sizing(0, 256), deadline));
    vm.kill();
    assertThatThrownBy(() -> deadline.await(plugging, "plug"))
        .isInstanceOfSatisfying(
            VmmException.class,
            e -> assertThat(e.reason()).isIn(Reason.DIED, Reason.ILLEGAL_PHASE));
  }

  @Test
  void anAdoptedVmGrowsOnFromWhatItHas() {
    kernel = kernel(TinyKernel.writeAnswering(files.resolve("answering"), 0));
    Launch launch = launch(new GuestRam.Anonymous());
    Vm vm = qemu.boot(launch, deadline);
    assertThat(vm.grow(new Sizing(2, 256), deadline)).isEqualTo(new Sizing(2, 256));
    Vm adopted = successor().adopt(survivor(launch, vm), deadline);
    refuses(Reason.RESOURCES, () -> adopted.grow(new Sizing(3, 256), deadline));
    assertThat(adopted.grow(new Sizing(2, 256), deadline)).isEqualTo(new Sizing(2, 256));
    assertThat(adopted.grow(new Sizing(0, 384), deadline)).isEqualTo(new Sizing(2, 384));
    refuses(Reason.RESOURCES, () -> adopted.grow(new Sizing(0, 512), deadline));
    adopted.kill();
  }

  @Test
  void detachedTheProcessStaysAndItsMonitorTakesANewOwner() throws IOException {
    Vm vm = boot();
    vm.stop(deadline);
    vm.detach();
    assertThat(vm.phase()).isEqualTo(VmPhase.DETACHED);
    refuses(Reason.ILLEGAL_PHASE, vm::kill);
    Path socket = folders.root().resolve(vm.identity().id().value()).resolve("qmp.sock");
    try (var owner =
        java.nio.channels.SocketChannel.open(java.net.UnixDomainSocketAddress.of(socket))) {
      ByteBuffer greeting = ByteBuffer.allocate(7);
      while (greeting.hasRemaining()) {
        owner.read(greeting);
      }
      assertThat(new String(greeting.array(), java.nio.charset.StandardCharsets.UTF_8))
          .isEqualTo("{\"QMP\":");
    }
    endByItself(vm);
    VmExit exit = deadline.await(vm.signals().exited(), "exit");
    assertThat(exit.signal()).isEqualTo(9);
  }

  @Test
  void noDescriptorStaysOpenAfterManyVms() throws IOException {
    boot().kill();
    long before = descriptors();
    for (int i = 0; i < 5; i++) {
      boot().kill();
      prepare().kill();
      assertThatThrownBy(() -> qemu.boot(launchOn("no-such-board"), deadline))
          .isInstanceOf(VmmException.class);
    }
    assertThat(descriptors()).isLessThanOrEqualTo(before + 2);
  }

  private void startFails(Reason reason, String named) {
    Launch launch = launch(new GuestRam.Anonymous());
    assertThatThrownBy(() -> qemu.boot(launch, deadline))
        .isInstanceOfSatisfying(VmmException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(named);
    assertThat(launch.folder().path()).isEmptyDirectory();
  }

  private Launch launchOn(String board) {
    Launch launch = launch(new GuestRam.Anonymous());
    VmSpec spec = launch.spec();
    var machine = new VmSpec.Machine(board, "", Accelerator.TCG, "max");
    return new Launch(
        launch.id(),
        new VmSpec(
            machine, spec.boot(), spec.max(), 2, spec.kernel(), spec.agent(), spec.devices()),
        launch.folder(),
        launch.ram());
  }

  private static void freeze(Vm vm) throws IOException {
    Process kill =
        new ProcessBuilder("kill", "-STOP", Integer.toString(vm.identity().pid())).start();
    kill.onExit().join();
  }

  private static long descriptors() throws IOException {
    try (var all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    }
  }
}
