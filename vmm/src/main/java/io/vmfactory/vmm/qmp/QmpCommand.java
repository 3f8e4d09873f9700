package io.vmfactory.vmm.qmp;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.vmfactory.linux.Descriptor;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;
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

  private record StateTarget(String filename, boolean live) {}

  private record SetId(@JsonProperty("fdset-id") long set) {}

  private record NewFile(
      @JsonProperty("fdset-id") @JsonInclude(Include.NON_NULL) @Nullable Long set, String opaque) {}

  private record FileOfSet(@JsonProperty("fdset-id") long set, long fd) {}

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
    private static final String FOLDER = "/dev/fdset/";

    /** Returns the path by which a later command opens a file of the set. */
    public String path() {
      return FOLDER + id;
    }

    /** Returns the set whose path {@code path} is; empty if it is no set's. */
    public static Optional<FileSet> of(String path) {
      return path.startsWith(FOLDER)
          ? Optional.of(new FileSet(Long.parseLong(path.substring(FOLDER.length()))))
          : Optional.empty();
    }
  }

  /**
   * An open file that QEMU has taken.
   *
   * @param setId number of its set
   * @param number its descriptor's number in QEMU
   */
  public record TakenFile(@JsonProperty("fdset-id") long setId, @JsonProperty("fd") int number) {
    /** Returns the set that it is in. */
    public FileSet set() {
      return new FileSet(setId);
    }
  }

  /**
   * A set of open files and what is in it.
   *
   * @param id its number
   */
  public record FilledSet(
      @JsonProperty("fdset-id") long id, @JsonProperty("fds") List<OpenFile> files) {
    /** Returns the set without its content. */
    public FileSet set() {
      return new FileSet(id);
    }
  }

  /**
   * An open file in a set.
   *
   * @param number its descriptor's number in QEMU
   * @param label given with the file; null = none
   */
  public record OpenFile(
      @JsonProperty("fd") int number, @JsonProperty("opaque") @Nullable String label) {}

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

  /**
   * A network interface and the address that it receives frames for.
   *
   * @param name its id on the command line
   * @param mac the address that the guest has given it, or its first one
   */
  public record NicFilter(String name, @JsonProperty("main-mac") String mac) {}

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

  /** Turns on events for changes of a migration. */
  public static QmpCommand<Done> prepareMigration() {
    return new QmpCommand<>(
        "migrate-set-capabilities",
        new Capabilities(List.of(new Capability("events", true))),
        Done.class);
  }

  /**
   * Writes the state of all devices to a file, without RAM and drives, while the VM is stopped. The
   * command was made for Xen and works with every accelerator. {@code migrate} is no substitute: it
   * leaves out RAM only if that is shared, and ends the VM.
   */
  public static QmpCommand<Done> saveDevices(FileSet file) {
    // Not "live" means that the VM keeps its drives.
    return new QmpCommand<>(
        "xen-save-devices-state", new StateTarget(file.path(), false), Done.class);
  }

  /** Starts to receive state from {@code uri}. */
  public static QmpCommand<Done> migrateIncoming(String uri) {
    return new QmpCommand<>("migrate-incoming", new Uri(uri), Done.class);
  }

  /**
   * Gives QEMU an open file in a new set. A command that opens the set's path uses it in place of a
   * path. QEMU takes the file of the set that was opened for the same access: reading, writing or
   * both.
   *
   * @param label for {@link OpenFile#label()}
   */
  public static QmpCommand<TakenFile> addFile(Descriptor file, String label) {
    return new QmpCommand<>("add-fd", new NewFile(null, label), TakenFile.class, file);
  }

  /** Gives QEMU another open file in an existing set. */
  public static QmpCommand<TakenFile> addFile(FileSet set, Descriptor file, String label) {
    return new QmpCommand<>("add-fd", new NewFile(set.id(), label), TakenFile.class, file);
  }

  /** Lists all sets of files. */
  public static QmpCommand<List<FilledSet>> fileSets() {
    return new QmpCommand<>("query-fdsets", new None(), QmpCodec.listOf(FilledSet.class));
  }

  /** Removes a set of files. What is open by its path stays open. */
  public static QmpCommand<Done> removeFiles(FileSet set) {
    return new QmpCommand<>("remove-fd", new SetId(set.id()), Done.class);
  }

  /**
   * Removes one file of a set. QEMU closes it at once if the VM runs, else when it looks at the set
   * again.
   *
   * @param number the descriptor's number in QEMU
   */
  public static QmpCommand<Done> removeFile(FileSet set, int number) {
    return new QmpCommand<>("remove-fd", new FileOfSet(set.id(), number), Done.class);
  }

  /** Lists all character devices. */
  public static QmpCommand<List<Chardev>> chardevs() {
    return new QmpCommand<>("query-chardev", new None(), QmpCodec.listOf(Chardev.class));
  }

  /** Lists all network interfaces. */
  public static QmpCommand<List<NicFilter>> nicFilters() {
    return new QmpCommand<>("query-rx-filter", new None(), QmpCodec.listOf(NicFilter.class));
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
