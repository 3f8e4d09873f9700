package io.vmfactory.guest.ttrpc;

import static io.vmfactory.guest.ttrpc.GuestShell.SHARED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.GuestFile;
import io.vmfactory.guest.GuestStorage;
import io.vmfactory.guest.SandboxRequest;
import io.vmfactory.guest.VolumeUsage;
import io.vmfactory.vmm.DriveImage;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.DrivePlace;
import io.vmfactory.vmm.VmSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Drives, file systems and the sandbox's own files, as containers of a real guest see them. */
@Tag("qemu")
@Timeout(300)
final class StorageIT {
  private static final VmSpec.Devices DEVICES = new VmSpec.Devices(1, 1, 1, 0, 1L << 30);
  private static final String VOLUME = SHARED + "/volume";

  @TempDir static Path dir;
  private static RealGuest guest;
  private static GuestAgent agent;

  @BeforeAll
  static void boot() {
    guest = new RealGuest(dir, DEVICES);
    agent = guest.agent();
    agent.awaitServing(RealGuest.soon());
  }

  @AfterAll
  static void kill() {
    agent.close();
    guest.close();
  }

  @AfterEach
  void nothingStays() {
    agent.sandbox().destroy(RealGuest.soon());
    for (DrivePlace place : guest.drives().list(RealGuest.soon())) {
      guest.drives().detach(place.id(), RealGuest.soon());
    }
  }

  private static void sandbox(GuestStorage... storages) {
    var request = new SandboxRequest("s", "in-the-guest", List.of(), List.of(storages), false);
    agent.sandbox().create(request, RealGuest.soon());
  }

  private static GuestShell shell() throws IOException {
    sandbox();
    return new GuestShell(agent);
  }

  /** Makes an ext4 image with one file, "content". */
  private static Path image(String content, int megabytes)
      throws IOException, InterruptedException {
    Path tree = Files.createTempDirectory(dir, "tree");
    Files.writeString(tree.resolve("content"), content);
    Path image = tree.resolveSibling(tree.getFileName() + ".img");
    tool(
        "/usr/sbin/mke2fs",
        "-q",
        "-t",
        "ext4",
        "-d",
        tree.toString(),
        image.toString(),
        megabytes + "M");
    return image;
  }

  private static String tool(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private static DrivePlace attach(Path image, DriveMode mode) {
    return guest.drives().attach(new DriveImage(image, mode, dir), RealGuest.soon());
  }

  private static void detach(DrivePlace place) {
    guest.drives().detach(place.id(), RealGuest.soon());
  }

  private static GuestStorage ext4(DrivePlace place, String at, String... options) {
    return new GuestStorage("blk", List.of(), place.guestDevice(), "ext4", List.of(options), at);
  }

  private static GuestStorage tmpfs(String at, String... options) {
    return new GuestStorage("ephemeral", List.of(), "tmpfs", "tmpfs", List.of(options), at);
  }

  @Test
  void aDriveInASlotIsMounted() throws Exception {
    DrivePlace place = attach(image("hello", 8), DriveMode.OVERLAY);

    assertThat(shell().run("cat " + VOLUME + "/content", ext4(place, VOLUME))).isEqualTo("hello");
  }

  /** The kernel's caches of a drive must not outlive it. */
  @Test
  void eachImageOfASlotIsSeenAsItIs() throws Exception {
    List<String> contents = List.of("first", "second", "third");
    List<Path> images = List.of(image("first", 8), image("second", 8), image("third", 64));
    String script = "cat %1$s/content; echo altered > %1$s/content".formatted(VOLUME);
    GuestShell shell = shell();
    for (int i = 0; i < 9; i++) {
      DrivePlace place = attach(images.get(i % 3), DriveMode.OVERLAY);
      assertThat(place.guestDevice()).isEqualTo("/dev/vda");
      assertThat(shell.run(script, ext4(place, VOLUME))).isEqualTo(contents.get(i % 3));
      detach(place);
    }
  }

  @Test
  void whatIsWrittenIsInTheFileWhenTheContainerIsGone() throws Exception {
    Path image = image("before", 8);
    DrivePlace place = attach(image, DriveMode.WRITABLE);
    String script =
        "head -c 3000000 /dev/zero > %1$s/zeros; echo after > %1$s/content".formatted(VOLUME);

    shell().run(script, ext4(place, VOLUME));
    detach(place);

    assertThat(tool("/usr/sbin/debugfs", "-R", "cat content", image.toString()))
        .contains("after\n");
    assertThat(tool("/usr/sbin/debugfs", "-R", "stat zeros", image.toString())).contains("3000000");
    tool("/usr/sbin/e2fsck", "-fn", image.toString());
  }

  @Test
  void aDriveThatIsPluggedIsWaitedForAndFoundByItsPciPath() throws Exception {
    Path image = image("plugged", 8);
    attach(image, DriveMode.OVERLAY);
    GuestShell shell = shell();
    DrivePlace place = attach(image, DriveMode.OVERLAY);

    assertThat(place.hotPlugged()).isTrue();
    assertThat(place.guestDevice()).matches("[0-9a-f]{2}/[0-9a-f]{2}");
    assertThat(shell.run("cat " + VOLUME + "/content", ext4(place, VOLUME))).isEqualTo("plugged");
  }

  @Test
  void anOverlayIsWrittenOverAReadOnlyImage() throws Exception {
    DrivePlace place = attach(image("below", 8), DriveMode.READ_ONLY);
    String lower = SHARED + "/lower";
    GuestStorage overlay =
        new GuestStorage(
            "overlayfs",
            List.of(),
            "overlay",
            "overlay",
            List.of("lowerdir=" + lower, "io.katacontainers.fs-opt.overlay-rw"),
            SHARED + "/o/rootfs");
    String script =
        "cd %s/o/rootfs; echo above > content; cat content %s/content".formatted(SHARED, lower);

    assertThat(shell().run(script, ext4(place, lower, "ro"), overlay)).isEqualTo("above\nbelow");
  }

  @Test
  void anEphemeralStorageGrows() {
    sandbox(tmpfs(SHARED + "/e", "size=1m", "noexec"));
    assertThat(agent.sandbox().volume(SHARED + "/e", RealGuest.soon()).totalBytes())
        .isEqualTo(1 << 20);

    agent.sandbox().remount(List.of(tmpfs(SHARED + "/e", "size=3m")), RealGuest.soon());

    VolumeUsage usage = agent.sandbox().volume(SHARED + "/e", RealGuest.soon());
    assertThat(usage.totalBytes()).isEqualTo(3 << 20);
    assertThat(usage.availableBytes()).isEqualTo(3 << 20);
    assertThat(usage.usedInodes()).isEqualTo(1);
  }

  @Test
  void aDriveIsAVolumeWithAMeasure() throws Exception {
    DrivePlace place = attach(image("x", 16), DriveMode.OVERLAY);
    sandbox(ext4(place, VOLUME));

    VolumeUsage usage = agent.sandbox().volume(VOLUME, RealGuest.soon());

    assertThat(usage.totalBytes()).isBetween(8L << 20, 16L << 20);
    assertThat(usage.usedBytes() + usage.availableBytes()).isLessThanOrEqualTo(usage.totalBytes());
  }

  @Test
  void aFileIsCopiedInPieces() throws Exception {
    byte[] content = new byte[(2 << 20) + 17];
    new Random(1).nextBytes(content);
    GuestShell shell = shell();
    GuestFile file = new GuestFile(SHARED + "/a/b/file", 0640, 0750, 1000, 1001, content);

    agent.sandbox().copyFile(file, RealGuest.soon());

    String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    assertThat(
            shell.run(
                "cd %s/a/b; sha256sum file; stat -c '%%a %%u %%g' file .; ls -A".formatted(SHARED)))
        .isEqualTo(digest + "  file\n640 1000 1001\n750 0 0\nfile\n");
  }

  @Test
  void theSandboxHasANameAndDns() throws Exception {
    var request =
        new SandboxRequest("s", "in-the-guest", List.of("nameserver 10.0.0.1"), List.of(), false);
    agent.sandbox().create(request, RealGuest.soon());

    assertThat(new GuestShell(agent).run("hostname; cat " + SHARED + "/sandbox/resolv.conf"))
        .isEqualTo("in-the-guest\nnameserver 10.0.0.1\n");
  }

  @Test
  void containersThatShareAPidNamespaceSeeItsInit() throws Exception {
    agent
        .sandbox()
        .create(new SandboxRequest("s", "", List.of(), List.of(), true), RealGuest.soon());

    assertThat(new GuestShell(agent).run("cat /proc/1/comm", true)).isEqualTo("pause\n");
    assertThat(new GuestShell(agent).run("cat /proc/1/comm", false)).isNotEqualTo("pause\n");
  }

  private static void refused(int code, String text, GuestStorage... storages) {
    assertThatThrownBy(() -> sandbox(storages))
        .isInstanceOfSatisfying(GuestException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(text);
  }

  @Test
  void aFailedMountIsReportedAndUndone() throws Exception {
    DrivePlace place = attach(image("x", 8), DriveMode.OVERLAY);
    GuestStorage good = ext4(place, VOLUME);
    GuestStorage missing =
        new GuestStorage("blk", List.of(), "/dev/vdz", "ext4", List.of(), SHARED + "/m");
    GuestStorage other =
        new GuestStorage("blk", List.of(), place.guestDevice(), "erofs", List.of(), SHARED + "/w");

    refused(
        GuestException.DEADLINE_EXCEEDED,
        "storage blk at " + SHARED + "/m: there is no drive /dev/vdz",
        good,
        missing);
    refused(
        GuestException.INVALID_ARGUMENT,
        place.guestDevice() + " as erofs: Invalid argument",
        tmpfs(VOLUME),
        other);
    refused(GuestException.INVALID_ARGUMENT, "mount point \"/proc\"", good, tmpfs("/proc"));
    refused(GuestException.INVALID_ARGUMENT, "mount point", good, tmpfs("/run/../etc"));

    assertThat(shell().run("cat " + VOLUME + "/content", good)).isEqualTo("x");
  }

  /**
   * A read-only drive cannot be mounted writable: the mount fails instead of dropping writes
   * silently.
   */
  @Test
  void aReadOnlyDriveIsNotMountedForWriting() throws Exception {
    DrivePlace place = attach(image("x", 8), DriveMode.READ_ONLY);

    refused(13, "Permission denied", ext4(place, VOLUME));
  }

  @Test
  void aDriveThatIsStillMountedElsewhereIsSharedByItsNextStorage() throws Exception {
    DrivePlace place = attach(image("shared", 8), DriveMode.OVERLAY);
    sandbox(ext4(place, SHARED + "/one"));
    GuestShell shell = new GuestShell(agent);

    String script = "echo more >> %1$s/one/content; cat %1$s/two/content".formatted(SHARED);
    assertThat(shell.run(script, ext4(place, SHARED + "/two"))).isEqualTo("sharedmore\n");
    assertThat(shell.run("cat " + SHARED + "/one/content")).isEqualTo("sharedmore\n");
  }
}
