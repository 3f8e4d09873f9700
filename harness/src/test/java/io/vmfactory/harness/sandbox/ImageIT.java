package io.vmfactory.harness.sandbox;

import static io.vmfactory.harness.sandbox.Host.soon;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.DiskImage;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.images.ext4.Content;
import io.vmfactory.images.ext4.Device;
import io.vmfactory.images.ext4.Ext4Image;
import io.vmfactory.images.ext4.FileData;
import io.vmfactory.images.ext4.FileNode;
import io.vmfactory.images.ext4.FileType;
import io.vmfactory.images.ext4.Metadata;
import io.vmfactory.vmm.DriveMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tests that a guest's kernel reads our ext4 file systems as they are meant, and can write them.
 */
@Tag("qemu")
@Timeout(300)
class ImageIT {
  private static final long SIZE = 2L << 30;
  private static final int MANY = 20_000;

  private final FileNode root = FileNode.directory(Metadata.IMPLIED_DIRECTORY);

  private static Metadata metadata() {
    return new Metadata(
        0640, 1, 70000, new Metadata.FileTime(1_600_000_000, 5), Map.of("user.a", "b"));
  }

  private static void add(FileNode directory, String name, FileNode node) {
    node.named(1);
    directory.put(name, node);
  }

  private Path image(Path file) throws IOException {
    try (Ext4Image image = Ext4Image.create(file, SIZE)) {
      Content ones = (offset, into, count) -> Arrays.fill(into, 0, count, (byte) '1');
      FileData data = image.write(5_000_000, ones);
      FileNode linked = FileNode.file(metadata(), data);
      add(root, "Icon\r", linked);
      add(root, "again", linked);
      add(root, "link", FileNode.link(metadata(), "Icon\r"));
      add(root, "long", FileNode.link(metadata(), "./".repeat(100) + "Icon\r"));
      add(root, "disk", FileNode.special(FileType.CHARACTER, metadata(), new Device(8, 70000)));
      add(root, "sparse", FileNode.file(metadata(), image.write(423L << 30, ends())));
      FileNode many = FileNode.directory(Metadata.IMPLIED_DIRECTORY);
      add(root, "many", many);
      for (int i = 0; i < MANY; i++) {
        add(many, "file-" + i, FileNode.file(metadata(), FileData.EMPTY));
      }
      image.finish(root);
    }
    return file;
  }

  /** Returns a content with 300 pieces of data, one every GiB. */
  private static Content ends() {
    return new Content() {
      @Override
      public void read(long offset, byte[] into, int count) {
        Arrays.fill(into, 0, count, (byte) 0);
        into[0] = (byte) ('a' + (offset >> 30) % 26);
      }

      @Override
      public long nextData(long offset) {
        long next = (offset + (1L << 30) - 1) >> 30;
        return next < 300 ? next << 30 : Long.MAX_VALUE;
      }
    };
  }

  @Test
  void theKernelReadsAndWritesWhatWasMade() throws IOException {
    try (Host host = Host.make("").withDaemon();
        SandboxRuntime runtime = host.runtime();
        Sandbox sandbox = runtime.create(SandboxSpec.defaults(), soon())) {
      DiskImage volume =
          new DiskImage(image(host.folder().resolve("volume")), DriveMode.OVERLAY, "ext4");
      String script =
          """
          cd /v; b=busybox; cr=$(printf '\\r')
          for f in "Icon$cr" again link long; do $b wc -c <"$f"; done
          $b stat -c '%h %a %u %g %Y' "Icon$cr"
          $b stat -c '%t:%T' disk
          $b stat -c '%s %b' sparse
          $b dd if=sparse bs=1M skip=$((299 * 1024)) count=1 2>/dev/null | $b head -c 1; echo
          $b ls many | $b wc -l
          $b stat -c %s many/file-19999 many/file-0
          i=0; while [ $i -lt 1000 ]; do echo $i >many/new-$i; i=$((i + 1)); done
          $b rm many/file-1*; $b ls many | $b wc -l; $b cat many/new-999
          $b rm -r many sparse "Icon$cr"; $b wc -c <again; $b dd if=/dev/zero of=z bs=1M count=64 2>/dev/null
          $b sync && $b ls -a | $b wc -l
          $b dmesg 2>/dev/null | $b grep -ci 'ext4.*\\(error\\|warn\\)'
          """;
      OciSpec oci =
          OciSpec.standard().with(p -> p.withArgs(List.of("/bin/busybox", "sh", "-c", script)));
      sandbox.start(soon());
      Container container =
          sandbox.createContainer(
              ContainerSpec.of(oci, host.rootfs()).withVolume(volume, "/v"), soon());
      container.start(soon());

      String output = new String(container.process().stdout().readAllBytes(), UTF_8);

      int left = MANY - (1 + 10 + 100 + 1000 + 10_000) + 1000;
      assertThat(output.lines())
          .containsExactly(
              "5000000",
              "5000000",
              "5000000",
              "5000000",
              "2 640 1 70000 1600000000",
              "8:11170",
              "454192791552 2408",
              "n",
              "20000",
              "0",
              "0",
              Integer.toString(left),
              "999",
              "5000000",
              "7",
              "0");
    }
  }
}
