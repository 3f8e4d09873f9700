package io.vmfactory.bench.floor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StandaloneCommandTest {
  private static final Path MEMORY = Path.of("/state/templates/key/memory");
  private static final Path AGENT = Path.of("/floor/agent.sock");

  @Test
  void theMonitorMovesToStandardInputAndOutput() {
    assertThat(
            byHand(
                "-chardev", "socket,id=qmp,fd=3,server=on,wait=off", "-mon", "chardev=qmp", "-S"))
        .containsExactly("qemu", "-qmp", "stdio", "-S");
  }

  @Test
  void theAgentListensOnASocketWithAName() {
    assertThat(byHand("-chardev", "socket,id=agent0,fd=4,server=on,wait=off"))
        .endsWith("-chardev", "socket,id=agent0,path=/floor/agent.sock,server=on,wait=off");
  }

  @Test
  void theAgentsOtherPortsLeadNowhere() {
    assertThat(byHand("-chardev", "socket,id=agent3,fd=7,server=on,wait=off"))
        .endsWith("-chardev", "null,id=agent3");
  }

  @Test
  void theConsoleIsLoggedNowhere() {
    assertThat(byHand("-chardev", "file,id=console,append=on,path=/run/a,,b/console.log"))
        .endsWith("-chardev", "file,id=console,append=on,path=/dev/null");
  }

  @Test
  void memoryIsMappedFromTheTemplate() {
    assertThat(byHand("-object", "memory-backend-file,mem-path=/proc/self/fd/6,share=off,id=ram0"))
        .endsWith("-object", "memory-backend-file,mem-path=" + MEMORY + ",share=off,id=ram0");
  }

  @Test
  void everythingElseStaysAsItIs() {
    assertThat(byHand("-S", "-m", "256M", "-device", "virtserialport,chardev=agent0,id=agent"))
        .containsExactly(
            "qemu",
            "-qmp",
            "stdio",
            "-S",
            "-m",
            "256M",
            "-device",
            "virtserialport,chardev=agent0,id=agent");
  }

  private static List<String> byHand(String... arguments) {
    List<String> clone = new ArrayList<>(List.of("qemu"));
    clone.addAll(List.of(arguments));
    return StandaloneCommand.command(clone, MEMORY, AGENT);
  }
}
