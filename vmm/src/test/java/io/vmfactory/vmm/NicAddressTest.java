package io.vmfactory.vmm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class NicAddressTest {
  @Test
  void itIsLocallyAdministeredAndEndsWithTheSlot() {
    VmId ones = new VmId("f".repeat(32));
    assertThat(NicAddress.of(ones, 0)).isEqualTo("fe:ff:ff:ff:ff:00");
    assertThat(NicAddress.of(ones, 31)).isEqualTo("fe:ff:ff:ff:ff:1f");
    assertThat(NicAddress.of(new VmId("01" + "0".repeat(30)), 1)).isEqualTo("02:00:00:00:00:01");
    assertThat(NicAddress.of(new VmId("123456789a" + "0".repeat(22)), 2))
        .isEqualTo("12:34:56:78:9a:02");
  }

  @Test
  void eachVmHasItsOwn() {
    assertThat(NicAddress.of(VmId.random(), 0)).isNotEqualTo(NicAddress.of(VmId.random(), 0));
  }
}
