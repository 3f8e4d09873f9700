package io.vmfactory.scripted.vmm;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.linux.MemoryFile;
import io.vmfactory.linux.MemoryFiles;
import io.vmfactory.scripted.vmm.Script.Step;
import io.vmfactory.vmm.FrozenDrive;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmDrives;
import io.vmfactory.vmm.VmExit;
import io.vmfactory.vmm.VmIdentity;
import io.vmfactory.vmm.VmNics;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmPhases;
import io.vmfactory.vmm.VmSignals;
import io.vmfactory.vmm.VmSnapshot;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A VM of {@link FakeHypervisor}. */
public final class FakeVm implements Vm {
  /** The device state that {@code save} returns and {@code load} demands. */
  public static final byte[] STATE = "device state of a fake VM".getBytes(UTF_8);

  /** The bytes that a booted VM writes at the start of shared memory. */
  public static final byte[] MEMORY = "memory of a fake VM".getBytes(UTF_8);

  private final Launch launch;
  private final Script script;
  private volatile VmPhases phases;
  private volatile CompletableFuture<VmPhase> available = new CompletableFuture<>();
  private VmPhase reported = VmPhase.STARTING;
  private final FakeDrives drives;
  private final List<ServerSocketChannel> sockets = new ArrayList<>();
  private final CompletableFuture<VmExit> exited = new CompletableFuture<>();
  private final CompletableFuture<Void> agentPort = new CompletableFuture<>();
  private Sizing size;
  private final FakeNics nics;
  private volatile boolean clone;

  FakeVm(Launch launch, Script script) {
    this.launch = launch;
    this.script = script;
    this.phases = new VmPhases(launch.id());
    this.drives = new FakeDrives(launch.spec().devices(), () -> phases, script);
    this.nics = new FakeNics(launch.spec().devices().nicSlots(), () -> phases);
    this.size = launch.spec().boot();
    makeFiles();
  }

  private void makeFiles() {
    try {
      Files.createFile(launch.folder().consoleLog());
      Files.createFile(launch.folder().vmmLog());
      List<Path> paths = new ArrayList<>(launch.folder().allAgentSockets());
      paths.add(launch.folder().qmpSocket());
      for (Path path : paths) {
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        sockets.add(socket);
        socket.bind(UnixDomainSocketAddress.of(path));
      }
    } catch (IOException e) {
      discard();
      throw new VmmException(Reason.FAILED, "cannot make the files of a fake VM", e);
    }
  }

  void begin(VmPhase first) {
    phases.enter(first);
    available.complete(first);
    if (first == VmPhase.INCOMING) {
      clone = true;
      agentPort.complete(null);
    }
    if (first == VmPhase.RUNNING && launch.ram() instanceof GuestRam.Shared shared) {
      shared.file().write(0, ByteBuffer.wrap(MEMORY));
    }
  }

  /** Makes the VM UNAVAILABLE until {@code answer} completes; then it is as it was before. */
  synchronized void hold(CompletableFuture<Void> answer) {
    if (phases.current() != VmPhase.UNAVAILABLE) {
      reported = phases.current();
    }
    VmPhase was = reported;
    VmPhases held = new VmPhases(launch.id());
    CompletableFuture<VmPhase> answered = new CompletableFuture<>();
    held.enter(VmPhase.UNAVAILABLE);
    phases = held;
    available = answered;
    var unused =
        answer.whenComplete(
            (nothing, failure) -> {
              if (failure == null) {
                held.enter(was);
                answered.complete(was);
              } else {
                answered.completeExceptionally(failure);
              }
            });
  }

  /** Returns what the VM was started with. */
  public Launch launch() {
    return launch;
  }

  /** Returns the CPUs and memory that the VM has now. */
  public synchronized Sizing size() {
    return size;
  }

  /** Opens the agent's port, as the guest does when it is up. */
  public void openAgentPort() {
    agentPort.complete(null);
  }

  /** Ends the process, as if it exited by itself. */
  public void exit(VmExit how) {
    phases.enter(VmPhase.EXITED);
    drives.died();
    closeSockets();
    agentPort.completeExceptionally(new VmmException(Reason.DIED, "fake VM ended: " + how));
    exited.complete(how);
  }

  @Override
  public VmIdentity identity() {
    int pid = (int) ProcessHandle.current().pid();
    return new VmIdentity(launch.id(), pid, 1, Path.of("/usr/bin/fake-vmm"));
  }

  @Override
  public VmPhase phase() {
    return phases.current();
  }

  @Override
  public VmSignals signals() {
    return new VmSignals(available, exited, agentPort);
  }

  @Override
  public void check(Deadline deadline) {
    phases.requireOurs("check");
    script.play(Step.CHECK, deadline);
  }

  @Override
  public void load(byte[] deviceState, Deadline deadline) {
    phases.require(VmPhase.INCOMING, "load");
    script.play(Step.LOAD, deadline);
    if (!Arrays.equals(deviceState, STATE)) {
      throw new VmmException(Reason.FAILED, "not the device state of a fake VM");
    }
    phases.enter(VmPhase.PAUSED);
  }

  @Override
  public void cont(Deadline deadline) {
    phases.require(VmPhase.PAUSED, "cont");
    script.play(Step.CONT, deadline);
    phases.enter(VmPhase.RUNNING);
  }

  @Override
  public void stop(Deadline deadline) {
    phases.require(VmPhase.RUNNING, "stop");
    script.play(Step.STOP, deadline);
    phases.enter(VmPhase.PAUSED);
  }

  @Override
  public byte[] save(Deadline deadline) {
    phases.require(VmPhase.PAUSED, "save");
    script.play(Step.SAVE, deadline);
    return STATE.clone();
  }

  /** Returns a snapshot whose memory is that of the VM's template: no guest has written any. */
  @Override
  public VmSnapshot snapshot(Path overlayDir, Laps laps, Deadline deadline) {
    if (phases.current() != VmPhase.PAUSED) {
      phases.require(VmPhase.RUNNING, "take a snapshot of");
    }
    if (!clone || !size().equals(launch.spec().boot())) {
      throw new VmmException(Reason.INVALID, "no snapshot of this fake VM can be taken");
    }
    script.play(Step.SNAPSHOT, deadline);
    List<FrozenDrive> frozen = drives.frozen();
    List.of("copy", "stop", "state", "pages", "layers", "cont", "freeze").forEach(laps::lap);
    MemoryFile memory =
        MemoryFiles.create("fake-snapshot", launch.spec().boot().memoryMib() * 1024L * 1024);
    memory.write(0, ByteBuffer.wrap(MEMORY));
    memory.seal();
    return new VmSnapshot(launch.spec(), memory, STATE, frozen, 0, Duration.ofNanos(1));
  }

  @Override
  public synchronized Sizing grow(Sizing wanted, Deadline deadline) {
    phases.require(VmPhase.RUNNING, "plug");
    Sizing grown = size.plus(size.shortOf(wanted).inBlocks());
    if (!launch.spec().max().shortOf(grown).isZero()) {
      throw new VmmException(Reason.RESOURCES, "beyond the fake VM's maximum: " + grown);
    }
    script.play(Step.PLUG, deadline);
    size = grown;
    return grown;
  }

  @Override
  public VmDrives drives() {
    return drives;
  }

  @Override
  public VmNics nics() {
    return nics;
  }

  @Override
  public void detach() {
    phases.require(VmPhase.PAUSED, "detach");
    phases.enter(VmPhase.DETACHED);
  }

  @Override
  public void kill() {
    if (phases.current() == VmPhase.DETACHED) {
      throw new VmmException(Reason.ILLEGAL_PHASE, "cannot kill a VM that was given away");
    }
    if (phases.current() != VmPhase.EXITED) {
      exit(new VmExit(-1, 9, ""));
    }
    launch.folder().remove();
  }

  void discard() {
    closeSockets();
    launch.folder().removeVmmFiles();
  }

  private void closeSockets() {
    for (ServerSocketChannel socket : sockets) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
