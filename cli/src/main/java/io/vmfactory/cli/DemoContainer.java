package io.vmfactory.cli;

import io.vmfactory.api.v1.Route;
import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.DiskImage;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.images.Image;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * One container of the demonstration. It ran in its own VM.
 *
 * @param route the route by which the VM was made
 * @param firstOutput the time from the request for the VM to the first byte of output
 * @param gone the time from that request until the container and the VM were gone
 * @param output the output of the command
 */
record DemoContainer(Route route, Duration firstOutput, Duration gone, String output) {
  private static final List<String> COMMAND =
      List.of(
          "sh",
          "-c",
          "read -r _ _ kernel _ </proc/version; echo \"hello from Linux $kernel, as process $$\"");

  /** The files that a shell needs on Debian. */
  private static final List<Path> SHELL =
      List.of(
          Path.of("/bin/sh"),
          Path.of("/lib64/ld-linux-x86-64.so.2"),
          Path.of("/lib/x86_64-linux-gnu/libc.so.6"));

  /**
   * Creates a root file system that contains only this host's shell.
   *
   * @param dir must not exist yet
   */
  static Path rootfs(Path dir) throws IOException {
    for (Path file : SHELL) {
      Path copy = dir.resolve(file.toString().substring(1));
      Files.createDirectories(copy.getParent());
      Files.copy(file, copy);
    }
    return dir;
  }

  /** Runs a command in a container in its own VM, which is made by {@code route}. */
  static DemoContainer run(SandboxRuntime runtime, Image rootfs, Route route, Deadline deadline) {
    OciSpec spec = OciSpec.standard().with(process -> process.withArgs(COMMAND));
    DiskImage disk = DiskImage.overlay(rootfs.path());
    long start = System.nanoTime();
    try (Sandbox sandbox =
        runtime.create(SandboxSpec.defaults().withRoutes(List.of(route)), deadline)) {
      sandbox.start(deadline);
      Container container = sandbox.createContainer(ContainerSpec.of(spec, disk), deadline);
      container.start(deadline);
      ByteArrayOutputStream output = new ByteArrayOutputStream();
      InputStream stdout = container.process().stdout();
      output.write(stdout.read());
      Duration first = Duration.ofNanos(System.nanoTime() - start);
      stdout.transferTo(output);
      sandbox.delete(deadline);
      Duration gone = Duration.ofNanos(System.nanoTime() - start);
      return new DemoContainer(route, first, gone, output.toString(StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot read the output of the container: " + e.getMessage(), e);
    }
  }
}
