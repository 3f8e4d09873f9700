package io.vmfactory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.cli.engines.EngineFile;
import io.vmfactory.vmm.Capability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineCapabilitiesTest {
  @TempDir Path root;

  private List<Capability> engines() {
    return EngineCapabilities.of(
        EngineFile.all(root, Path.of("/bin/vmfactory-oci")), Map.of("PATH", root + "/bin"));
  }

  private Capability docker() {
    return engines().stream().filter(it -> it.name().equals("docker")).findFirst().orElseThrow();
  }

  @Test
  void eachEngineIsListed() {
    assertThat(engines())
        .extracting(Capability::name)
        .containsExactly("podman", "containerd", "docker");
    assertThat(engines()).extracting(Capability::why).containsOnly("is not installed");
  }

  @Test
  void anEngineThatIsInstalledIsWiredOrNot() throws IOException {
    Path program = Files.createDirectories(root.resolve("bin")).resolve("dockerd");
    Files.writeString(program, "").toFile().setExecutable(true);
    assertThat(docker().usable()).isFalse();
    assertThat(docker().why()).contains("vmfactory install engines --write docker");

    EngineFile.all(root, Path.of("/bin/vmfactory-oci")).get(2).wire();
    assertThat(docker().usable()).isTrue();
    assertThat(docker().why()).contains("daemon.json");
  }

  @Test
  void aFileThatCannotBeUnderstoodIsNamed() throws IOException {
    Files.createDirectories(root.resolve("etc/docker"));
    Files.writeString(root.resolve("etc/docker/daemon.json"), "{");
    assertThat(docker().usable()).isFalse();
    assertThat(docker().why()).contains("daemon.json", "not JSON");
  }
}
