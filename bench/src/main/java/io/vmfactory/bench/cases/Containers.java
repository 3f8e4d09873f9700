package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.Route;
import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.DiskImage;
import io.vmfactory.client.sandbox.RuntimeSettings;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.client.sandbox.TemplateRecipe;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.harness.daemon.DaemonHome;
import io.vmfactory.images.Image;
import io.vmfactory.images.RootfsImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Runtime instances, and a root file system that contains only busybox. */
final class Containers implements AutoCloseable {
  private static final Path BUSYBOX = Path.of("/usr/bin/busybox");
  private static final long ROOTFS_BYTES = 64L << 20;
  private static final long CACHE_BYTES = 1L << 30;
  private static final Duration FORKS_LIVE = Duration.ofMinutes(10);

  private final Bench bench;
  private final SandboxRuntime leased;
  private final SandboxRuntime direct;
  private final Image image;

  Containers(Bench bench) throws IOException {
    this.bench = bench;
    DaemonHome home = bench.daemon().home();
    image = image(home.scratch());
    RuntimeSettings settings = RuntimeSettings.load(home.configuration());
    leased = SandboxRuntime.open(settings);
    direct =
        SandboxRuntime.open(
            new RuntimeSettings(settings.runtime().withoutFactory(), settings.qemu()));
  }

  private Image image(Path scratch) throws IOException {
    return RootfsImages.open(scratch.resolve("images"), CACHE_BYTES, ROOTFS_BYTES)
        .fromDirectory(tree(scratch), bench.deadline());
  }

  /** Makes the root file system in {@code scratch}: busybox, and true(1) as a link to it. */
  static Path tree(Path scratch) throws IOException {
    if (!Files.exists(BUSYBOX)) {
      throw new IOException(BUSYBOX + " is missing; install it: apt-get install busybox-static");
    }
    Path tree = scratch.resolve("tree");
    Path program = tree.resolve("bin/busybox");
    Files.createDirectories(program.getParent());
    Files.copy(
        BUSYBOX, program, StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
    Path link = program.resolveSibling("true");
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, program.getFileName());
    return tree;
  }

  /** Makes a sandbox with a VM by that route. */
  Sandbox sandbox(Route route) {
    return leased.create(SandboxSpec.defaults().withRoutes(List.of(route)), bench.deadline());
  }

  /** Makes a sandbox whose VM this process boots, without a factory. */
  Sandbox sandbox() {
    return direct.create(SandboxSpec.defaults(), bench.deadline());
  }

  /** Makes a sandbox that is a clone of a template with a container. */
  Sandbox clone(String template, Route route) {
    SandboxSpec spec = SandboxSpec.defaults().withTemplate(template).withRoutes(List.of(route));
    return leased.create(spec, bench.deadline());
  }

  /** Forks a sandbox. The caller deletes the clones. */
  List<Sandbox> forks(Sandbox source, int count) {
    return leased.fork(source.id(), count, FORKS_LIVE, bench.deadline()).clones().stream()
        .map(clone -> leased.fetch(clone.id(), bench.deadline()))
        .toList();
  }

  /** Builds a template with a container. */
  void build(TemplateRecipe recipe) {
    var unused = leased.buildTemplate(recipe, step -> {}, bench.deadline());
  }

  /** Makes a container whose first process is that command of busybox. */
  Container container(Sandbox sandbox, String... command) {
    return sandbox.createContainer(spec(command), bench.deadline());
  }

  /** Returns the specification of a container whose first process is that command of busybox. */
  ContainerSpec spec(String... command) {
    OciSpec oci = OciSpec.standard().with(process -> process.withArgs(command(command)));
    return ContainerSpec.of(oci, DiskImage.overlay(image.path()));
  }

  /** Returns the arguments of a process that is that command of busybox. */
  static List<String> command(String... words) {
    List<String> arguments = new ArrayList<>(List.of("/bin/busybox"));
    arguments.addAll(List.of(words));
    return arguments;
  }

  @Override
  public void close() {
    direct.close();
    leased.close();
    image.close();
  }
}
