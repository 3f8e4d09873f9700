package io.vmfactory.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vmfactory.configs.time.WallClock;
import io.vmfactory.vmm.VmId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class UniquenessTest {
  @Test
  void noTwoAreAlike() {
    Uniqueness one = Uniqueness.fresh(WallClock.system(), "vm-1", VmId.random());
    Uniqueness two = Uniqueness.fresh(WallClock.system(), "vm-1", VmId.random());

    assertThat(one.entropy()).hasSize(512).isNotEqualTo(two.entropy());
    assertThat(one.machineId()).matches("[0-9a-f]{32}").isNotEqualTo(two.machineId());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-a", "a-", "a..b", ".a", "a.", "a.-b", "a b", "ä"})
  void aNameThatIsNoHostNameIsRefused(String hostname) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Uniqueness.fresh(WallClock.system(), hostname, VmId.random()))
        .withMessageContaining(hostname);
  }

  @Test
  void aNameHasAtMost64Characters() {
    assertThat(Uniqueness.fresh(WallClock.system(), "a".repeat(64), VmId.random()).hostname())
        .hasSize(64);
    assertThat(Uniqueness.fresh(WallClock.system(), "web.example", VmId.random()).hostname())
        .isEqualTo("web.example");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Uniqueness.fresh(WallClock.system(), "a".repeat(65), VmId.random()));
  }
}
