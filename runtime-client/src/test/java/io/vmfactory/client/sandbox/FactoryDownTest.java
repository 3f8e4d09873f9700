package io.vmfactory.client.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vmfactory.client.EventLoops;
import io.vmfactory.client.FactoryException;
import io.vmfactory.client.machine.Machines;
import io.vmfactory.client.sandbox.state.SandboxStore;
import io.vmfactory.configs.QemuConfig;
import io.vmfactory.configs.RuntimeConfig;
import io.vmfactory.configs.RuntimeConfig.OnFactoryDown;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.vmm.VmmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests a sandbox while the daemon is down and QEMU is not installed. */
final class FactoryDownTest {
  @TempDir Path dir;

  private ThrowingCallable start(boolean template, OnFactoryDown onFactoryDown) {
    RuntimeConfig config =
        new RuntimeConfig(
            template,
            onFactoryDown,
            dir.resolve("none.sock"),
            dir.resolve("sandboxes"),
            dir.resolve("images"),
            1 << 20,
            1 << 24);
    return () -> {
      Vertx vertx = Vertx.vertx();
      Machines machines = new Machines(config, qemu(), vertx);
      SandboxStore store = new SandboxStore(config.sandboxDir());
      try (SandboxRuntime runtime =
          LocalRuntime.over(store, machines, () -> EventLoops.close(vertx))) {
        Sandbox sandbox = runtime.create(SandboxSpec.defaults().withId("s"), soon());
        try {
          sandbox.start(soon());
        } finally {
          assertThat(sandbox.status(soon()).state()).isEqualTo(SandboxStatus.State.CREATED);
          assertThat(sandbox.status(soon()).vm()).isNull();
          nothingIn(config.sandboxDir().resolve(".vm"));
          nothingIn(config.imageDir().resolve(".overlays"));
        }
      }
    };
  }

  private QemuConfig qemu() {
    QemuConfig.Size size = new QemuConfig.Size(1, 256);
    return new QemuConfig(
        dir.resolve("no-qemu"),
        dir.resolve("kernel"),
        dir.resolve("initrd"),
        size,
        size,
        0,
        new QemuConfig.Machine("q35", "", ""),
        "tcg",
        List.of(),
        new QemuConfig.Devices(1, 0, 0, 0, 1 << 30),
        QemuConfig.Isolation.none(),
        QemuConfig.DriveLimits.NONE);
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  private static void nothingIn(Path folder) throws IOException {
    if (Files.exists(folder)) {
      assertThat(folder).isEmptyDirectory();
    }
  }

  @Test
  void failSaysThatNoFactoryIsThere() {
    assertThatThrownBy(start(true, OnFactoryDown.FAIL))
        .isInstanceOfSatisfying(
            FactoryException.class,
            e -> assertThat(e.code()).isEqualTo(FactoryException.Code.NOT_RUNNING));
  }

  @Test
  void directGoesOnToBoot() {
    assertThatThrownBy(start(true, OnFactoryDown.DIRECT))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("no-qemu");
  }

  @Test
  void withoutTemplateNoFactoryIsLookedFor() {
    assertThatThrownBy(start(false, OnFactoryDown.FAIL))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("no-qemu");
  }
}
