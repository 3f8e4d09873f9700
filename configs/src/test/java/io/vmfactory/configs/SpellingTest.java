package io.vmfactory.configs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpellingTest {
  @Test
  void findsWhatIsOneOrTwoLettersAway() {
    assertThat(Spelling.nearest("daemon.wokers", List.of("daemon.max_vms", "daemon.workers")))
        .contains("daemon.workers");
    assertThat(Spelling.nearest("--jsn", List.of("--help", "--json"))).contains("--json");
  }

  @Test
  void theTableInCommonIsNoLikeness() {
    assertThat(
            Spelling.nearest(
                "hypervisor.qemu.entropy_source", List.of("hypervisor.qemu.hotplug_ports")))
        .isEmpty();
  }

  @Test
  void aShortWordIsNotLikeALongOne() {
    assertThat(Spelling.nearest("frobnicate", List.of("init", "get", "run"))).isEmpty();
    assertThat(Spelling.nearest("-q", List.of("-i", "-t"))).isEmpty();
  }
}
