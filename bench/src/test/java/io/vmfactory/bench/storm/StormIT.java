package io.vmfactory.bench.storm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A short storm: each of the daemon's fates once. {@code ./dev test storm} has long ones. */
@Tag("qemu")
class StormIT {
  private static final int CYCLES = 3;
  private static final long SEED = 4;

  @Test
  @Timeout(value = 15, unit = TimeUnit.MINUTES)
  void nothingIsLostLeakedOrLeasedTwice() throws Exception {
    var options = new Storm.Options(CYCLES, SEED, 3, 4);
    assertThat(Storm.run(daemon(), options, System.out::println).complaints()).isEmpty();
  }

  /** The command, on the classes of this build. */
  private static List<String> daemon() {
    return List.of(
        "/usr/bin/env",
        "VMFACTORY_HOME=" + Path.of(System.getProperty("vmfactory.top"), "dist"),
        Path.of(System.getProperty("java.home"), "bin/java").toString(),
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Dslf4j.provider=ch.qos.logback.classic.spi.LogbackServiceProvider",
        "-cp",
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
        "io.vmfactory.cli.VmFactoryMain");
  }
}
