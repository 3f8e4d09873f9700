package io.vmfactory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InstallEnginesTest {
  private static final String CRI =
      """
      # ours
      version = 2

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
        runtime_type = "io.containerd.runc.v2"
      """;

  @TempDir Path root;

  private Cli engines(String... words) {
    String[] all = new String[words.length + 4];
    all[0] = "install";
    all[1] = "engines";
    all[2] = "--root";
    all[3] = root.toString();
    System.arraycopy(words, 0, all, 4, words.length);
    return Cli.run((Object[]) all);
  }

  private Path file(String engine) {
    return root.resolve(
        switch (engine) {
          case "podman" -> "etc/containers/containers.conf.d/vmfactory.conf";
          case "containerd" -> "etc/containerd/config.toml";
          default -> "etc/docker/daemon.json";
        });
  }

  private Path write(String engine, String text) throws IOException {
    Files.createDirectories(file(engine).getParent());
    return Files.writeString(file(engine), text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"podman", "containerd", "docker"})
  void isWrittenOnceAndTakenOutAgain(String engine) throws IOException {
    assertThat(engines(engine).out()).contains("vmfactory");
    assertThat(file(engine)).doesNotExist();
    assertThat(engines("--write", engine).out()).contains("changed; next: ");
    assertThat(file(engine)).content().contains("vmfactory");
    assertThat(engines().out()).containsPattern(engine + " +wired ");
    assertThat(engines("--write", engine).out()).contains("unchanged");
    assertThat(engines("--remove", engine).exit()).isZero();
    assertThat(file(engine)).doesNotExist();
  }

  @Test
  void whatElseDockersFileHasStays() throws IOException {
    String before = "{\"log-driver\": \"local\", \"runtimes\": {\"x\": {\"path\": \"/x\"}}}";
    Path file = write("docker", before);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    engines("--write", "docker");
    assertThat(file)
        .content()
        .contains("\"log-driver\": \"local\"", "\"path\": \"/x\"", "vmfactory-oci\"");
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
    assertThat(file.resolveSibling("daemon.json.before-vmfactory")).hasContent(before);
    engines("--remove", "docker");
    assertThat(file).content().contains("/x").doesNotContain("vmfactory");
  }

  @Test
  void containerdsFileGetsATableAtItsEnd() throws IOException {
    Path file = write("containerd", CRI);
    engines("--write", "containerd");
    assertThat(file).content().startsWith(CRI).contains("io.containerd.vmfactory.v2");
    engines("--remove", "containerd");
    assertThat(file).hasContent(CRI);
  }

  @Test
  void containerdKeepsItsDefaultRuntime() throws IOException {
    String runc = "runtimes.runc]";
    Path file = write("containerd", "version = 2\nroot = \"/x\"\n");
    engines("--write", "containerd");
    assertThat(file).content().contains(runc);
    engines("--remove", "containerd");
    assertThat(file).hasContent("version = 2\nroot = \"/x\"\n");
    String other =
        "[plugins.\"io.containerd.grpc.v1.cri\".containerd]\ndefault_runtime_name = \"x\"\n";
    write("containerd", "version = 2\n" + other);
    engines("--write", "containerd");
    assertThat(file).content().doesNotContain(runc).contains("runtimes.vmfactory]");
  }

  @Test
  void aLinkStaysALink() throws IOException {
    Path real = Files.writeString(root.resolve("real.json"), "{}");
    Files.createDirectories(file("docker").getParent());
    Files.createSymbolicLink(file("docker"), real);
    engines("--write", "docker");
    assertThat(file("docker")).isSymbolicLink();
    assertThat(real).content().contains("vmfactory");
  }

  @ParameterizedTest
  @CsvSource({
    "docker, '[]', an object",
    "docker, '{', not JSON",
    "docker, '{}{\"a\":1}', not JSON",
    "docker, '{\"runtimes\": 3}', an object",
    "containerd, 'version = ', line 1",
    "containerd, 'root = \"/x\"', version 1",
  })
  void aFileThatCannotBeUnderstoodStaysAsItIs(String engine, String text, String why)
      throws IOException {
    Path file = write(engine, text);
    Cli result = engines("--write", engine);
    assertThat(result.exit()).isEqualTo(Exit.FAILURE.code());
    assertThat(result.err()).contains(file.toString(), why, "vmfactory install engines " + engine);
    assertThat(file).hasContent(text);
  }

  @Test
  void kubernetesHasNoFileHere() {
    assertThat(engines("kubernetes").out()).contains("kind: RuntimeClass", "handler: vmfactory");
    Cli written = engines("--write", "kubernetes");
    assertThat(written.exit()).isEqualTo(Exit.USAGE.code());
    assertThat(written.err()).contains("kubectl apply");
    assertThat(engines("nonsense").err()).contains("podman, containerd, docker");
    assertThat(engines("--write", "--remove").exit()).isEqualTo(Exit.USAGE.code());
  }
}
