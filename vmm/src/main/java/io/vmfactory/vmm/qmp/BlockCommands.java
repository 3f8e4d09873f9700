package io.vmfactory.vmm.qmp;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.vmfactory.configs.QemuConfig.DriveLimits;
import io.vmfactory.vmm.qmp.QmpCommand.Done;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The monitor's commands for block devices and the nodes that they read from. A node is one layer
 * of an image; a layer refers to the one below it by name. No format is guessed: every node's
 * driver is given.
 */
public final class BlockCommands {
  private BlockCommands() {}

  private record Cache(@JsonProperty("no-flush") boolean noFlush) {}

  private record FileNode(
      String driver,
      @JsonProperty("node-name") String name,
      String filename,
      @JsonProperty("read-only") boolean readOnly,
      @JsonProperty("auto-read-only") boolean autoReadOnly,
      String locking,
      String aio,
      Cache cache) {}

  private record RawNode(
      String driver,
      @JsonProperty("node-name") String name,
      String file,
      @JsonProperty("read-only") boolean readOnly) {}

  private record OverlayNode(
      String driver,
      @JsonProperty("node-name") String name,
      String file,
      String backing,
      @JsonProperty("read-only") boolean readOnly,
      @JsonProperty("l2-cache-size") long tableBytes) {
    /**
     * The tables of 16 GiB of data, kept in memory. QEMU would keep those of 256 GiB: 32 MiB for
     * each layer, and a drive can have many.
     */
    private static final long TABLES = 2 << 20;

    OverlayNode(String name, String file, String backing, boolean readOnly) {
      this("qcow2", name, file, backing, readOnly, TABLES);
    }
  }

  /** The part of a virtio-blk-pci device that reads from nodes. */
  private static final String BACKEND = "/machine/peripheral/%s/virtio-backend";

  /** All drives of a VM belong to it. */
  private static final String GROUP = "drives";

  private record Throttle(
      String id,
      String group,
      long bps,
      @JsonProperty("bps_rd") long readBps,
      @JsonProperty("bps_wr") long writeBps,
      long iops,
      @JsonProperty("iops_rd") long readIops,
      @JsonProperty("iops_wr") long writeIops) {}

  private record Reopen(List<? extends Record> options) {}

  private record NodeName(@JsonProperty("node-name") String name) {}

  private record Flat(boolean flat) {}

  private record Overlay(String driver, String file, long size) {}

  private record Create(@JsonProperty("job-id") String job, Overlay options) {}

  private record Id(String id) {}

  private record Stream(
      @JsonProperty("job-id") String job,
      String device,
      @JsonProperty("base-node") String base,
      @JsonProperty("backing-file") String baseName,
      @JsonProperty("auto-dismiss") boolean autoDismiss) {}

  private record DriveDevice(
      String driver,
      String id,
      String bus,
      String drive,
      String serial,
      @JsonProperty("num-queues") int queues,
      @JsonProperty("queue-size") int queueSize,
      String werror,
      String rerror) {}

  /**
   * A block node.
   *
   * @param name its name
   * @param file the path that it was opened by, or what QEMU shows in its place
   * @param readOnly whether it cannot be written
   * @param image the size of what it shows
   */
  public record Node(
      @JsonProperty("node-name") String name,
      String file,
      @JsonProperty("ro") boolean readOnly,
      Device.Image image) {}

  /**
   * A device that reads from nodes.
   *
   * @param path QOM path of the device; null = none
   * @param medium what the device reads from
   */
  public record Device(
      @JsonProperty("qdev") @Nullable String path,
      @JsonProperty("inserted") @Nullable Medium medium) {
    /**
     * What a device reads from.
     *
     * @param name name of its node
     * @param file the file of that node in QEMU's notation: a file's name, or {@code json:} with
     *     the drivers of the nodes below
     * @param image its size
     */
    public record Medium(
        @JsonProperty("node-name") String name,
        @JsonProperty("ro") boolean readOnly,
        String file,
        Image image) {
      /** Returns whether one of its nodes has that driver. */
      public boolean has(String driver) {
        return file.startsWith("json:") && file.contains("\"driver\": \"" + driver + "\"");
      }
    }

    /**
     * The size of an image.
     *
     * @param bytes size that the device shows
     */
    public record Image(@JsonProperty("virtual-size") long bytes) {}
  }

  /**
   * A job that runs or has ended.
   *
   * @param status in QEMU's spelling
   * @param error null = no error so far
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Job(String id, String status, @Nullable String error) {
    /** Returns whether the job has ended and waits to be dismissed. */
    public boolean concluded() {
      return status.equals("concluded");
    }
  }

  /**
   * Opens a client's file as a node. QEMU locks it against other programs that use the same kind of
   * lock. A flush by the guest reaches the disk.
   *
   * @param readOnly how it is opened; cannot be changed later
   */
  public static QmpCommand<Done> openImage(String name, String path, boolean readOnly) {
    return done("blockdev-add", file(name, path, readOnly, true, true));
  }

  /**
   * Opens a file that has no name as the node of a layer. QEMU does not lock it: no program gets it
   * for writing but this QEMU, which cannot give up a lock while its VM is paused. A flush by the
   * guest does not reach the disk.
   *
   * @param readOnly how it is opened; {@link #freezeOverlay} can change it
   */
  public static QmpCommand<Done> openLayer(String name, String path, boolean readOnly) {
    return done("blockdev-add", file(name, path, readOnly, false, false));
  }

  private static FileNode file(
      String name, String path, boolean readOnly, boolean durable, boolean locked) {
    String locking = locked ? "on" : "off";
    return new FileNode(
        "file", name, path, readOnly, false, locking, "threads", new Cache(!durable));
  }

  /** Adds a node over {@code file} that passes its bytes through unchanged. */
  public static QmpCommand<Done> addRaw(String name, String file, boolean readOnly) {
    return done("blockdev-add", new RawNode("raw", name, file, readOnly));
  }

  /**
   * Limits how much all drives of a VM together read and write. The limit belongs to the device, so
   * it stays when the device reads from another node.
   *
   * @param device one of the devices
   */
  public static QmpCommand<Done> slowDown(String device, DriveLimits limits) {
    long bytes = (long) limits.mibPerSecond() << 20;
    long requests = limits.requestsPerSecond();
    return done(
        "block_set_io_throttle",
        new Throttle(BACKEND.formatted(device), GROUP, bytes, 0, 0, requests, 0, 0));
  }

  /** Makes a node of {@link #addRaw} read from another node. */
  public static QmpCommand<Done> retarget(String name, String file, boolean readOnly) {
    return done("blockdev-reopen", new Reopen(List.of(new RawNode("raw", name, file, readOnly))));
  }

  /**
   * Starts a job that makes node {@code file} an empty copy-on-write image of {@code bytes} bytes.
   */
  public static QmpCommand<Done> formatOverlay(String job, String file, long bytes) {
    return done("blockdev-create", new Create(job, new Overlay("qcow2", file, bytes)));
  }

  /** Adds a copy-on-write image over another node. */
  public static QmpCommand<Done> addOverlay(
      String name, String file, String backing, boolean readOnly) {
    return done("blockdev-add", new OverlayNode(name, file, backing, readOnly));
  }

  /**
   * Makes a copy-on-write image of {@link #addOverlay} and its file, which is not durable,
   * read-only, so that QEMUs of other VMs may read them.
   *
   * @param path by which QEMU opens the file for reading
   * @param locked whether the file was opened with a lock, as by earlier versions
   */
  public static QmpCommand<Done> freezeOverlay(
      String name, String file, String backing, String path, boolean locked) {
    return done(
        "blockdev-reopen",
        new Reopen(
            List.of(
                new OverlayNode(name, file, backing, true),
                file(file, path, true, false, locked))));
  }

  /**
   * Starts a job that copies into {@code overlay} what the layers between it and {@code base} hold.
   * In the end it reads from {@code base}, and nothing from the layers between. The file of the
   * overlay still names no image below it.
   */
  public static QmpCommand<Done> merge(String job, String overlay, String base) {
    return done("block-stream", new Stream(job, overlay, base, "", false));
  }

  /** Asks a job to end soon. */
  public static QmpCommand<Done> cancel(String job) {
    return done("job-cancel", new Id(job));
  }

  /** Closes a node that nothing reads from. */
  public static QmpCommand<Done> remove(String name) {
    return done("blockdev-del", new NodeName(name));
  }

  /** Lists all nodes. */
  public static QmpCommand<List<Node>> nodes() {
    return new QmpCommand<>("query-named-block-nodes", new Flat(true), QmpCodec.listOf(Node.class));
  }

  /** Lists all block devices. */
  public static QmpCommand<List<Device>> devices() {
    return new QmpCommand<>("query-block", new QmpCommand.None(), QmpCodec.listOf(Device.class));
  }

  /** Lists all jobs. */
  public static QmpCommand<List<Job>> jobs() {
    return new QmpCommand<>("query-jobs", new QmpCommand.None(), QmpCodec.listOf(Job.class));
  }

  /** Removes a job that has ended from the list. */
  public static QmpCommand<Done> dismiss(String job) {
    return done("job-dismiss", new Id(job));
  }

  /**
   * Plugs a virtio-blk device into a port. It is named {@code node} and reads from that node.
   *
   * @param queueSize most requests at the same time, a power of two
   */
  public static QmpCommand<Done> plugDrive(String node, String port, int queueSize) {
    return done(
        "device_add",
        new DriveDevice(
            "virtio-blk-pci", node, port, node, node, 1, queueSize, "report", "report"));
  }

  /** Asks the guest to release a device. The event DEVICE_DELETED reports that it is gone. */
  public static QmpCommand<Done> unplug(String device) {
    return done("device_del", new Id(device));
  }

  private static QmpCommand<Done> done(String name, Record arguments) {
    return new QmpCommand<>(name, arguments, Done.class);
  }
}
