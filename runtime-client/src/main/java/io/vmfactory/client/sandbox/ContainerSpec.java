package io.vmfactory.client.sandbox;

import io.vmfactory.guest.oci.OciSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The specification of a new container.
 *
 * @param id 1..127 characters of {@code [A-Za-z0-9_.-]}, the first a letter or digit; empty to
 *     generate one
 * @param oci the OCI specification; the mount point of {@code rootfs} replaces its root path
 * @param rootfs the root file system
 * @param volumes further images to mount
 * @param scratch writable memory file systems, lost when the container is deleted
 * @param programAtStart whether {@link Container#start(java.util.function.UnaryOperator,
 *     io.vmfactory.configs.time.Deadline) its start} may choose another program; then commands can
 *     be executed in it before, and it must have {@code /proc} mounted
 * @param sharedPids whether it uses the sandbox's shared PID namespace; null = if the sandbox has
 *     one
 */
public record ContainerSpec(
    String id,
    OciSpec oci,
    DiskImage rootfs,
    List<Volume> volumes,
    List<Scratch> scratch,
    boolean programAtStart,
    @Nullable Boolean sharedPids) {
  static final String GUEST_FOLDER = "/run/kata-containers/";

  public ContainerSpec {
    volumes = List.copyOf(volumes);
    scratch = List.copyOf(scratch);
  }

  /**
   * An image that is mounted in a container.
   *
   * @param image the image to mount
   * @param mountPoint the absolute path in the container
   */
  public record Volume(DiskImage image, String mountPoint) {}

  /**
   * A memory file system (tmpfs) in a container.
   *
   * @param mountPoint the absolute path in the container
   * @param sizeBytes the capacity; the content uses the VM's memory
   */
  public record Scratch(String mountPoint, long sizeBytes) {}

  /** Returns where the guest has the root file system of a container. */
  public static String guestRoot(String id) {
    return GUEST_FOLDER + id + "/rootfs";
  }

  /** Returns a specification with a generated id and only a root file system. */
  public static ContainerSpec of(OciSpec oci, DiskImage rootfs) {
    return new ContainerSpec("", oci, rootfs, List.of(), List.of(), false, null);
  }

  /** Returns this specification with another id. */
  public ContainerSpec withId(String other) {
    return new ContainerSpec(other, oci, rootfs, volumes, scratch, programAtStart, sharedPids);
  }

  /** Returns this specification with one more image. */
  public ContainerSpec withVolume(DiskImage image, String mountPoint) {
    List<Volume> more = new ArrayList<>(volumes);
    more.add(new Volume(image, mountPoint));
    return new ContainerSpec(id, oci, rootfs, more, scratch, programAtStart, sharedPids);
  }

  /** Returns this specification with one more memory file system. */
  public ContainerSpec withScratch(String mountPoint, long sizeBytes) {
    List<Scratch> more = new ArrayList<>(scratch);
    more.add(new Scratch(mountPoint, sizeBytes));
    return new ContainerSpec(id, oci, rootfs, volumes, more, programAtStart, sharedPids);
  }

  /** Returns this specification with a program that is chosen at the start. */
  public ContainerSpec withProgramAtStart() {
    return new ContainerSpec(id, oci, rootfs, volumes, scratch, true, sharedPids);
  }

  /**
   * Returns this specification with or without the PID namespace that containers of its sandbox
   * share. Without it, the container has one of its own.
   */
  public ContainerSpec withSharedPids(boolean shared) {
    return new ContainerSpec(id, oci, rootfs, volumes, scratch, programAtStart, shared);
  }
}
