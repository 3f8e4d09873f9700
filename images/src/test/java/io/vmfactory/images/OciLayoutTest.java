package io.vmfactory.images;

import static io.vmfactory.images.LayoutMaker.GZIP;
import static io.vmfactory.images.LayoutMaker.INDEX;
import static io.vmfactory.images.LayoutMaker.MANIFEST;
import static io.vmfactory.images.LayoutMaker.gzip;
import static io.vmfactory.images.LayoutMaker.name;
import static io.vmfactory.images.LayoutMaker.platform;
import static io.vmfactory.images.LayoutMaker.sha256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.guest.oci.OciSpecException;
import io.vmfactory.images.ImageException.Reason;
import io.vmfactory.images.ProcessDefaults.UserIds;
import io.vmfactory.images.ext4.Ext4View;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OciLayoutTest {
  private static final long MIB = 1L << 20;

  @TempDir Path temp;
  private LayoutMaker layout;

  @BeforeEach
  void makeLayout() throws IOException {
    layout = new LayoutMaker(temp.resolve("layout"));
  }

  private RootfsImages images() {
    return RootfsImages.open(temp.resolve("images"), Long.MAX_VALUE, 32 * MIB);
  }

  private Image image(@Nullable String reference) throws IOException {
    return images().fromOciLayout(layout.done(), reference, Deadline.after(Duration.ofSeconds(60)));
  }

  private Image image(TarBytes... layers) throws IOException {
    makeLayout();
    for (TarBytes layer : layers) {
      layout.layer(layer);
    }
    layout.image("one", "");
    return image((String) null);
  }

  private ImageException refused(@Nullable String reference) {
    return catchThrowableOfType(ImageException.class, () -> image(reference));
  }

  private ImageException refused(TarBytes... layers) {
    return catchThrowableOfType(ImageException.class, () -> image(layers));
  }

  /**
   * Asserts that the test's folder holds only images and the files of the test, and no partial
   * image.
   */
  private void assertNothingLeft() throws IOException {
    try (Stream<Path> all = Files.list(temp)) {
      assertThat(all.map(Path::getFileName).map(Path::toString))
          .containsExactlyInAnyOrder("layout", "images");
    }
    try (Stream<Path> all = Files.list(temp.resolve("images"))) {
      assertThat(all).isEmpty();
    }
  }

  @Test
  void layersBecomeAnImageWithOwnersModesLinksAndDevices() throws IOException {
    String longName = "n".repeat(200);
    var layer =
        new TarBytes()
            .mode(0750)
            .owner(5, 6)
            .directory("./")
            .mode(04755)
            .owner(70000, 80000)
            .file("usr/bin/su do", "x\"y")
            .hardLink("usr/again", "usr/bin/su do")
            .link("bin", "usr/bin")
            .entry('3', "dev/null", "", new byte[0])
            .entry('6', "pipe", "", new byte[0])
            .pax("path", "deep/" + longName)
            .pax("SCHILY.xattr.user.cap", "\1\0\377")
            .file("short", "long")
            .file("<12>", "named like an inode")
            .file("caf\u00e9", "8859-1");

    try (Image image = image(layer)) {
      Path file = image.path();
      Ext4View.assertSound(file);
      assertThat(Ext4View.debugfs(file, "stat /")).contains("Mode:  0750", "User:     5");
      assertThat(Ext4View.debugfs(file, "stat \"/usr/bin/su do\""))
          .contains("Mode:  04755", "User: 70000", "Group: 80000", "Links: 2")
          .contains("Sun Sep 13 12:26:40 2020");
      assertThat(Ext4View.cat(file, "/usr/again")).isEqualTo("x\"y");
      assertThat(Ext4View.debugfs(file, "stat /bin")).contains("Fast link dest: \"usr/bin\"");
      assertThat(Ext4View.debugfs(file, "stat /dev/null")).contains("Type: character", "01:03");
      assertThat(Ext4View.debugfs(file, "stat /pipe")).contains("Type: FIFO");
      assertThat(Ext4View.cat(file, "/deep/" + longName)).isEqualTo("long");
      assertThat(Ext4View.debugfs(file, "ea_get -x /deep/" + longName + " user.cap"))
          .contains("01 00 ff");
      assertThat(Ext4View.list(file, "/")).contains("/<12>/", "/caf").doesNotContain("lost+found");
    }
  }

  @Test
  void aHigherLayerHidesAndReplacesWhatIsBelow() throws IOException {
    var lower =
        new TarBytes()
            .file("gone", "1")
            .file("dir/a", "1")
            .file("dir/b", "1")
            .file("opaque/old/deep", "1")
            .file("opaque/both/old", "1")
            .file("becomesDir", "1")
            .file("becomesFile/x", "1")
            .file("target", "1");
    var higher =
        new TarBytes()
            .file(".wh.gone", "")
            .file("dir/.wh.a", "")
            .file("opaque/both/new", "2")
            .file("opaque/.wh..wh..opq", "")
            .file("opaque/.wh.both", "")
            .file("becomesDir/y", "2")
            .file("becomesFile", "2")
            .hardLink("kept", "target")
            .file(".wh.target", "");

    assertThat(catchThrowableOfType(ImageException.class, () -> image(lower, higher)))
        .hasMessageContaining("its path has a file in place of a directory");

    var mended = new TarBytes().directory("becomesDir/").bytes(higher.cut());
    try (Image image = image(lower, mended)) {
      Path file = image.path();
      Ext4View.assertSound(file);
      assertThat(names(file, "/"))
          .containsExactlyInAnyOrder("dir", "opaque", "becomesDir", "becomesFile", "kept");
      assertThat(names(file, "/dir")).containsExactly("b");
      assertThat(names(file, "/opaque")).containsExactly("both");
      assertThat(names(file, "/opaque/both")).containsExactly("new");
      assertThat(names(file, "/becomesDir")).containsExactly("y");
      assertThat(Ext4View.cat(file, "/becomesFile")).isEqualTo("2");
      assertThat(Ext4View.debugfs(file, "stat /kept")).contains("Links: 1");
    }
  }

  @Test
  void aWhiteoutKeepsNoFolderThatItsLayerHides() throws IOException {
    var lower = new TarBytes().file("gone/a/x", "1").file("opaque/a/x", "1").file("stays/a/x", "1");
    var higher =
        new TarBytes()
            .file("gone/a/.wh.x", "")
            .file(".wh.gone", "")
            .file("opaque/a/.wh.x", "")
            .file("opaque/.wh..wh..opq", "")
            .file("stays/a/.wh.x", "");

    try (Image image = image(lower, higher)) {
      Path file = image.path();
      Ext4View.assertSound(file);
      assertThat(names(file, "/")).containsExactlyInAnyOrder("opaque", "stays");
      assertThat(names(file, "/opaque")).isEmpty();
      assertThat(names(file, "/stays")).containsExactly("a");
    }
  }

  private static List<String> names(Path image, String directory) {
    return Ext4View.list(image, directory)
        .lines()
        .filter(line -> line.startsWith("/"))
        .map(line -> line.split("/", -1)[5])
        .filter(name -> !name.matches("\\.\\.?"))
        .toList();
  }

  @Test
  void linksInAPathAreFollowedWithinTheImage() throws IOException {
    var lower =
        new TarBytes().directory("usr/bin").link("bin", "/usr/bin").link("b", "./bin/../bin");
    var higher = new TarBytes().file("b/sh", "found").hardLink("bin/again", "bin/sh");

    try (Image image = image(lower, higher)) {
      assertThat(Ext4View.cat(image.path(), "/usr/bin/sh")).isEqualTo("found");
      assertThat(Ext4View.cat(image.path(), "/usr/bin/again")).isEqualTo("found");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"../out", "a/../../out", "/../out", "a/.."})
  void aNameThatLeadsElsewhereIsRefused(String name) throws IOException {
    assertThat(refused(new TarBytes().file(name, "evil")))
        .hasMessageContaining("is not a valid file name in an image")
        .hasMessageContaining("layer sha256:")
        .extracting(ImageException::reason)
        .isEqualTo(Reason.INVALID);
    assertNothingLeft();
  }

  @Test
  void aLinkThatLeadsOutIsNotGoneBy() throws IOException {
    Path outside = Files.createDirectory(temp.resolve("outside"));
    var up = "../".repeat(20);
    assertThat(refused(new TarBytes().link("x", up + outside).file("x/evil", "")))
        .hasMessageContaining("leads out of the image");
    assertThat(refused(new TarBytes().link("l", "l").file("l/x", "")))
        .hasMessageContaining("too many links");
    assertThat(refused(new TarBytes().hardLink("x", "../../etc/passwd")))
        .hasMessageContaining("is not a valid file name");
    assertThat(refused(new TarBytes().link("e", "/etc").hardLink("x", "e/passwd")))
        .hasMessageContaining("which is not a file");
    assertThat(refused(new TarBytes().directory("d").hardLink("x", "d")))
        .hasMessageContaining("which is not a file");

    image(new TarBytes().link("x", outside.toString()).file("x/evil", "")).close();

    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void whatNoDiskCouldHoldIsRefusedBeforeItIsWritten() throws IOException {
    assertThat(refused(new TarBytes().header('0', "bomb", "", 1L << 32)).reason())
        .isEqualTo(Reason.TOO_LARGE);
    assertThat(refused(new TarBytes().header('x', "pax", "", 1L << 30)))
        .hasMessageContaining("bytes of metadata for one file");
    assertThat(refused(new TarBytes().pax("size", "-5").file("f", "")))
        .hasMessageContaining("negative size");
    var rewritten = new TarBytes();
    String content = "x".repeat((int) (20 * MIB));
    for (int i = 0; i < 7; i++) {
      rewritten.file("f", content);
    }
    assertThat(refused(rewritten)).hasMessageContaining("rootfs_size");
    assertNothingLeft();
  }

  @Test
  void aDamagedArchiveIsRefused() throws IOException {
    byte[] whole = new TarBytes().file("file", "content").whole();
    byte[] flipped = whole.clone();
    flipped[3] ^= 1;
    byte[] cut = new TarBytes().header('0', "f", "", 5000).bytes(new byte[600]).cut();
    for (byte[] archive :
        List.of(
            flipped, cut, new byte[100], "garbage".repeat(100).getBytes(StandardCharsets.UTF_8))) {
      makeLayout();
      layout.layer(GZIP, gzip(archive), sha256(archive)).image("x", "");
      assertThat(refused((String) null)).hasMessageContaining("is damaged: ");
    }
    assertThat(refused(new TarBytes().entry('V', "volume", "", new byte[0])))
        .hasMessageContaining("unknown type 'V'");
    assertNothingLeft();
  }

  @Test
  void aBlobThatIsNotWhatItsDigestSaysIsRefused() throws IOException {
    byte[] archive = new TarBytes().file("f", "x").whole();
    byte[] blob = gzip(archive);
    layout.layer(GZIP, blob, sha256(archive)).image("x", "").done();
    Path file = layout.blob(sha256(blob));

    Files.write(file, gzip(new TarBytes().file("f", "y").whole()));
    assertThat(refused((String) null)).hasMessageContaining("its digest is sha256:");
    Files.write(file, new byte[3]);
    assertThat(refused((String) null)).hasMessageContaining("has 3 bytes instead of");
    Files.delete(file);
    assertThat(refused((String) null).reason()).isEqualTo(Reason.NOT_FOUND);

    makeLayout();
    layout.layer(GZIP, blob, sha256(blob)).image("x", "");
    assertThat(refused((String) null)).hasMessageContaining("its digest is " + sha256(archive));
    assertNothingLeft();
  }

  @Test
  void anImageIsChosenByNameDigestAndPlatform() throws IOException {
    layout.layer(new TarBytes().file("f", "x"));
    byte[] arm = layout.manifest("linux/arm64", "");
    byte[] amd = layout.manifest("linux/amd64", "'Env':['A=amd']");
    String inner = layout.descriptor(MANIFEST, arm, platform("linux/arm64"));
    String other = layout.descriptor(MANIFEST, amd, platform("linux/amd64"));
    layout.add(INDEX, LayoutMaker.index(List.of(inner, other)), name("multi"));
    layout.image("plain", "'Env':['A=plain']");
    layout.add(MANIFEST, arm, platform("linux/arm64") + name("arm"));
    layout.add(MANIFEST, arm, name("liar"));

    Path at = temp.resolve("layout");
    assertThat(env("multi")).containsExactly("A=amd");
    assertThat(env(sha256(amd))).containsExactly("A=amd");
    assertThat(env("plain")).containsExactly("A=plain");
    assertThat(env(sha256(layout.manifest("linux/amd64", "'Env':['A=plain']"))))
        .containsExactly("A=plain");
    assertThat(refused((String) null))
        .hasMessageContaining("choose one of: %1$s:multi, %1$s:plain, %1$s:liar".formatted(at))
        .extracting(ImageException::reason)
        .isEqualTo(Reason.NOT_FOUND);
    assertThat(refused("arm")).hasMessageContaining("holds no image \"arm\" for linux/amd64");
    assertThat(refused("liar")).hasMessageContaining("is for linux/arm64");
  }

  private List<String> env(String reference) throws IOException {
    try (Image image = image(reference)) {
      return image.defaults().env();
    }
  }

  @Test
  void whatIsNoLayoutIsSaidToBeNone() throws IOException {
    Path none = temp.resolve("none");
    assertThat(
            catchThrowableOfType(
                ImageException.class,
                () -> images().fromOciLayout(none, null, Deadline.after(Duration.ofSeconds(9)))))
        .hasMessageContaining("none: is not an OCI image layout");
    assertThat(refused((String) null)).hasMessageContaining("available: none");
    Files.writeString(layout.done().resolve("oci-layout"), "{\"imageLayoutVersion\":\"9\"}");
    assertThat(refused((String) null)).hasMessageContaining("has version \"9\"");
    Files.writeString(temp.resolve("layout/oci-layout"), "{");
    assertThat(refused((String) null)).hasMessageContaining("is not JSON");
  }

  @Test
  void theUserIsLookedUpInTheImage() throws IOException {
    layout.layer(
        new TarBytes()
            .file("etc/passwd", "root:x:0:0::/:/bin/sh\napp:x:1000:1001::/:/bin/sh\n")
            .file("etc/group", "root:x:0:root\napp:x:1001:\nvideo:x:44:root,app\naudio:x:45:x\n"));

    assertThat(user("")).isEqualTo(new UserIds(0, 0, List.of(0L, 44L)));
    assertThat(user("app")).isEqualTo(new UserIds(1000, 1001, List.of(44L)));
    assertThat(user("1000")).isEqualTo(new UserIds(1000, 1001, List.of(44L)));
    assertThat(user("app:audio")).isEqualTo(new UserIds(1000, 45, List.of()));
    assertThat(user("7:8")).isEqualTo(new UserIds(7, 8, List.of()));
    assertThat(user("7")).isEqualTo(new UserIds(7, 0, List.of()));
    layout.image("who", "'User':'who'").image("which", "'User':'app:which'");
    assertThat(userProblem("who")).contains("the user \"who\"");
    assertThat(userProblem("which")).contains("the group \"which\"");
  }

  /** Returns why the user cannot be used, after checking that another user can. */
  private String userProblem(String reference) throws IOException {
    OciProcess process = OciSpec.standard().process();
    try (Image image = image(reference)) {
      ProcessDefaults defaults = image.defaults();
      assertThat(defaults.withoutUser().applyTo(process, List.of()).args()).isNotEmpty();
      return catchThrowableOfType(ImageException.class, () -> defaults.applyTo(process, List.of()))
          .getMessage();
    }
  }

  private UserIds user(String said) throws IOException {
    layout.image("user" + said, "'User':'" + said + "'");
    try (Image image = image("user" + said)) {
      return image.defaults().user();
    }
  }

  @Test
  void anImageOfUmociIsUnderstood() throws Exception {
    Path script = temp.resolve("script");
    Files.writeString(
        script,
        """
        set -e
        umoci init --layout lay
        umoci new --image lay:v1
        umoci unpack --rootless --image lay:v1 b
        mkdir b/rootfs/etc b/rootfs/old
        echo 'app:x:1000:1001::/:/bin/sh' > b/rootfs/etc/passwd
        echo hi > b/rootfs/old/f
        umoci repack --image lay:v1 b
        rm -r b/rootfs/old
        ln -s etc b/rootfs/e
        umoci repack --image lay:v1 b
        umoci config --image lay:v1 --config.user app --config.entrypoint /bin/sh \
          --config.cmd -c --config.cmd pwd --config.env A=b --config.workingdir /etc
        """);
    Process umoci =
        new ProcessBuilder("sh", "-c", ". ./script > log 2>&1").directory(temp.toFile()).start();
    assertThat(umoci.waitFor()).as(() -> log()).isZero();

    try (Image image =
        images().fromOciLayout(temp.resolve("lay"), "v1", Deadline.after(Duration.ofSeconds(60)))) {
      Ext4View.assertSound(image.path());
      assertThat(names(image.path(), "/")).containsExactlyInAnyOrder("etc", "e");
      OciProcess process = image.defaults().applyTo(OciSpec.standard().process(), List.of());
      assertThat(process.args()).containsExactly("/bin/sh", "-c", "pwd");
      assertThat(process.env()).contains("A=b");
      assertThat(process.cwd()).isEqualTo("/etc");
      assertThat(process.proto().getUser().getUID()).isEqualTo(1000);
      assertThat(image.defaults().applyTo(process, List.of("-x")).args())
          .containsExactly("/bin/sh", "-x");
    }
  }

  private String log() {
    try {
      return Files.readString(temp.resolve("log"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void anImageThatIsThereIsNotMadeAgain() throws IOException {
    byte[] archive = new TarBytes().file("f", "x").whole();
    layout.layer(GZIP, gzip(archive), sha256(archive)).image("x", "");
    image((String) null).close();
    Files.delete(layout.blob(sha256(gzip(archive))));

    try (Image image = image((String) null)) {
      assertThat(Ext4View.cat(image.path(), "/f")).isEqualTo("x");
    }
  }

  @Test
  void aBundleIsItsSpecificationAndItsRootFileSystem() throws Exception {
    Path bundle = Files.createDirectory(temp.resolve("bundle"));
    assertThat(bundleRefused(bundle)).hasMessageContaining("config.json: no such file");
    Process crun = new ProcessBuilder("crun", "spec").directory(bundle.toFile()).start();
    assertThat(crun.waitFor()).isZero();
    assertThat(bundleRefused(bundle)).hasMessageContaining("rootfs: no such directory");
    Files.createDirectory(bundle.resolve("rootfs"));
    assertThat(bundleRefused(bundle)).hasMessageContaining("rootfs: is empty");
    Files.writeString(bundle.resolve("rootfs/f"), "x");

    try (Bundle read = images().fromBundle(bundle, Deadline.after(Duration.ofSeconds(60)))) {
      assertThat(read.spec().process().args()).containsExactly("sh");
      assertThat(Ext4View.cat(read.image().path(), "/f")).isEqualTo("x");
    }
  }

  private RuntimeException bundleRefused(Path bundle) {
    return catchThrowableOfType(
        RuntimeException.class,
        () -> images().fromBundle(bundle, Deadline.after(Duration.ofSeconds(60))));
  }

  @Test
  void aBundleThatNeedsTheHostIsRefusedByPath() throws IOException {
    Path bundle = Files.createDirectories(temp.resolve("bundle/rootfs/x")).resolve("../..");
    Files.writeString(
        bundle.resolve("config.json"),
        """
        {"ociVersion":"1.0.2","process":{"args":["sh"],"cwd":"/"},"root":{"path":"rootfs"},
         "mounts":[{"destination":"/proc","type":"proc"},
          {"destination":"/etc/hosts","source":"/etc/hosts","options":["rbind"]}],
         "linux":{"namespaces":[{"type":"network","path":"/run/netns/x"}]}}
        """);

    assertThat(bundleRefused(bundle))
        .isInstanceOf(OciSpecException.class)
        .hasMessageContaining("mounts[1].source: \"/etc/hosts\" is on the host")
        .hasMessageContaining("linux.namespaces[0].path: ");
  }
}
