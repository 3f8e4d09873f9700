package io.vmfactory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BaseVmsInStatusTest {
  @Test
  void theyAreListedBesideTheLeasedOnes() throws IOException {
    JsonValue status =
        JsonValue.parse(
            """
            {"on": true,
             "baseVms": [{"id": "0123456789abcdef0123456789abcdef", "pid": 4711, "vcpus": 2,
                          "memoryMib": 512, "route": "SHELL",
                          "createdAt": "2026-01-01T11:59:00Z"}]}
            """);
    List<String> lines = StatusView.lines(status, Cli.NOW);
    int title = lines.indexOf("base VMs, which were given away");
    assertThat(lines.get(title + 2)).contains("0123456789ab", "4711", "SHELL", "512 MiB", "60s");
    assertThat(StatusView.lines(JsonValue.parse("{}"), Cli.NOW))
        .noneMatch(line -> line.contains("base VMs"));
  }
}
