package io.vmfactory.bench.floor;

import io.vmfactory.configs.time.Laps;
import io.vmfactory.configs.time.Laps.Lap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The floor of a clone: the same QEMU with the same devices, restored from the same template
 * directly, without a daemon, a lease, a check or any of our code in between. The steps of a clone
 * are compared with its steps. Thread-safe.
 */
public final class RawQemu {
  /** Many times the duration of a boot: a VM that takes longer has failed. */
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final List<String> clone;
  private final Path template;
  private final Path folder;
  private final AtomicInteger vms = new AtomicInteger();

  /**
   * @param clone command line of a clone that the daemon made; the floor has the same devices
   * @param template the template's folder in the store
   * @param folder folder in which sockets may be made
   */
  public RawQemu(List<String> clone, Path template, Path folder) {
    this.clone = clone;
    this.template = template;
    this.folder = folder;
  }

  /**
   * Restores one clone until its agent has answered, then kills it. Laps: spawn, load, cont,
   * answer.
   *
   * @throws IOException if a step fails or all of them take more than 20 s; names the steps done
   */
  public Laps run() throws IOException {
    byte[] state = state();
    Laps laps = new Laps();
    try (RawVm vm = start(clone)) {
      limited(vm, laps, () -> restore(vm, state, laps));
    }
    return laps;
  }

  /**
   * Boots one VM until its agent has answered, then kills it. Laps: spawn, cont, answer.
   *
   * @param booted command line of a VM that the daemon booted
   * @throws IOException as {@link #run} does
   */
  public Laps boot(List<String> booted) throws IOException {
    Laps laps = new Laps();
    try (RawVm vm = start(booted)) {
      limited(vm, laps, () -> boot(vm, laps));
    }
    return laps;
  }

  private static void boot(RawVm vm, Laps laps) throws IOException {
    vm.greet();
    laps.lap("spawn");
    vm.negotiate();
    vm.connect();
    vm.cont();
    laps.lap("cont");
    vm.answer();
    laps.lap("answer");
  }

  /** Restores one clone until its agent has answered, and stops it there, as a pool keeps VMs. */
  public RawVm stopped() throws IOException {
    byte[] state = state();
    Laps laps = new Laps();
    RawVm vm = start(clone);
    try {
      limited(
          vm,
          laps,
          () -> {
            restore(vm, state, laps);
            vm.stop();
          });
      return vm;
    } catch (IOException e) {
      vm.close();
      throw e;
    }
  }

  /** Returns the file that the RAM of these VMs maps. */
  public Path memory() {
    return template.resolve("memory");
  }

  private byte[] state() throws IOException {
    return Files.readAllBytes(template.resolve("state"));
  }

  private RawVm start(List<String> line) throws IOException {
    int number = vms.incrementAndGet();
    RawVm.Sockets sockets =
        new RawVm.Sockets(
            folder.resolve("state%d.sock".formatted(number)),
            folder.resolve("agent%d.sock".formatted(number)));
    return new RawVm(
        StandaloneCommand.command(line, template.resolve("memory"), sockets.agent()), sockets);
  }

  private static void restore(RawVm vm, byte[] state, Laps laps) throws IOException {
    vm.greet();
    laps.lap("spawn");
    vm.load(state);
    laps.lap("load");
    vm.connect();
    vm.cont();
    laps.lap("cont");
    vm.answer();
    laps.lap("answer");
  }

  /** The steps to do with a VM. */
  private interface Steps {
    void run() throws IOException;
  }

  /**
   * Runs the steps and kills the VM at the time limit. Reads and writes have no limit of their own;
   * they end with the VM.
   */
  private static void limited(RawVm vm, Laps laps, Steps steps) throws IOException {
    CompletableFuture<Void> limit =
        CompletableFuture.runAsync(
            vm::kill, CompletableFuture.delayedExecutor(LIMIT.toSeconds(), TimeUnit.SECONDS));
    try {
      steps.run();
    } catch (IOException e) {
      String late = limit.isDone() ? "not done after " + LIMIT.toSeconds() + " s: " : "";
      List<String> done = laps.all().stream().map(Lap::name).toList();
      throw new IOException("raw QEMU, after %s: %s%s".formatted(done, late, e.getMessage()), e);
    } finally {
      limit.cancel(false);
    }
  }
}
