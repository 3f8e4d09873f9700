package io.vmfactory.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vmfactory.linux.DamagedDocuments;
import io.vmfactory.scripted.vmm.Script.Step;
import io.vmfactory.template.TemplateException.Reason;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.HypervisorInfo;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests that a template is refused with the reason, and never started, whatever was done to it or
 * its host.
 */
class CorruptionTest {
  @TempDir Path dir;
  private TemplateFixture fixture;
  private TemplateKey key;

  @BeforeEach
  void build() throws IOException {
    fixture = new TemplateFixture(dir);
    key = fixture.built();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private interface Damage {
    void doTo(TemplateFixture fixture, TemplateFiles files) throws IOException;
  }

  private record Case(String what, String reported, boolean listed, Damage damage) {}

  /** Damage that is seen only if every byte is read. */
  private static Arguments hidden(String what, String reported, Damage damage) {
    return Arguments.argumentSet(what, new Case(what, reported, false, damage));
  }

  /** Damage that is already seen in the list. */
  private static Arguments plain(String what, String reported, Damage damage) {
    return Arguments.argumentSet(what, new Case(what, reported, true, damage));
  }

  @Test
  void aManifestWithOneFaultAnywhereIsRefused() throws IOException {
    ManifestCodec codec = new ManifestCodec(StoreSecret.at(fixture.secret));
    byte[] good = Files.readAllBytes(fixture.files(key).manifest());
    assertThat(codec.decode(good).key()).isEqualTo(key.hex());
    for (byte[] damaged : DamagedDocuments.of(good)) {
      assertThatThrownBy(() -> codec.decode(damaged))
          .as(new String(damaged, StandardCharsets.UTF_8))
          .isInstanceOfSatisfying(
              TemplateException.class, e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED));
    }
  }

  static Stream<Arguments> damages() {
    return Stream.of(damagedFiles(), damagedManifests(), plantedFiles(), otherHosts())
        .flatMap(cases -> cases);
  }

  private static Stream<Arguments> damagedFiles() {
    return Stream.of(
        plain("memory truncated", "memory altered: it has", (r, f) -> resize(f.memory(), -4096)),
        plain("memory extended", "memory altered: it has", (r, f) -> resize(f.memory(), 4096)),
        plain("memory gone", "memory unreadable", (r, f) -> Files.delete(f.memory())),
        hidden(
            "memory's data",
            "memory altered",
            (r, f) -> flip(f.memory(), TemplateFixture.DATA_PAGE + 9)),
        hidden(
            "memory's hole",
            "memory altered",
            (r, f) -> flip(f.memory(), TemplateFixture.HOLE + 5)),
        hidden("memory's last byte", "memory altered", (r, f) -> flip(f.memory(), -1)),
        hidden("memory emptied", "memory altered", (r, f) -> empty(f.memory())),
        hidden("state flipped", "state altered", (r, f) -> flip(f.state(), 3)),
        plain("state truncated", "state altered: it has", (r, f) -> resize(f.state(), -1)),
        plain("state gone", "state unreadable", (r, f) -> Files.delete(f.state())));
  }

  private static Stream<Arguments> damagedManifests() {
    return Stream.of(
        plain("manifest gone", "manifest unreadable", (r, f) -> Files.delete(f.manifest())),
        plain("manifest truncated", "manifest unreadable", (r, f) -> resize(f.manifest(), -40)),
        plain("manifest emptied", "manifest unreadable", (r, f) -> edit(f, s -> "")),
        plain("manifest huge", "too large", (r, f) -> resize(f.manifest(), 2 << 20)),
        plain("manifest garbage", "manifest unreadable", (r, f) -> edit(f, s -> "\0\0\0")),
        plain("manifest a list", "manifest unreadable", (r, f) -> edit(f, s -> "[1]")),
        plain(
            "a field missing",
            "manifest unreadable",
            (r, f) -> edit(f, s -> s.replaceFirst("\"hostCpu\" : \"[^\"]*\",", ""))),
        plain(
            "a field too many",
            "manifest unreadable",
            (r, f) -> edit(f, s -> s.replaceFirst("\"hostCpu\"", "\"colour\":1,\"hostCpu\""))),
        plain(
            "format version",
            "format version 99, this program reads %d; build the template again"
                .formatted(Fingerprint.FORMAT),
            (r, f) -> edit(f, s -> s.replaceFirst("\"format\" : \\d+", "\"format\" : 99"))),
        plain(
            "digest of memory edited",
            "does not match its seal",
            (r, f) -> edit(f, s -> digit(s, "\"dataBytes\" : 8192,\\s*\"sha256\" : \""))),
        plain(
            "seal edited",
            "does not match its seal",
            (r, f) -> edit(f, s -> digit(s, "\"seal\" : \""))),
        plain(
            "sealed by another host",
            "sealed by another host; build the template again on this one",
            (r, f) -> reseal(r, f, StoreSecret.at(r.secret.resolveSibling("other")))),
        plain(
            "a host's name on another host's seal",
            "does not match its seal",
            (r, f) ->
                edit(
                    f,
                    s ->
                        resealed(r, s, StoreSecret.at(r.secret.resolveSibling("other")))
                            .replaceFirst(
                                "\"secret\" : \"[^\"]*\"",
                                "\"secret\" : \"" + StoreSecret.at(r.secret).id() + "\""))),
        plain(
            "no seal, as before there were seals",
            "not sealed, an earlier version made it; build the template again",
            (r, f) -> edit(f, s -> s.replaceFirst("\"seal\"", "\"sha256\""))),
        plain(
            "version of the VMM edited",
            "does not match its seal",
            (r, f) -> edit(f, s -> s.replace("7.2.22", "7.2.23"))),
        plain(
            "key and fingerprint apart, digest made to fit",
            "its key is not the digest of its fingerprint",
            CorruptionTest::forge),
        plain("another's name", "the manifest is that of template", CorruptionTest::rename));
  }

  /** What another user can have put in a file's place. Reading a pipe would never end. */
  private static Stream<Arguments> plantedFiles() {
    return Stream.of("manifest", "memory", "state").flatMap(CorruptionTest::planted);
  }

  private static Stream<Arguments> planted(String what) {
    Function<TemplateFiles, Path> file =
        files -> files.directory().resolve(what.equals("manifest") ? "manifest.json" : what);
    String unreadable = what + " unreadable: ";
    return Stream.of(
        plain(
            what + " a pipe",
            unreadable,
            (r, f) -> {
              Files.delete(file.apply(f));
              makePipe(file.apply(f));
            }),
        plain(what + " a link", "is a link", (r, f) -> link(file.apply(f), move(r, file.apply(f)))),
        plain(
            what + " a link to what never ends",
            "is a link",
            (r, f) -> {
              Files.delete(file.apply(f));
              link(file.apply(f), Path.of("/dev/zero"));
            }),
        plain(
            what + " a folder",
            "is not a regular file; remove it",
            (r, f) -> {
              Files.delete(file.apply(f));
              Files.createDirectory(file.apply(f));
            }),
        plain(
            what + " writable by others",
            "chmod go-w '",
            (r, f) ->
                Files.setPosixFilePermissions(
                    file.apply(f), PosixFilePermissions.fromString("rw-rw-r--"))),
        plain(
            what + " another user's",
            "check it, then: chown root: '",
            (r, f) -> Files.setAttribute(file.apply(f), "unix:uid", 12345)));
  }

  private static void makePipe(Path file) throws IOException {
    Process made = new ProcessBuilder("mkfifo", file.toString()).start();
    assertThat(made.onExit().join().exitValue()).isZero();
  }

  private static Path move(TemplateFixture fixture, Path file) throws IOException {
    return Files.move(file, fixture.secret.resolveSibling("moved-" + file.getFileName()));
  }

  private static void link(Path link, Path target) throws IOException {
    Files.createSymbolicLink(link, target);
  }

  private static Stream<Arguments> otherHosts() {
    return Stream.of(
        plain(
            "other VMM version",
            "VMM version differs",
            (r, f) -> r.info = host(r, "8", "Some CPU")),
        plain("other CPU", "host CPU differs", (r, f) -> r.info = host(r, "7.2.22", "Other")),
        plain(
            "other accelerator",
            "accelerator differs: made with tcg, this host has kvm",
            (r, f) ->
                r.info = new HypervisorInfo(r.program, "7.2.22", Accelerator.KVM, "", "Some CPU")),
        plain("other build", "another build of", (r, f) -> Files.writeString(r.program, "mmv")),
        plain("kernel", "kernel has changed since", (r, f) -> Files.writeString(r.kernel, "k2")),
        plain("initrd", "initrd has changed since", (r, f) -> Files.writeString(r.initrd, "i2")),
        plain("kernel gone", "there is no kernel", (r, f) -> Files.delete(r.kernel)));
  }

  @ParameterizedTest
  @MethodSource("damages")
  void isRefusedWithTheReasonAndNeverStarted(Case damaged) throws IOException {
    damaged.damage().doTo(fixture, fixture.files(key));
    StoredTemplates templates = fixture.open();
    TemplateKey asNamed = templates.list().get(0).key();
    if (damaged.listed()) {
      assertThat(templates.list()).singleElement().matches(info -> !info.usable());
      assertThat(templates.list().get(0).refused()).contains(damaged.reported());
    }
    var thrown =
        catchThrowableOfType(TemplateException.class, () -> fixture.restore(templates, asNamed));
    assertThat(thrown.reason()).isEqualTo(Reason.REFUSED);
    assertThat(thrown)
        .hasMessageContaining(asNamed.shortened())
        .hasMessageContaining(damaged.reported());
    assertThat(templates.list().get(0).loaded()).isFalse();
    assertThat(fixture.fake.script().done()).doesNotContain(Step.PREPARE);
    assertThat(TemplateFixture.memoryFiles()).isZero();
  }

  /** A bad template is refused by its name; the others work, and so does a daemon that starts. */
  @ParameterizedTest
  @ValueSource(strings = {"pipe", "link", "writable", "file"})
  void aBadFolderOfATemplateHarmsNoOther(String kind) throws IOException {
    TemplateKey bad = new TemplateKey("e".repeat(64));
    Path folder = fixture.files(bad).directory();
    switch (kind) {
      case "pipe" -> makePipe(folder);
      case "link" -> link(folder, fixture.files(key).directory());
      case "file" -> Files.writeString(folder, "");
      default -> {
        Files.createDirectory(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
      }
    }
    StoredTemplates templates = fixture.open();
    assertThat(templates.list())
        .filteredOn(TemplateInfo::usable)
        .extracting("key")
        .containsExactly(key);
    assertThat(templates.list())
        .filteredOn(info -> !info.usable())
        .singleElement()
        .matches(info -> info.key().equals(bad) && info.refused().contains(bad.hex()));
    fixture.restore(templates, key).kill();
    templates.delete(bad);
    assertThat(templates.list()).extracting("key").containsExactly(key);
    fixture.restore(templates, key).kill();
  }

  @Test
  void whatCannotBeSweptHarmsNoTemplate() throws IOException {
    makePipe(fixture.store.resolve(BuildWorkspace.PREFIX + "a"));
    link(fixture.store.resolve(BuildWorkspace.PREFIX + "b"), fixture.files(key).directory());
    fixture.restore(fixture.open(), key).kill();
    assertThat(fixture.files(key).manifest()).exists();
  }

  @Test
  void aStoreThatOthersMayWriteIsNotOpened() throws IOException {
    Files.setPosixFilePermissions(fixture.store, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> fixture.open())
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("chmod go-w '" + fixture.store + "'");
  }

  @Test
  void aSecretThatIsDamagedOrNotOursAloneIsRefusedWithTheRemedy() throws IOException {
    assertThat(fixture.secret).hasSize(32);
    assertThat(Files.getPosixFilePermissions(fixture.secret))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    Files.setPosixFilePermissions(fixture.secret, PosixFilePermissions.fromString("rw-rw----"));
    assertThatThrownBy(() -> fixture.open()).hasMessageContaining("chmod go-w");
    Files.setPosixFilePermissions(fixture.secret, PosixFilePermissions.fromString("rw-------"));
    Files.write(fixture.secret, new byte[31]);
    assertThatThrownBy(() -> fixture.open()).hasMessageContaining("31 bytes instead of 32; remove");
  }

  @Test
  void aTemplateIsBuiltAgainWhereTheSecretIsNew() throws IOException {
    Files.delete(fixture.secret);
    StoredTemplates templates = fixture.open();
    assertThat(templates.list()).singleElement().matches(info -> !info.usable());
    assertThat(
            templates.build(fixture.spec(), TemplateFixture.SILENT, TemplateFixture.soon()).key())
        .isEqualTo(key);
    fixture.restore(templates, key).kill();
  }

  @Test
  void aRefusedTemplateCanBeDeletedAndBuiltAgain() throws IOException {
    flip(fixture.files(key).state(), 1);
    StoredTemplates templates = fixture.open();
    templates.build(fixture.spec(), TemplateFixture.SILENT, TemplateFixture.soon());
    fixture.restore(templates, key).kill();
    edit(fixture.files(key), s -> "");
    templates.delete(key);
    templates.close();
    fixture.assertNothingLeftBut();
  }

  @Test
  void damageThatWasFoundIsKnownUntilTheFileChanges() throws IOException {
    flip(fixture.files(key).memory(), TemplateFixture.DATA_PAGE + 9);
    StoredTemplates templates = fixture.open();
    assertThat(templates.list().get(0).usable()).isTrue();
    var thrown =
        catchThrowableOfType(TemplateException.class, () -> fixture.restore(templates, key));
    assertThat(thrown.reason()).isEqualTo(Reason.REFUSED);
    assertThat(templates.list().get(0).refused()).contains("memory altered");

    flip(fixture.files(key).memory(), TemplateFixture.DATA_PAGE + 9);
    assertThat(templates.list().get(0).usable()).isTrue();
    fixture.restore(templates, key).kill();
  }

  @Test
  void damageAfterLoadingHarmsNoVm() throws IOException {
    StoredTemplates templates = fixture.open();
    fixture.restore(templates, key);
    flip(fixture.files(key).memory(), TemplateFixture.DATA_PAGE);
    fixture.restore(templates, key);
  }

  private static HypervisorInfo host(TemplateFixture fixture, String version, String cpu) {
    return new HypervisorInfo(fixture.program, version, Accelerator.TCG, "", cpu);
  }

  private static RandomAccessFile open(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return new RandomAccessFile(file.toFile(), "rw");
  }

  private static void resize(Path file, long by) throws IOException {
    try (RandomAccessFile out = open(file)) {
      out.setLength(out.length() + by);
    }
  }

  private static void empty(Path file) throws IOException {
    try (RandomAccessFile out = open(file)) {
      long length = out.length();
      out.setLength(0);
      out.setLength(length);
    }
  }

  private static void flip(Path file, long offset) throws IOException {
    try (RandomAccessFile out = open(file)) {
      long at = offset < 0 ? out.length() + offset : offset;
      out.seek(at);
      int old = out.read();
      out.seek(at);
      out.write(old ^ 0x10);
    }
  }

  private static void edit(TemplateFiles files, UnaryOperator<String> edit) throws IOException {
    String before = Files.readString(files.manifest());
    String after = edit.apply(before);
    assertThat(after).isNotEqualTo(before);
    open(files.manifest()).close();
    Files.writeString(files.manifest(), after);
  }

  /** Changes the hex digit that follows {@code before}. */
  private static String digit(String json, String before) {
    var matcher = java.util.regex.Pattern.compile(before).matcher(json);
    assertThat(matcher.find()).isTrue();
    char old = json.charAt(matcher.end());
    return json.substring(0, matcher.end())
        + (old == '0' ? '1' : '0')
        + json.substring(matcher.end() + 1);
  }

  private static void forge(TemplateFixture fixture, TemplateFiles files) throws IOException {
    ManifestCodec codec = new ManifestCodec(StoreSecret.at(fixture.secret));
    Manifest true_ = codec.decode(Files.readAllBytes(files.manifest()));
    Manifest forged =
        new Manifest(
            "f".repeat(64),
            true_.fingerprint(),
            true_.spec(),
            true_.created(),
            true_.memory(),
            true_.state(),
            true_.quiesce(),
            true_.steps(),
            true_.snapshot());
    String json = new String(codec.encode(forged), StandardCharsets.UTF_8);
    edit(files, s -> json);
  }

  private static void reseal(TemplateFixture fixture, TemplateFiles files, StoreSecret by)
      throws IOException {
    edit(files, s -> resealed(fixture, s, by));
  }

  private static String resealed(TemplateFixture fixture, String json, StoreSecret by) {
    try {
      byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
      Manifest same = new ManifestCodec(StoreSecret.at(fixture.secret)).decode(bytes);
      return new String(new ManifestCodec(by).encode(same), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void rename(TemplateFixture fixture, TemplateFiles files) throws IOException {
    Files.move(files.directory(), fixture.store.resolve("e".repeat(64)));
  }
}
