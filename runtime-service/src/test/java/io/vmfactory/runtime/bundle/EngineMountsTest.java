package io.vmfactory.runtime.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.configs.host.OwnUser;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestFile;
import io.vmfactory.guest.oci.OciMount;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.guest.oci.OciSpecException;
import io.vmfactory.images.RootfsImages;
import io.vmfactory.runtime.folders.FileCopy;
import io.vmfactory.runtime.folders.FolderCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineMountsTest {
  @TempDir private Path folder;
  private RootfsImages images;

  @BeforeEach
  void open() {
    images = RootfsImages.open(folder.resolve("images"), 1 << 30, 64 << 20);
  }

  private static OciSpec with(OciMount... mounts) {
    OciSpec spec = OciSpec.standard();
    for (OciMount mount : mounts) {
      spec = spec.withMount(mount);
    }
    return spec;
  }

  private EngineMounts converted(OciSpec spec) {
    Deadline deadline = Deadline.after(Duration.ofMinutes(1));
    return EngineMounts.of("c1", spec, images, deadline);
  }

  private static OciMount bind(Path source, String destination, String... options) {
    return new OciMount(destination, "bind", source.toString(), List.of(options));
  }

  @Test
  void aFileIsCopied() throws IOException {
    Path hosts = Files.writeString(folder.resolve("hosts"), "127.0.0.1 me\n");
    OciSpec spec = with(bind(hosts, "/etc/hosts", "bind", "rprivate"));
    EngineMounts mounts = converted(spec);
    assertThat(mounts.files()).hasSize(1);
    assertThat(new String(mounts.files().get(0).content(), UTF_8)).isEqualTo("127.0.0.1 me\n");
    String copy = mounts.files().get(0).path();
    assertThat(copy).startsWith("/run/engine-files/c1/");
    assertThat(mounts.applyTo(spec).mounts())
        .contains(new OciMount("/etc/hosts", "bind", copy, List.of("bind", "rprivate")))
        .noneMatch(it -> it.source().equals(hosts.toString()));
  }

  @Test
  void theCopyOfResolvConfIsKnown() throws IOException {
    Path file = Files.writeString(folder.resolve("resolv.conf"), "nameserver 10.0.0.1\n");
    EngineMounts mounts = converted(with(bind(file, "/etc/resolv.conf", "bind")));
    FileCopy copy = new FileCopy(file.toString(), mounts.files().get(0).path());
    assertThat(mounts.resolver()).isEqualTo(copy);
    Files.writeString(file, "nameserver 127.0.0.11\n"); // Docker does so later
    assertThat(new String(copy.read().content(), UTF_8)).isEqualTo("nameserver 127.0.0.11\n");
    assertThat(converted(with(bind(file, "/etc/hosts", "bind"))).resolver()).isNull();
    Files.write(file, new byte[(1 << 20) + 1]);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(copy::read)
        .withMessageContaining("at most 1 MiB");
  }

  @Test
  void sharedMemoryIsTheGuestsAndAsLargeAsTheEnginesOwn() throws Exception {
    assumeTrue(OwnUser.isRoot(), "only root can mount");
    command("mount", "-t", "tmpfs", "-o", "size=10m", "shm", folder.toString());
    try {
      EngineMounts mounts = converted(with(bind(folder, "/dev/shm", "bind", "rprivate", "nosuid")));
      assertThat(mounts.binds())
          .containsExactly(
              new OciMount(
                  "/dev/shm", "tmpfs", "shm", List.of("nosuid", "mode=1777", "size=10240k")));
    } finally {
      command("umount", folder.toString());
    }
  }

  private static void command(String... words) throws Exception {
    assertThat(new ProcessBuilder(words).inheritIO().start().waitFor()).isZero();
  }

  @Test
  void aFolderOnADiskIsNoSharedMemory() throws IOException {
    Path data = Files.createDirectory(folder.resolve("data"));
    assertThat(converted(with(bind(data, "/dev/shm", "bind", "ro"))).folders()).hasSize(1);
    assertThatExceptionOfType(SandboxException.class)
        .isThrownBy(() -> converted(with(bind(data, "/dev/shm", "bind"))))
        .withMessageContaining("mount it read-only (:ro)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nothing", "folder", "link"})
  void aReadOnlyFolderWithoutFilesIsCopied(String content) throws IOException {
    Path data = Files.createDirectory(folder.resolve("data"));
    switch (content) {
      case "folder" -> Files.createDirectory(data.resolve(content));
      case "link" -> Files.createSymbolicLink(data.resolve(content), Path.of("nowhere"));
      default -> assertThat(data).isEmptyDirectory();
    }
    EngineMounts mounts = converted(with(bind(data, "/data", "rbind", "ro")));
    String copy = mounts.folders().get(0).target();
    assertThat(mounts.files())
        .extracting(GuestFile::path)
        .containsExactlyElementsOf(
            content.equals("nothing") ? List.of(copy) : List.of(copy, copy + "/" + content));
    assertThat(mounts.binds())
        .containsExactly(new OciMount("/data", "bind", copy, List.of("rbind", "ro")));
  }

  @Test
  void aSmallReadOnlyFolderIsCopied() throws IOException {
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.writeString(data.resolve("file"), "words");
    Files.createSymbolicLink(data.resolve("alink"), Path.of("file"));
    OciSpec spec = with(bind(data, "/data", "rbind", "ro"));
    EngineMounts mounts = converted(spec);
    assertThat(mounts.trees()).isEmpty();
    FolderCopy copy = mounts.folders().get(0);
    assertThat(copy.source()).isEqualTo(data.toString());
    assertThat(copy.target()).startsWith("/run/engine-files/c1/");
    assertThat(mounts.files())
        .extracting(GuestFile::path)
        .containsExactly(copy.target(), copy.target() + "/file", copy.target() + "/alink");
    assertThat(mounts.applyTo(spec).mounts())
        .contains(new OciMount("/data", "bind", copy.target(), List.of("rbind", "ro")));
  }

  @Test
  void aLargeReadOnlyFolderIsAnImage() throws IOException {
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.write(data.resolve("file"), new byte[(1 << 20) + 1]);
    EngineMounts mounts = converted(with(bind(data, "/data", "rbind", "ro")));
    assertThat(mounts.trees()).hasSize(1);
    assertThat(mounts.trees().get(0).image().path()).isRegularFile();
    mounts.trees().get(0).image().close();
  }

  @Test
  void aFolderToWriteToIsRefused() {
    assertThatExceptionOfType(SandboxException.class)
        .isThrownBy(() -> converted(with(bind(folder, "/data", "rbind"))))
        .withMessageContaining("mount it read-only (:ro)")
        .withMessageContaining(folder.toString());
  }

  @Test
  void whatIsNeitherFileNorFolderIsRefused() {
    assertThatExceptionOfType(SandboxException.class)
        .isThrownBy(() -> converted(with(bind(folder.resolve("none"), "/x", "bind"))))
        .withMessageContaining("is not a file or folder");
  }

  @Test
  void theKernelsFoldersAreTheGuests() {
    OciSpec spec = with(bind(Path.of("/sys/fs/cgroup"), "/c", "rbind"));
    EngineMounts mounts = converted(spec);
    assertThat(mounts.applyTo(spec)).isEqualTo(spec);
  }

  @Test
  void aNamespaceOfTheHostIsRefusedByItsPath() {
    String json =
        """
        {"ociVersion": "1.0.2", "root": {"path": "rootfs"},
         "process": {"args": ["sh"], "cwd": "/"},
         "linux": {"namespaces": [{"type": "network", "path": "/run/netns/x"},
                                  {"type": "ipc", "path": "/proc/1/ns/ipc"}]}}
        """;
    OciSpec spec = OciSpec.parse(json.getBytes(UTF_8));
    assertThatExceptionOfType(OciSpecException.class)
        .isThrownBy(() -> converted(spec).applyTo(spec))
        .withMessageContaining("linux.namespaces[1].path");
  }

  private static OciSpec withNamespaces(String namespaces) {
    String json =
        """
        {"ociVersion": "1.0.2", "root": {"path": "rootfs"},
         "process": {"args": ["sh"], "cwd": "/"}, "linux": {"namespaces": [%s]}}
        """;
    return OciSpec.parse(json.formatted(namespaces).getBytes(UTF_8));
  }

  @Test
  void theNetworkIsThatOfTheNamespaceANewOneOrRefused() {
    OciSpec joins = withNamespaces("{\"type\": \"network\", \"path\": \"/run/netns/x\"}");
    assertThat(EngineBundles.network(joins)).isEqualTo("/run/netns/x");
    assertThat(EngineBundles.network(withNamespaces("{\"type\": \"network\"}"))).isEmpty();
    assertThatExceptionOfType(SandboxException.class)
        .isThrownBy(() -> EngineBundles.network(withNamespaces("{\"type\": \"pid\"}")))
        .withMessageContaining("linux.namespaces");
    OciSpec without = joins.withoutNamespace("network");
    assertThat(without.namespacePath("network")).isEmpty();
    without.checkNoHostPaths();
  }

  @Test
  void aProcessIsReadAlone() {
    assertThat(
            EngineBundles.process(
                    "{\"args\": [\"ls\"], \"cwd\": \"/\", \"terminal\": true}".getBytes(UTF_8))
                .args())
        .containsExactly("ls");
    assertThatExceptionOfType(OciSpecException.class)
        .isThrownBy(() -> EngineBundles.process("{\"args\": 3}".getBytes(UTF_8)))
        .withMessageContaining("process.args");
  }
}
