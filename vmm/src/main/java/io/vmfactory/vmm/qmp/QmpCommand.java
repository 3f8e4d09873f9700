package io.vmfactory.vmm.qmp;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command of QEMU's monitor with typed arguments and result. The set of commands is here, but for
 * those about block devices ({@link BlockCommands}); names and arguments as in QEMU's QMP reference
 * manual.
 *
 * @param <R> what the reply holds
 */
public final class QmpCommand<R> {
  private final String name;
  private final Record arguments;
  private final Type result;

  QmpCommand(String name, Record arguments, Type result) {
    this.name = name;
    this.arguments = arguments;
    this.result = result;
  }

  /** A reply that says no more than that it is done. */
  public record Done() {}

  record None() {}

  private record Uri(String uri) {}

  private record Capabilities(List<Capability> capabilities) {}

  private record Capability(String capability, boolean state) {}

  private record Ram(@JsonProperty("qom-type") String type, String id, long size) {}

  private record DimmDevice(String driver, String id, String memdev) {}

  private record Cpu(
      String driver,
      @JsonProperty("socket-id") int socket,
      @JsonProperty("die-id") int die,
      @JsonProperty("core-id") int core,
      @JsonProperty("thread-id") int thread) {}

  /**
   * What the VM is doing.
   *
   * @param status RunState as QEMU spells it, e.g. {@code running}, {@code inmigrate}
   */
  public record RunState(String status) {}

  /**
   * A character device and who is behind it.
   *
   * @param label its id on the command line
   * @param open whether the guest has what it is attached to open
   */
  public record Chardev(String label, @JsonProperty("frontend-open") boolean open) {}

  /**
   * A piece of plugged memory.
   *
   * @param dimm what it is
   */
  public record MemoryDevice(@JsonProperty("data") Dimm dimm) {
    /**
     * What it is.
     *
     * @param size in bytes
     */
    public record Dimm(long size) {}
  }

  /**
   * A place for a CPU.
   *
   * @param type the driver that fits
   * @param place where it goes
   * @param occupant QOM path of the CPU that is there; null = free
   */
  public record CpuSlot(
      String type,
      @JsonProperty("props") CpuPlace place,
      @JsonProperty("qom-path") @Nullable String occupant) {}

  /** Where a CPU sits; x86 numbering, a missing component is 0. */
  public record CpuPlace(
      @JsonProperty("socket-id") int socket,
      @JsonProperty("die-id") int die,
      @JsonProperty("core-id") int core,
      @JsonProperty("thread-id") int thread) {}

  /** Ends the monitor's greeting phase. */
  public static QmpCommand<Done> negotiate() {
    return plain("qmp_capabilities");
  }

  /** Lets the CPUs run. */
  public static QmpCommand<Done> cont() {
    return plain("cont");
  }

  /** Stops the CPUs. */
  public static QmpCommand<Done> stop() {
    return plain("stop");
  }

  /** What the VM is doing. */
  public static QmpCommand<RunState> status() {
    return new QmpCommand<>("query-status", new None(), RunState.class);
  }

  /** Device state without shared RAM, and an event at each change of a migration's state. */
  public static QmpCommand<Done> prepareMigration() {
    return new QmpCommand<>(
        "migrate-set-capabilities",
        new Capabilities(
            List.of(new Capability("events", true), new Capability("x-ignore-shared", true))),
        Done.class);
  }

  /** Begins sending state to {@code uri}. */
  public static QmpCommand<Done> migrate(String uri) {
    return new QmpCommand<>("migrate", new Uri(uri), Done.class);
  }

  /** Begins receiving state from {@code uri}. */
  public static QmpCommand<Done> migrateIncoming(String uri) {
    return new QmpCommand<>("migrate-incoming", new Uri(uri), Done.class);
  }

  /** Every character device. */
  public static QmpCommand<List<Chardev>> chardevs() {
    return new QmpCommand<>("query-chardev", new None(), QmpCodec.listOf(Chardev.class));
  }

  /** All memory that was plugged. */
  public static QmpCommand<List<MemoryDevice>> memoryDevices() {
    return new QmpCommand<>(
        "query-memory-devices", new None(), QmpCodec.listOf(MemoryDevice.class));
  }

  /** Every place for a CPU, free or not. */
  public static QmpCommand<List<CpuSlot>> hotpluggableCpus() {
    return new QmpCommand<>("query-hotpluggable-cpus", new None(), QmpCodec.listOf(CpuSlot.class));
  }

  /** Plugs a CPU into a free place. */
  public static QmpCommand<Done> addCpu(CpuSlot slot) {
    CpuPlace at = slot.place();
    return new QmpCommand<>(
        "device_add",
        new Cpu(slot.type(), at.socket(), at.die(), at.core(), at.thread()),
        Done.class);
  }

  /** Makes {@code bytes} of anonymous memory, not yet plugged. */
  public static QmpCommand<Done> addRam(String id, long bytes) {
    return new QmpCommand<>("object-add", new Ram("memory-backend-ram", id, bytes), Done.class);
  }

  /** Plugs memory into the next free slot. */
  public static QmpCommand<Done> addDimm(String id, String ram) {
    return new QmpCommand<>("device_add", new DimmDevice("pc-dimm", id, ram), Done.class);
  }

  private static QmpCommand<Done> plain(String name) {
    return new QmpCommand<>(name, new None(), Done.class);
  }

  /** As QEMU spells it. */
  public String name() {
    return name;
  }

  Record arguments() {
    return arguments;
  }

  Type result() {
    return result;
  }
}
