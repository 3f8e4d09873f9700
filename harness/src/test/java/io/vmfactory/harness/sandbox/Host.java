package io.vmfactory.harness.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.sandbox.DiskImage;
import io.vmfactory.client.sandbox.RuntimeSettings;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.harness.Programs;
import io.vmfactory.harness.daemon.DaemonGroups;
import io.vmfactory.harness.daemon.DaemonHome;
import io.vmfactory.harness.daemon.DaemonProcess;
import io.vmfactory.images.Image;
import io.vmfactory.images.RootfsImages;
import io.vmfactory.vmm.KeptFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The home of a private daemon, with a root file system of busybox and, on request, the daemon.
 * Closing it checks that nothing is left of any VM.
 */
final class Host implements AutoCloseable {
  private static final Path GUEST = Programs.TOP.resolve("dist/guest");
  private static final long CACHE = 1L << 30;
  private static final long ROOTFS = 64L << 20;

  private final DaemonHome home;
  private final DiskImage rootfs;
  private final String template;
  private @Nullable DaemonProcess daemon;

  private Host(DaemonHome home, DiskImage rootfs, String template) {
    this.home = home;
    this.rootfs = rootfs;
    this.template = template;
  }

  /**
   * Makes a new home without a daemon.
   *
   * @param runtime further keys of [runtime]
   * @param qemu further keys of [hypervisor.qemu]
   */
  static Host make(String runtime, String... qemu) throws IOException {
    DaemonHome home =
        DaemonHome.make(
            Programs.vmfactory(),
            """
            [hypervisor.qemu]
            kernel = "%1$s/vmlinuz"
            initrd = "%1$s/initrd"
            accelerator = "tcg"
            %3$s
            [factory]
            routes = ["TEMPLATE", "COLD"]
            [lease]
            default_ttl = "20s"
            [pool]
            vm_cache_number = 0
            shell_number = 0
            [runtime]
            %2$s
            """
                .formatted(GUEST, runtime, String.join("\n", qemu)));
    return new Host(home, busybox(home.folder()), "host " + List.of(qemu));
  }

  private static DiskImage busybox(Path folder) throws IOException {
    Path tree = folder.resolve("tree");
    for (String name : List.of("bin", "etc", "proc", "sys", "dev", "tmp", "data")) {
      Files.createDirectories(tree.resolve(name));
    }
    Path busybox = tree.resolve("bin/busybox");
    Files.copy(Path.of("/bin/busybox"), busybox);
    Files.setPosixFilePermissions(busybox, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (String name : List.of("sh", "cat", "echo", "sleep", "head", "nc", "ps", "tail", "kill")) {
      Files.createSymbolicLink(tree.resolve("bin").resolve(name), Path.of("busybox"));
    }
    Files.writeString(tree.resolve("etc/not-a-program"), "words\n");
    RootfsImages images = RootfsImages.open(folder.resolve("state/images"), CACHE, ROOTFS);
    try (Image image = images.fromDirectory(tree, soon())) {
      return DiskImage.overlay(image.path());
    }
  }

  static Deadline soon() {
    return Deadline.after(Duration.ofMinutes(2));
  }

  Path folder() {
    return home.folder();
  }

  DiskImage rootfs() {
    return rootfs;
  }

  RuntimeSettings settings() {
    return RuntimeSettings.load(home.configuration());
  }

  SandboxRuntime runtime() {
    return SandboxRuntime.open(settings());
  }

  /** Starts the daemon and waits until it is ready. */
  Host withDaemon() throws IOException {
    daemon = home.start();
    soon().await(daemon.ready(), "the daemon to be ready");
    return this;
  }

  /**
   * Starts the daemon with a template, and waits until it is ready. The template is a copy of the
   * one that an earlier test built with the same keys of [hypervisor.qemu], or a new one.
   */
  Host withTemplate() throws IOException {
    boolean lent = KeptFolders.lend(template, home.stateDir());
    withDaemon();
    if (!lent) {
      try (FactoryClient client = FactoryClient.open(home.socket())) {
        client.templates().create(CreateTemplateRequest.getDefaultInstance(), step -> {}, soon());
      }
      KeptFolders.keep(template, home.stateDir(), "templates", "template.secret");
    }
    return this;
  }

  /** Starts the runtime service and waits until it is ready. */
  DaemonProcess startService() throws IOException {
    List<String> command = new ArrayList<>(Programs.vmfactory());
    command.addAll(List.of("runtime", "serve", "--config", home.configuration().toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(home.logFile().toFile()))
            .start();
    DaemonProcess service = new DaemonProcess(process, this::log);
    soon().await(service.ready(), "the runtime service to be ready");
    return service;
  }

  /** Starts a JVM with this one's class path. Its standard error goes to the log. */
  Process java(Class<?> main, String... arguments) throws IOException {
    return new ProcessBuilder(Programs.java(main, arguments))
        .redirectError(ProcessBuilder.Redirect.appendTo(home.logFile().toFile()))
        .start();
  }

  String log() {
    return home.log();
  }

  /** Sends SIGKILL. */
  void killDaemon() {
    daemon.kill();
    soon().await(daemon.ended(), "the daemon's end");
  }

  /** Returns what the descriptors of the daemon lead to. */
  List<String> daemonHasOpen() throws IOException {
    return daemon.openTargets();
  }

  /** Returns the pids of the VMs that have a file of this home open. */
  Set<Long> vms() {
    return home.machines();
  }

  /** Returns the control group around those of the directly booted VMs, in each tree. */
  List<Path> groupsOfDirectVms() throws IOException {
    return DaemonGroups.of(home.folder().resolve("run/sandboxes"));
  }

  /** Returns the paths below a folder of this home; none if the folder does not exist. */
  List<String> below(String name) throws IOException {
    Path root = home.folder().resolve(name);
    if (!Files.exists(root)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(path -> !path.equals(root))
          .map(path -> root.relativize(path).toString())
          .sorted()
          .toList();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      if (daemon != null) {
        daemon.terminate();
        soon().await(daemon.ended(), "the daemon's end");
      }
      assertThat(vms()).as("VMs left; " + log()).isEmpty();
      assertThat(below("run/sandboxes"))
          .as("left of sandboxes")
          .isSubsetOf(".host-check", ".vm", ".service", ".service/lock");
      assertThat(below("state/images/.overlays")).isEmpty();
      assertThat(groupsOfDirectVms()).isEmpty();
    } finally {
      for (long vm : vms()) {
        ProcessHandle.of(vm).ifPresent(ProcessHandle::destroyForcibly);
      }
      home.close();
    }
  }
}
