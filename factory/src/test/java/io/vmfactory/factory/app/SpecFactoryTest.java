package io.vmfactory.factory.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.guest.GuestImage;
import io.vmfactory.vmm.fake.FakeHypervisor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SpecFactoryTest {
  @Test
  void theKernelIsStartedAsTheGuestRecommendsWithTheUsersParametersLast(@TempDir Path root)
      throws IOException {
    VmFactoryConfig config = TestFactory.config(root, 1);
    List<String> parameters =
        SpecFactory.of(config.qemu(), new FakeHypervisor().info()).kernel().parameters();
    Path readme = Path.of(System.getProperty("vmfactory.top"), "guest", "README.md");
    assertThat(Files.readAllLines(readme).stream().map(String::strip))
        .contains(String.join(" ", GuestImage.KERNEL_PARAMETERS));
    assertThat(parameters).startsWith("console=ttyS0").endsWith("extra=1");
  }
}
