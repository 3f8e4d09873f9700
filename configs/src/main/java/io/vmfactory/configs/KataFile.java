package io.vmfactory.configs;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Recognises a configuration of Kata Containers. It has some tables and keys in common with ours,
 * so reading it as ours would report nearly every line.
 */
final class KataFile {
  /** Tables and keys of Kata's shipped files that no configuration of ours has ever had. */
  private static final List<String> ONLY_KATAS =
      List.of(
          "agent.kata",
          "hypervisor.clh",
          "hypervisor.cloud_hypervisor",
          "hypervisor.dragonball",
          "hypervisor.firecracker",
          "hypervisor.acrn",
          "hypervisor.remote",
          "hypervisor.stratovirt",
          "hypervisor.qemu.block_device_driver",
          "hypervisor.qemu.default_bridges",
          "hypervisor.qemu.enable_annotations",
          "hypervisor.qemu.image",
          "hypervisor.qemu.rootfs_type",
          "hypervisor.qemu.shared_fs",
          "hypervisor.qemu.valid_hypervisor_paths",
          "hypervisor.qemu.virtio_fs_daemon",
          "factory.vm_cache_endpoint",
          "runtime.create_container_timeout",
          "runtime.internetworking_model",
          "runtime.sandbox_cgroup_only",
          "runtime.static_sandbox_resource_mgmt");

  private KataFile() {}

  /** Returns whether Kata Containers is the program that {@code document} was written for. */
  static boolean is(Document document) {
    Set<String> keys = document.keys();
    return ONLY_KATAS.stream().anyMatch(keys::contains);
  }

  /**
   * Returns the one line that answers such a file.
   *
   * @param read a document of ours that was read, which knows all our keys
   */
  static String answer(Document read) {
    Set<String> known = read.askedKeys();
    String shared =
        read.keys().stream().filter(known::contains).sorted().collect(Collectors.joining(", "));
    return "this is a configuration of Kata Containers; "
        + (shared.isEmpty() ? "none of its keys means" : "these of its keys mean")
        + " the same here"
        + (shared.isEmpty() ? "" : ": " + shared)
        + "; docs/kata.md says what becomes of the others";
  }
}
