package io.vmfactory.vmm.qmp;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.vmfactory.linux.Descriptor;
import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command of QEMU's monitor with typed arguments and result. All commands are here, except those
 * for block devices ({@link BlockCommands}). Names and arguments follow QEMU's QMP reference
 * manual.
 *
 * @param <R> content of the reply
 */
@SuppressWarnings("UnusedTypeParameter") // QmpConnection returns R; `result` holds it at run time
public final class QmpCommand<R> {
  private final String name;
  private final Record arguments;
  private final Type result;
  private final @Nullable Descriptor file;

  QmpCommand(String name, Record arguments, Type result) {
    this(name, arguments, result, null);
  }

  private QmpCommand(String name, Record arguments, Type result, @Nullable Descriptor file) {
    this.name = name;
    this.arguments = arguments;
    this.result = result;
    this.file = file;
  }

  /** A reply without content: the command is done. */
  public record Done() {}

  record None() {}

  private record Uri(String uri) {}

  private record NamedFile(@JsonProperty("fdname") String name) {}

  private record SetId(@JsonProperty("fdset-id") long set) {}

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
   * The run state of a VM.
   *
   * @param status RunState in QEMU's spelling, e.g. {@code running}, {@code inmigrate}
   */
  public record RunState(String status) {}

  /**
   * A character device and whether the guest uses it.
   *
   * @param label its id on the command line
   * @param open whether the guest has opened the device in front of it
   */
  public record Chardev(String label, @JsonProperty("frontend-open") boolean open) {}

  /**
   * A set of open files.
   *
   * @param id its number
   */
  public record FileSet(@JsonProperty("fdset-id") long id) {
    /** Returns the path by which a later command opens a file of the set. */
    public String path() {
      return "/dev/fdset/" + id;
    }
  }

  /**
   * A piece of plugged memory.
   *
   * @param dimm the memory module
   */
  public record MemoryDevice(@JsonProperty("data") Dimm dimm) {
    /**
     * A memory module.
     *
     * @param size in bytes
     */
    public record Dimm(long size) {}
  }

  /**
   * A place for a CPU.
   *
   * @param type the CPU driver for this place
   * @param place the position on the board
   * @param occupant QOM path of the CPU in this place; null = free
   */
  public record CpuSlot(
      String type,
      @JsonProperty("props") CpuPlace place,
      @JsonProperty("qom-path") @Nullable String occupant) {}

  /** Position of a CPU in x86 numbering; a missing component is 0. */
  public record CpuPlace(
      @JsonProperty("socket-id") int socket,
      @JsonProperty("die-id") int die,
      @JsonProperty("core-id") int core,
      @JsonProperty("thread-id") int thread) {}

  /** Ends the monitor's greeting phase. */
  public static QmpCommand<Done> negotiate() {
    return plain("qmp_capabilities");
  }

  /** Starts the CPUs. */
  public static QmpCommand<Done> cont() {
    return plain("cont");
  }

  /** Stops the CPUs. */
  public static QmpCommand<Done> stop() {
    return plain("stop");
  }

  /** Asks for the VM's run state. */
  public static QmpCommand<RunState> status() {
    return new QmpCommand<>("query-status", new None(), RunState.class);
  }

  /** Excludes shared RAM from the device state, and turns on events for changes of a migration. */
  public static QmpCommand<Done> prepareMigration() {
    return new QmpCommand<>(
        "migrate-set-capabilities",
        new Capabilities(
            List.of(new Capability("events", true), new Capability("x-ignore-shared", true))),
        Done.class);
  }

  /** Starts to send state to {@code uri}. */
  public static QmpCommand<Done> migrate(String uri) {
    return new QmpCommand<>("migrate", new Uri(uri), Done.class);
  }

  /** Starts to receive state from {@code uri}. */
  public static QmpCommand<Done> migrateIncoming(String uri) {
    return new QmpCommand<>("migrate-incoming", new Uri(uri), Done.class);
  }

  /** Gives QEMU an open file, which {@code migrate} finds as {@code fd:name}. */
  public static QmpCommand<Done> giveFile(String name, Descriptor file) {
    return new QmpCommand<>("getfd", new NamedFile(name), Done.class, file);
  }

  /**
   * Gives QEMU an open file in a new set. A command that opens the set's path uses it in place of a
   * path.
   */
  public static QmpCommand<FileSet> addFile(Descriptor file) {
    return new QmpCommand<>("add-fd", new None(), FileSet.class, file);
  }

  /** Removes a set of files. What is open by its path stays open. */
  public static QmpCommand<Done> removeFiles(FileSet set) {
    return new QmpCommand<>("remove-fd", new SetId(set.id()), Done.class);
  }

  /** Lists all character devices. */
  public static QmpCommand<List<Chardev>> chardevs() {
    return new QmpCommand<>("query-chardev", new None(), QmpCodec.listOf(Chardev.class));
  }

  /** Lists all hot-plugged memory. */
  public static QmpCommand<List<MemoryDevice>> memoryDevices() {
    return new QmpCommand<>(
        "query-memory-devices", new None(), QmpCodec.listOf(MemoryDevice.class));
  }

  /** Lists all places for CPUs, free or not. */
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

  /** Allocates {@code bytes} bytes of anonymous memory, not yet plugged. */
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

  /** Returns the name in QEMU's spelling. */
  public String name() {
    return name;
  }

  Record arguments() {
    return arguments;
  }

  /** Returns the open file that goes with the command; null = none. */
  @Nullable Descriptor file() {
    return file;
  }

  Type result() {
    return result;
  }
}
