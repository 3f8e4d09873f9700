package io.vmfactory.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.ConfigLoader;
import io.vmfactory.configs.Surroundings;
import io.vmfactory.configs.VmFactoryConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoDaemonTest {
  private static final Surroundings NONE = new Surroundings(Map.of("HOME", "/nonexistent"), false);

  @TempDir Path dir;

  private Map<String, String> launcher(String script) throws IOException {
    Path file = Files.writeString(dir.resolve("launcher"), "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return Map.of("VMFACTORY_LAUNCHER", file.toString());
  }

  private static VmFactoryConfig config() {
    return new ConfigLoader(NONE).load(null).config();
  }

  @Test
  void startsTheDaemonInADirectoryOfItsOwnAndRemovesAll() throws IOException {
    Path seen = dir.resolve("seen");
    Map<String, String> launcher =
        launcher(
            "echo \"$$ $*\" >%s; echo vmfactory ready on x; trap 'exit 0' TERM; read x"
                .formatted(seen));

    Path home;
    try (DemoDaemon daemon = DemoDaemon.start(config(), launcher)) {
      daemon.awaitReady();
      home = daemon.dir();
      VmFactoryConfig own = new ConfigLoader(NONE).load(home.resolve("vmfactory.toml")).config();
      assertThat(own.daemon().stateDir()).startsWithRaw(home);
      assertThat(own.factory().templatePath()).startsWithRaw(home);
      assertThat(daemon.socket()).startsWithRaw(home);
      assertThat(daemon.isClosing()).isFalse();
    }

    String[] words = Files.readString(seen).strip().split(" ");
    String file = home.resolve("vmfactory.toml").toString();
    String pid = Long.toString(ProcessHandle.current().pid());
    assertThat(words).endsWith("serve", "--config", file, "--end-with", pid);
    assertThat(ProcessHandle.of(Long.parseLong(words[0]))).isEmpty();
    assertThat(home).doesNotExist();
  }

  @Test
  void aDaemonThatEndsAtOnceIsReportedWithItsLastOutput() throws IOException {
    Map<String, String> launcher = launcher("echo no kernel here >&2; exit 1");

    try (DemoDaemon daemon = DemoDaemon.start(config(), launcher)) {
      assertThatThrownBy(daemon::awaitReady)
          .isInstanceOf(CliException.class)
          .hasMessage("the daemon did not start:\nno kernel here");
    }
  }

  @Test
  void theSecondCloseWaitsUntilAllIsRemoved() throws Exception {
    Path go = dir.resolve("go");
    Map<String, String> launcher =
        launcher(
            "trap 'until [ -e %s ]; do sleep 0.02; done; exit 0' TERM; echo ready; read x"
                .formatted(go));
    DemoDaemon daemon = DemoDaemon.start(config(), launcher);
    daemon.awaitReady();
    Thread first = new Thread(daemon::close);
    first.start();
    while (!daemon.isClosing()) {
      Thread.onSpinWait();
    }
    AtomicBoolean removed = new AtomicBoolean();
    Thread second =
        new Thread(
            () -> {
              daemon.close();
              removed.set(!Files.exists(daemon.dir()));
            });
    second.start();
    while (second.getState() == Thread.State.RUNNABLE) {
      Thread.onSpinWait();
    }

    Files.createFile(go);
    second.join();
    first.join();

    assertThat(removed).isTrue();
  }
}
