package io.vmfactory.factory.vm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SmapsSumTest {
  private final StringBuilder smaps = new StringBuilder();
  private long at = 0x7f0000000000L;

  private SmapsSumTest mapping(long kib, String name, long privateDirty) {
    smaps.append("%x-%x rw-p 00000000 00:01 5 %s%n".formatted(at, at + kib * 1024, name));
    smaps.append("Size: %d kB%nRss: 9 kB%nPss:  %d kB%n".formatted(kib, privateDirty + 1));
    smaps.append("Shared_Clean: 2 kB%nShared_Dirty: 1 kB%n".formatted());
    smaps.append("Private_Clean: 1 kB%nPrivate_Dirty: %d kB%n".formatted(privateDirty));
    smaps.append("Anonymous: %d kB%n".formatted(privateDirty));
    smaps.append("VmFlags: rd wr mr mw me ac\n".formatted());
    at += kib * 1024 + 4096;
    return this;
  }

  private VmMemory sum(int guestMib) {
    SmapsSum sum = new SmapsSum(guestMib);
    smaps.toString().lines().forEach(sum::add);
    return sum.total();
  }

  @Test
  void aClonesRamIsItsMemfdAndWhatWasPlugged() {
    mapping(256 * 1024, "/memfd:template (deleted)", 4000).mapping(128 * 1024, "", 70);
    mapping(32 * 1024, "", 5000).mapping(100, "/usr/bin/qemu", 10).mapping(132, "[heap]", 7);
    assertThat(sum(384)).isEqualTo(new VmMemory(9092, 15, 9092, 4070));
    assertThat(sum(256).guestPrivateKib()).isEqualTo(4000);
  }

  @Test
  void aColdVmsRamIsTheAnonymousMappingOfItsSize() {
    mapping(256 * 1024, "", 90_000).mapping(32 * 1024, "", 5000);
    assertThat(sum(256).guestPrivateKib()).isEqualTo(90_000);
  }

  @Test
  void noLinesAreNoMemory() {
    assertThat(sum(256)).isEqualTo(new VmMemory(0, 0, 0, 0));
  }
}
