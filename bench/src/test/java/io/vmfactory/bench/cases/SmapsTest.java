package io.vmfactory.bench.cases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SmapsTest {
  private static final String VM =
      """
      55d0c0000000-55d0c0600000 r-xp 00000000 fe:01 1234    /usr/bin/qemu-system-x86_64
      Size:               6144 kB
      Pss:                1000 kB
      Shared_Clean:       4000 kB
      Shared_Dirty:          0 kB
      Private_Clean:         0 kB
      Private_Dirty:         0 kB
      Anonymous:             0 kB
      55d0c1000000-55d0c1400000 rw-p 00000000 00:00 0       [heap]
      Pss:                3000 kB
      Shared_Clean:          0 kB
      Private_Clean:         0 kB
      Private_Dirty:      3000 kB
      Anonymous:          3000 kB
      7f0000000000-7f0010000000 rw-p 00000000 00:01 77      /memfd:vmfactory-template (deleted)
      Pss:                5600 kB
      Shared_Clean:      20000 kB
      Private_Clean:       100 kB
      Private_Dirty:       500 kB
      Anonymous:           500 kB
      VmFlags: rd wr mr mw me ac sd
      7f0020000000-7f0020001000 rw-p 00000000 00:00 0
      Pss:                   4 kB
      Private_Dirty:         4 kB
      Anonymous:             4 kB
      """;

  private static Smaps vm() {
    Smaps.Sums sums = new Smaps.Sums();
    VM.lines().forEach(sums::add);
    return sums.total();
  }

  @Test
  void guestRamIsDistinguishedFromTheRestAndCopiesFromTheTemplate() {
    assertThat(vm()).isEqualTo(new Smaps(3604, 24000, 9604, 500, 5100));
  }

  @Test
  void thisProcessHasSomeOfItsOwn() throws Exception {
    Smaps own = Smaps.of(ProcessHandle.current().pid());
    assertThat(own.privateKib()).isPositive();
    assertThat(own.pssKib()).isGreaterThanOrEqualTo(own.privateKib());
  }

  @Test
  void theTemplateCountsOnceHoweverManyVmsThereAre() {
    assertThat(new IdleVms(List.of()).heldMib(54)).isEqualTo(54);
    assertThat(new IdleVms(List.of(vm(), vm())).heldMib(54))
        .isCloseTo(54 + 2 * (9604 - 5100) / 1024.0, within(1e-9));
    assertThat(new IdleVms(List.of(vm(), vm(), vm())).medianMib(Smaps::ownGuestKib))
        .isEqualTo(500 / 1024.0);
  }
}
