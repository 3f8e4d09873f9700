package io.vmfactory.client.sandbox;

import io.vmfactory.guest.oci.OciSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * A container to be made.
 *
 * @param id 1..127 of {@code [A-Za-z0-9_.-]}, the first a letter or digit; empty = generated
 * @param oci what it is; its root's path is replaced by where {@code rootfs} is mounted
 * @param rootfs its root file system
 * @param volumes further images, mounted in it
 * @param scratch memory that it may write to, gone with it
 */
public record ContainerSpec(
    String id, OciSpec oci, DiskImage rootfs, List<Volume> volumes, List<Scratch> scratch) {
  public ContainerSpec {
    volumes = List.copyOf(volumes);
    scratch = List.copyOf(scratch);
  }

  /**
   * An image in a container.
   *
   * @param image what is mounted
   * @param mountPoint absolute path in the container
   */
  public record Volume(DiskImage image, String mountPoint) {}

  /**
   * Memory as a file system in a container (tmpfs).
   *
   * @param mountPoint absolute path in the container
   * @param sizeBytes most that fits; it counts as the VM's memory
   */
  public record Scratch(String mountPoint, long sizeBytes) {}

  /** A container with a generated id and nothing but its root file system. */
  public static ContainerSpec of(OciSpec oci, DiskImage rootfs) {
    return new ContainerSpec("", oci, rootfs, List.of(), List.of());
  }

  /** This with that id. */
  public ContainerSpec withId(String other) {
    return new ContainerSpec(other, oci, rootfs, volumes, scratch);
  }

  /** This with one more image. */
  public ContainerSpec withVolume(DiskImage image, String mountPoint) {
    List<Volume> more = new ArrayList<>(volumes);
    more.add(new Volume(image, mountPoint));
    return new ContainerSpec(id, oci, rootfs, more, scratch);
  }

  /** This with one more piece of memory as a file system. */
  public ContainerSpec withScratch(String mountPoint, long sizeBytes) {
    List<Scratch> more = new ArrayList<>(scratch);
    more.add(new Scratch(mountPoint, sizeBytes));
    return new ContainerSpec(id, oci, rootfs, volumes, more);
  }
}
