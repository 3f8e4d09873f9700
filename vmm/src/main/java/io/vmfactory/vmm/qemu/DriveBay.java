package io.vmfactory.vmm.qemu;

import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.DrivePlace;
import io.vmfactory.vmm.VmSpec.Devices;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A place for one drive. Its id is also the id of the device and of the raw node that the device
 * reads from. The names of all nodes below begin with it.
 *
 * @param kind slot or port
 * @param number counted from 0 within its kind
 * @param guestDevice name of a drive at this place in the guest, see DrivePlace
 */
record DriveBay(Kind kind, int number, String guestDevice) {
  /**
   * Requests that one drive can process at the same time. More would cost guest memory per slot.
   */
  static final int QUEUE_SIZE = 64;

  /**
   * The older of virtio's two register layouts. Queues work the same in both. The newer layout
   * saves the addresses of 1024 queues: 22 KiB of state, which costs each clone about 0.5 ms per
   * slot.
   */
  static final String TRANSPORT = "disable-legacy=off,disable-modern=on";

  /**
   * PCI slots on bus 0: eight drives share one slot, as its functions; a port has a slot of its
   * own.
   */
  private static final int FIRST_WRITABLE_SLOT = 0x04;

  private static final int FIRST_READ_ONLY_SLOT = 0x06;
  private static final int FIRST_PORT_SLOT = 0x10;

  /**
   * Copy-on-write layers that a drive can have over its image. Each snapshot adds one, and each
   * makes reading a little slower. When there are as many, the next snapshot merges them first.
   */
  static final int MOST_LAYERS = 8;

  /** The kind of a place. */
  enum Kind {
    WRITABLE_SLOT("rw"),
    READ_ONLY_SLOT("ro"),
    PORT("plug");

    private final String prefix;

    Kind(String prefix) {
      this.prefix = prefix;
    }

    /** Returns whether {@code id} belongs to a place of this kind. */
    boolean isOf(String id) {
      return id.matches(prefix + "\\d+");
    }
  }

  /** Returns all places, slots first. The guest names the drives in slots in this order. */
  static List<DriveBay> all(Devices devices) {
    int writable = devices.driveSlots();
    Stream<DriveBay> slots =
        IntStream.range(0, writable + devices.readOnlySlots())
            .mapToObj(
                i ->
                    i < writable
                        ? new DriveBay(Kind.WRITABLE_SLOT, i, "/dev/vd" + letters(i))
                        : new DriveBay(Kind.READ_ONLY_SLOT, i - writable, "/dev/vd" + letters(i)));
    Stream<DriveBay> ports =
        IntStream.range(0, devices.hotplugPorts())
            .mapToObj(i -> new DriveBay(Kind.PORT, i, "%02x/00".formatted(FIRST_PORT_SLOT + i)));
    return Stream.concat(slots, ports).toList();
  }

  /** Returns a to z, then aa, ab and so on, as Linux names disks. */
  private static String letters(int index) {
    String last = Character.toString('a' + index % 26);
    return index < 26 ? last : letters(index / 26 - 1) + last;
  }

  /** Returns QEMU's options for the empty places of a VM. */
  static List<String> arguments(Devices devices) {
    List<String> arguments = new ArrayList<>();
    for (DriveBay bay : all(devices)) {
      arguments.addAll(bay.isPort() ? bay.port() : bay.slot(devices.driveSlotBytes()));
    }
    return arguments;
  }

  /** A null-co node has a size and no file: reads return zeros, and writes are discarded. */
  private List<String> slot(long bytes) {
    String mode = writable() ? "" : ",read-only=on";
    int pci = (writable() ? FIRST_WRITABLE_SLOT : FIRST_READ_ONLY_SLOT) + number / 8;
    return List.of(
        "-blockdev",
        "null-co,node-name=%s,size=%d,read-zeroes=on%s".formatted(blank(), bytes, mode),
        "-blockdev",
        "raw,node-name=%s,file=%s%s".formatted(id(), blank(), mode),
        "-device",
        ("virtio-blk-pci,id=%1$s,drive=%1$s,serial=%1$s,addr=%2$x.%3$d,multifunction=on"
                + ",%4$s,num-queues=1,queue-size=%5$d,werror=report,rerror=report")
            .formatted(id(), pci, number % 8, TRANSPORT, QUEUE_SIZE));
  }

  private List<String> port() {
    return List.of(
        "-device",
        "pcie-root-port,id=%s,chassis=%d,addr=%x"
            .formatted(portId(), number + 1, FIRST_PORT_SLOT + number));
  }

  /** Returns whether a drive of that mode fits. */
  boolean takes(DriveMode mode) {
    return isPort() || (mode == DriveMode.READ_ONLY) != writable();
  }

  boolean isPort() {
    return kind == Kind.PORT;
  }

  private boolean writable() {
    return kind == Kind.WRITABLE_SLOT;
  }

  /** Describes the drive at this place. */
  DrivePlace place(DriveMode mode) {
    return new DrivePlace(id(), mode, guestDevice, isPort());
  }

  String id() {
    return kind.prefix + number;
  }

  /** Returns the id of the root port that a device is plugged into. */
  String portId() {
    return "port" + number;
  }

  /** Returns the name of the node that an empty slot reads from. */
  String blank() {
    return id() + ".blank";
  }

  /** Returns the name of the node that is the drive's file. */
  String image() {
    return id() + ".image";
  }

  /**
   * Returns the name of the node that is the file of a copy-on-write layer.
   *
   * @param layer from 1; a layer has a higher number than those below it
   */
  String writes(int layer) {
    return id() + ".writes" + suffix(layer);
  }

  /**
   * Returns the name of the node that is a copy-on-write layer over the layer below it, or over the
   * image.
   *
   * @param layer from 1; 0 = the image
   */
  String overlay(int layer) {
    return layer == 0 ? image() : id() + ".overlay" + suffix(layer);
  }

  /**
   * Returns the name of the node that is the file of a copy-on-write layer; null if the node named
   * {@code overlay} is none.
   */
  static @Nullable String fileOf(String overlay) {
    return overlay.matches("[a-z]+\\d+\\.overlay\\d*")
        ? overlay.replace(".overlay", ".writes")
        : null;
  }

  /** Returns the numbers of the layers that have a node among {@code nodes}, the lowest first. */
  List<Integer> layers(Set<String> nodes) {
    Pattern layer = Pattern.compile(id() + "\\.(?:writes|overlay)(\\d*)");
    return nodes.stream()
        .map(layer::matcher)
        .filter(Matcher::matches)
        .map(found -> found.group(1).isEmpty() ? 1 : Integer.parseInt(found.group(1)))
        .distinct()
        .sorted()
        .toList();
  }

  /** Every drive had one layer at most when these names were chosen. */
  private static String suffix(int layer) {
    return layer == 1 ? "" : Integer.toString(layer);
  }

  /** Returns the name of the job that formats the copy-on-write file. */
  String formatting() {
    return id() + ".format";
  }

  /** Returns the name of the job that merges layers. */
  String merging() {
    return id() + ".merge";
  }
}
