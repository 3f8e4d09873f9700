package io.vmfactory.client.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.images.Image;
import io.vmfactory.images.RootfsImages;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A place with a configuration, a root file system of busybox and, when asked for, a real daemon in
 * a process of its own. Closing it checks that nothing is left of any VM.
 */
final class Host implements AutoCloseable {
  private static final Path TOP = Path.of(System.getProperty("vmfactory.top"));
  private static final long CACHE = 1L << 30;
  private static final long ROOTFS = 64L << 20;

  private final Path folder;
  private final DiskImage rootfs;
  private Process daemon;

  private Host(Path folder, DiskImage rootfs) {
    this.folder = folder;
    this.rootfs = rootfs;
  }

  /**
   * A new place without a daemon.
   *
   * @param runtime further keys of [runtime]
   * @param qemu further keys of [hypervisor.qemu]
   */
  static Host make(String runtime, String... qemu) throws IOException {
    Path folder = Files.createTempDirectory("vmf");
    Files.writeString(
        folder.resolve("vmfactory.toml"),
        """
        [daemon]
        state_dir = "%1$s/state"
        run_dir = "%1$s/run"
        [hypervisor.qemu]
        kernel = "%2$s/dist/guest/vmlinuz"
        initrd = "%2$s/dist/guest/initrd"
        accelerator = "tcg"
        %4$s
        [factory]
        routes = ["TEMPLATE", "COLD"]
        [lease]
        default_ttl = "20s"
        [pool]
        vm_cache_number = 0
        shell_number = 0
        [runtime]
        %3$s
        """
            .formatted(folder, TOP, runtime, String.join("\n", qemu)));
    return new Host(folder, busybox(folder));
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
    return Deadline.after(Duration.ofSeconds(120));
  }

  Path folder() {
    return folder;
  }

  DiskImage rootfs() {
    return rootfs;
  }

  RuntimeSettings settings() {
    return RuntimeSettings.load(folder.resolve("vmfactory.toml"));
  }

  SandboxRuntime runtime() {
    return SandboxRuntime.open(settings());
  }

  /** Starts the daemon and waits until it is ready. */
  Host withDaemon() throws IOException {
    daemon = java(DaemonMain.class.getName(), folder.resolve("vmfactory.toml").toString());
    BufferedReader out = daemon.inputReader(StandardCharsets.UTF_8);
    assertThat(out.readLine()).as(this::log).startsWith("vmfactory ready");
    return this;
  }

  /** A JVM with this one's class path; its standard error goes to the log. */
  Process java(String... mainAndArguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-Dvmfactory.top=" + TOP, "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.addAll(List.of(mainAndArguments));
    Path log = folder.resolve("log");
    return new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  String log() {
    try {
      return Files.readString(folder.resolve("log"));
    } catch (IOException e) {
      return "no log";
    }
  }

  /** SIGKILL. */
  void killDaemon() {
    daemon.destroyForcibly();
    soon().await(daemon.onExit(), "the daemon's end");
  }

  /** Pids of the VMs that have a file of this place open. */
  List<String> vms() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      return all.filter(this::isVm).map(path -> path.getFileName().toString()).toList();
    }
  }

  private boolean isVm(Path process) {
    try {
      String line = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
      return line.startsWith("/") && line.contains("qemu") && line.contains(folder.toString());
    } catch (IOException e) {
      return false;
    }
  }

  /** Paths below a folder of this place; none when it is not there. */
  List<String> below(String name) throws IOException {
    Path root = folder.resolve(name);
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
        daemon.destroy();
        soon().await(daemon.onExit(), "the daemon's end");
      }
      assertThat(vms()).as("VMs left; " + log()).isEmpty();
      assertThat(below("run/sandboxes")).as("left of sandboxes").isSubsetOf(".host-check", ".vm");
      assertThat(below("state/images/.overlays")).isEmpty();
    } finally {
      for (String vm : vms()) {
        ProcessHandle.of(Long.parseLong(vm)).ifPresent(ProcessHandle::destroyForcibly);
      }
      try (Stream<Path> all = Files.walk(folder)) {
        all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
      }
    }
  }
}
