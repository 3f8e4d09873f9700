package io.vmfactory.harness.sandbox;

import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.DiskImage;
import io.vmfactory.client.sandbox.RuntimeSettings;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.configs.RuntimeConfig;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.images.Image;
import io.vmfactory.images.RootfsImages;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The example of docs/embedding.md: runs a command in a directory's tree, in a VM of its own. */
final class Embedding {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long ROOTFS_BYTES = 1L << 30;

  private Embedding() {}

  /** Returns the command's exit status. */
  static int run(RuntimeSettings settings, Path tree, List<String> command, PrintStream out)
      throws IOException {
    RuntimeConfig config = settings.runtime();
    RootfsImages images =
        RootfsImages.open(config.imageDir(), config.imageCacheBytes(), ROOTFS_BYTES);
    try (SandboxRuntime runtime = SandboxRuntime.open(settings);
        Image image = images.fromDirectory(tree, Deadline.after(LIMIT));
        Sandbox sandbox = runtime.create(SandboxSpec.defaults(), Deadline.after(LIMIT))) {
      sandbox.start(Deadline.after(LIMIT));
      OciSpec oci = OciSpec.standard().with(process -> process.withArgs(command));
      Container container =
          sandbox.createContainer(
              ContainerSpec.of(oci, DiskImage.overlay(image.path())), Deadline.after(LIMIT));
      container.start(Deadline.after(LIMIT));
      container.process().stdin().close();
      container.process().stdout().transferTo(out);
      return container.process().await(Deadline.after(LIMIT));
    }
  }

  public static void main(String[] args) throws IOException {
    Path tree = Path.of(args[0]);
    List<String> command = List.of(args).subList(1, args.length);
    System.exit(run(RuntimeSettings.load(null), tree, command, System.out));
  }
}
