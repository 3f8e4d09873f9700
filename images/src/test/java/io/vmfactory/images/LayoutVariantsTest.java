package io.vmfactory.images;

import static io.vmfactory.images.LayoutMaker.GZIP;
import static io.vmfactory.images.LayoutMaker.INDEX;
import static io.vmfactory.images.LayoutMaker.MANIFEST;
import static io.vmfactory.images.LayoutMaker.TAR;
import static io.vmfactory.images.LayoutMaker.gzip;
import static io.vmfactory.images.LayoutMaker.name;
import static io.vmfactory.images.LayoutMaker.platform;
import static io.vmfactory.images.LayoutMaker.sha256;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.images.ProcessDefaults.UserIds;
import io.vmfactory.images.ext4.Ext4Reader;
import io.vmfactory.images.ext4.Ext4View;
import io.vmfactory.linux.FileUse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Layouts as tools and registries really make them. */
class LayoutVariantsTest {
  private static final long MIB = 1L << 20;
  private static final String DOCKER = "application/vnd.docker.image.rootfs.";

  @TempDir Path temp;
  private LayoutMaker layout;

  @BeforeEach
  void makeLayout() throws IOException {
    layout = new LayoutMaker(temp.resolve("l"));
  }

  /** Returns the image that a user names, relative to the layout. */
  private Image image(String reference) throws IOException {
    LayoutReference parsed = LayoutReference.parse(layout.done() + reference);
    return RootfsImages.open(temp.resolve("images"), Long.MAX_VALUE, 32 * MIB)
        .fromOciLayout(parsed.layout(), parsed.name(), Deadline.after(Duration.ofSeconds(60)));
  }

  private ImageException refused(String reference) {
    return catchThrowableOfType(ImageException.class, () -> image(reference).close());
  }

  private String content(String reference) throws IOException {
    try (Image image = image(reference)) {
      Ext4View.assertSound(image.path());
      return Ext4View.cat(image.path(), "/f");
    }
  }

  private List<String> env(String reference) throws IOException {
    try (Image image = image(reference)) {
      return image.defaults().env();
    }
  }

  private static TarBytes file(String content) {
    return new TarBytes().file("f", content);
  }

  @Test
  void anImageIsChosenByAnyOfItsNames() throws IOException {
    layout.layer(file("x"));
    layout.image("docker.io/library/x:1", "'Env':['A=hub']");
    layout.image("localhost:5000/team/app:2", "'Env':['A=port']");
    byte[] other = layout.manifest("linux/amd64", "'Env':['A=other']");
    layout.add(
        MANIFEST,
        other,
        ",\"annotations\":{\"io.containerd.image.name\":\"quay.io/a/b:3\","
            + "\"org.opencontainers.image.ref.name\":\"3\"}");

    assertThat(env(":docker.io/library/x:1")).containsExactly("A=hub");
    assertThat(env(":x:1")).containsExactly("A=hub");
    assertThat(env(":localhost:5000/team/app:2")).containsExactly("A=port");
    assertThat(env(":3")).containsExactly("A=other");
    assertThat(env(":quay.io/a/b:3")).containsExactly("A=other");
    assertThat(env(":" + sha256(other))).containsExactly("A=other");
    assertThat(env("@" + sha256(other))).containsExactly("A=other");
    assertThat(env(":quay.io/a/b:3@" + sha256(other))).containsExactly("A=other");
    assertThat(refused(":x:2")).hasMessageContaining("no image \"x:2\"");
    assertThat(refused("@sha256:00")).hasMessageContaining("no image \"sha256:00\"");
  }

  @Test
  void whatAMessageListsCanBeWritten() throws IOException {
    layout.layer(file("x"));
    byte[] one = layout.manifest("linux/amd64", "'Env':['A=1']");
    byte[] two = layout.manifest("linux/amd64", "'Env':['A=2']");
    layout.add(MANIFEST, one, "").add(MANIFEST, two, name("two:2"));
    layout.image("twice", "'Env':['A=3']").image("twice", "'Env':['A=4']");

    String message = refused("").getMessage();

    List<String> listed = List.of(message.replaceAll(".*: ", "").split(", "));
    assertThat(listed).hasSize(4);
    for (int i = 0; i < listed.size(); i++) {
      assertThat(env(listed.get(i).substring(temp.resolve("l").toString().length())))
          .containsExactly("A=" + (i + 1));
    }
    assertThat(refused(":twice")).hasMessageContaining("l@sha256:");
  }

  @Test
  void twoNamesOfOneImageAreOneImage() throws IOException {
    layout.layer(file("x")).image("a", "'Env':['A=1']").image("b", "'Env':['A=1']");

    assertThat(env("")).containsExactly("A=1");
  }

  @Test
  void attestationsAndArtefactsAreNoImages() throws IOException {
    layout.layer(file("x"));
    byte[] image = layout.manifest("linux/amd64", "'Env':['A=image']");
    byte[] v3 = layout.manifest("linux/amd64", "'Env':['A=v3']");
    byte[] attestation =
        ("{\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\"},"
                + "\"layers\":[{\"mediaType\":\"application/vnd.in-toto+json\"}]}")
            .getBytes(UTF_8);
    byte[] artefact = "{\"artifactType\":\"a/b\",\"layers\":[]}".getBytes(UTF_8);
    String unknown = platform("unknown/unknown");
    List<String> inner =
        List.of(
            layout.descriptor(MANIFEST, attestation, unknown),
            layout.descriptor(MANIFEST, attestation, ""),
            layout.descriptor(
                MANIFEST, v3, platform("linux/amd64").replace("}", ",\"variant\":\"v3\"}")),
            layout.descriptor(MANIFEST, image, platform("linux/amd64")));
    layout.add(MANIFEST, artefact, "");
    layout.add(MANIFEST, attestation, name("x.sig"));
    layout.add(INDEX, LayoutMaker.index(inner), name("latest"));

    assertThat(env("")).containsExactly("A=image");
    assertThat(env("@" + sha256(v3))).containsExactly("A=v3");
    assertThat(refused(":x.sig"))
        .hasMessageContaining("available: " + temp.resolve("l") + ":latest");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        TAR,
        GZIP,
        TAR + "+zstd",
        DOCKER + "diff.tar",
        DOCKER + "diff.tar.gzip",
        DOCKER + "diff.tar.zstd",
        DOCKER + "foreign.diff.tar.gzip",
        "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
        ""
      })
  void theFirstBytesSayHowALayerIsCompressed(String label) throws IOException {
    byte[] first = file("plain").whole();
    byte[] second = new TarBytes().file("g", "x".repeat(100_000)).whole();
    byte[] third = file("zstd").whole();
    layout.layer(label, first, sha256(first));
    layout.layer(label, gzip(second), sha256(second));
    layout.layer(label, skippable(zstd(third)), sha256(third));
    layout.image("x", "");

    assertThat(content("")).isEqualTo("zstd");
  }

  /** Compresses with the host's program. */
  private static byte[] zstd(byte[] plain) throws IOException {
    Process program = new ProcessBuilder("zstd", "-qc", "--no-progress").start();
    try (var in = program.getOutputStream()) {
      in.write(plain);
    }
    return program.getInputStream().readAllBytes();
  }

  /** Puts frames that must be skipped around the content, as zstd:chunked does. */
  private static byte[] skippable(byte[] frame) {
    byte[] skipped = {0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3};
    var all = new ByteArrayOutputStream();
    all.writeBytes(skipped);
    all.writeBytes(frame);
    all.writeBytes(skipped);
    return all.toByteArray();
  }

  @Test
  void aDamagedZstdLayerIsRefused() throws IOException {
    byte[] archive = new TarBytes().file("f", "x".repeat(1_000_000)).whole();
    byte[] cut = Arrays.copyOf(zstd(archive), 60);
    layout.layer(TAR, cut, sha256(archive)).image("x", "");

    assertThat(refused("")).hasMessageContaining("is damaged");
    assertThat(temp.resolve("images")).isEmptyDirectory();
  }

  @Test
  void withoutZstdThePackageIsNamed() {
    var missing = new HostProgram("zstd", "zstd", "/nowhere");

    assertThat(catchThrowableOfType(ImageException.class, missing::start))
        .hasMessageContaining("install the package zstd");
  }

  @Test
  void whatIsNoLayerIsRefusedByItsType() throws IOException {
    byte[] archive = file("x").whole();
    layout.layer(TAR + "+gzip+encrypted", archive, sha256(archive)).image("x", "");
    assertThat(refused("")).hasMessageContaining("is encrypted; decrypt the image first");
  }

  @ParameterizedTest
  @CsvSource({"app,/app", "app/,/app", ".,/", "/,/", "./a//b/../c,/a/c", "../x,/x", "'',/"})
  void theWorkingDirectoryIsRelativeToTheRoot(String said, String meant) throws IOException {
    layout.layer(file("x")).image("x", "'WorkingDir':'" + said + "'");

    assertThat(process("").cwd()).isEqualTo(meant);
  }

  private OciProcess process(String reference) throws IOException {
    try (Image image = image(reference)) {
      return image.defaults().applyTo(OciSpec.standard().process(), List.of());
    }
  }

  @Test
  void oddMetadataIsReadAsDockerReadsIt() throws IOException {
    layout.layer(file("x"));
    layout.image("env", "'Env':['A=1','A=2=3','NOVALUE','','=x','B=','PATH=/p']");
    layout.image("text", "'Cmd':'sh','Entrypoint':null,'Env':null,'User':null,'WorkingDir':null");
    layout.image("empty", "'Cmd':['a','b'],'Entrypoint':['']");

    assertThat(process(":env").env()).containsExactlyInAnyOrder("A=2=3", "B=", "PATH=/p");
    assertThat(process(":text").args()).containsExactly("sh");
    assertThat(process(":text").cwd()).isEqualTo("/");
    assertThat(process(":empty").args()).containsExactly("a", "b");
  }

  @Test
  void theUserIsFoundThroughLinksWithinTheImage() throws IOException {
    layout.layer(
        new TarBytes()
            .link("etc", "usr/../usr/etc")
            .link("usr/etc/passwd", "../../../../../run/passwd")
            .file("run/passwd", "odd\n5:x:77:78:::\napp:x:1000:1001::/:/bin/sh\n")
            .link("usr/etc/group", "/nix/group")
            .file("nix/group", "wheel:x:10:app\n"));

    assertThat(user("app")).isEqualTo(new UserIds(1000, 1001, List.of(10L)));
    assertThat(user("app:wheel")).isEqualTo(new UserIds(1000, 10, List.of()));
    assertThat(user(":wheel")).isEqualTo(new UserIds(0, 10, List.of()));
  }

  @Test
  void aNumberIsNeverAName() throws IOException {
    layout.layer(
        new TarBytes()
            .file("etc/passwd", "5:x:77:78:::\nroot:x:0:0:::\nsix:x:6:60:::\n")
            .file("etc/group", "7:x:70:\nwheel:x:10:root,six\nown:x:60:six\n"));

    assertThat(user("5")).isEqualTo(new UserIds(5, 0, List.of()));
    assertThat(user("77:7")).isEqualTo(new UserIds(77, 7, List.of()));
    assertThat(user("6")).isEqualTo(new UserIds(6, 60, List.of(10L, 60L)));
    assertThat(user("")).isEqualTo(new UserIds(0, 0, List.of(10L)));
    assertThat(user("0:0")).isEqualTo(new UserIds(0, 0, List.of()));
  }

  private UserIds user(String said) throws IOException {
    layout.image("user" + said.replace(':', '-'), "'User':'" + said + "'");
    try (Image image = image(":user" + said.replace(':', '-'))) {
      return image.defaults().user();
    }
  }

  @Test
  void aNameFromARegistryIsAnsweredWithTheWayToGetIt() {
    assertThat(missing("ubuntu"))
        .endsWith(
            "skopeo copy docker://docker.io/library/ubuntu:latest oci:ubuntu:latest,"
                + " then use ubuntu:latest");
    assertThat(missing("quay.io:443/a/b:1")).contains("docker://quay.io:443/a/b:1 oci:b:1");
    assertThat(missing("me/tool@sha256:12")).contains("docker://docker.io/me/tool@sha256:12 ");
  }

  private static String missing(String text) {
    return catchThrowableOfType(ImageException.class, () -> LayoutReference.parse(text))
        .getMessage();
  }

  @Test
  void aLayoutMayHaveColonsInItsName() throws IOException {
    Path odd = Files.createDirectories(temp.resolve("a:b@c"));

    assertThat(LayoutReference.parse(odd + ":d:1")).isEqualTo(new LayoutReference(odd, "d:1"));
    assertThat(LayoutReference.parse(odd.toString())).isEqualTo(new LayoutReference(odd, null));
    assertThat(LayoutReference.parse(odd + "/")).isEqualTo(new LayoutReference(odd, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--format=gnu",
        "--format=pax --sparse-version=0.0",
        "--format=pax --sparse-version=0.1",
        "--format=pax --sparse-version=1.0"
      })
  void sparseFilesStaySparse(String format) throws Exception {
    Path script = temp.resolve("script");
    Files.writeString(
        script,
        """
        set -e
        mkdir s
        truncate -s 8G s/f
        for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29; do
          echo "piece $i" | dd of=s/f bs=1M seek=$((i * 137)) conv=notrunc status=none
        done
        echo after > s/g
        truncate -s 3M s/only-a-hole
        tar -S %s -cf sparse.tar -C s .
        """
            .formatted(format));
    Process tar = new ProcessBuilder("sh", "script").directory(temp.toFile()).inheritIO().start();
    assertThat(tar.waitFor()).isZero();
    byte[] archive = Files.readAllBytes(temp.resolve("sparse.tar"));
    assertThat(archive.length).isLessThan((int) MIB);
    layout.layer(TAR, archive, sha256(archive)).image("x", "");

    try (Image image = image("")) {
      Ext4View.assertSound(image.path());
      assertThat(Ext4View.cat(image.path(), "/g")).isEqualTo("after\n");
      assertThat(Ext4View.debugfs(image.path(), "stat /f")).contains("Size: 8589934592");
      assertThat(Ext4View.debugfs(image.path(), "stat /only-a-hole")).contains("Size: 3145728");
      assertThat(FileUse.allocatedBytes(image.path())).isLessThan(2 * MIB);
      try (Ext4Reader reader = Ext4Reader.open(image.path())) {
        byte[] start = reader.read("/f", Math.toIntExact(500L * MIB)).orElseThrow();
        for (int i = 1; i <= 3; i++) {
          assertThat(new String(start, Math.toIntExact(i * 137L * MIB), 9, UTF_8))
              .isEqualTo("piece " + i + "\n\0");
        }
      }
    }
  }

  @Test
  void aSparseFileWithoutSenseIsRefused() throws IOException {
    for (String map : List.of("5,1,3,1", "0,100", "0", "x,1", "9,2")) {
      makeLayout();
      layout.layer(
          new TarBytes().pax("GNU.sparse.size", "10").pax("GNU.sparse.map", map).file("f", "x"));
      layout.image("x", "");
      assertThat(refused("")).hasMessageContaining("sparse file without sense");
    }
  }

  @Test
  void anyNameTargetAndDeviceOfALayerIsKept() throws IOException {
    layout.layer(
        new TarBytes()
            .file("d/Icon\r", "icon")
            .file("new\nline", "n")
            .file("quo\"te", "q")
            .link("d/target", "Icon\r")
            .device("disk", 8, 70000));
    layout.image("x", "");

    try (Image image = image("")) {
      Ext4View.assertSound(image.path());
      try (Ext4Reader reader = Ext4Reader.open(image.path())) {
        for (String path : List.of("d/Icon\r", "d/target")) {
          assertThat(reader.read(path, 100).orElseThrow()).asString(UTF_8).isEqualTo("icon");
        }
        assertThat(reader.read("new\nline", 100)).isPresent();
        assertThat(reader.read("quo\"te", 100)).isPresent();
      }
      assertThat(Ext4View.debugfs(image.path(), "stat /disk")).contains("08:70000");
    }
    makeLayout();
    layout.layer(new TarBytes().device("disk", 5000, 1)).image("x", "");
    assertThat(refused(""))
        .hasMessageContaining("disk: is a device with the invalid number 5000:1");
  }
}
