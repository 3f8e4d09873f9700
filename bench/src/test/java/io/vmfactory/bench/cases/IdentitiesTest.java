package io.vmfactory.bench.cases;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.guest.GuestIdentity;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class IdentitiesTest {
  private static GuestIdentity vm(String host, String machine, String boot, int random) {
    return new GuestIdentity(host, machine, boot, new byte[] {(byte) random}, Instant.EPOCH);
  }

  @Test
  void everyPairThatSharesAnythingCountsOnce() {
    GuestIdentity one = vm("a", "m1", "b1", 1);
    assertThat(Identities.sharing(List.of(one, vm("b", "m2", "b2", 2)))).isZero();
    assertThat(Identities.sharing(List.of(one, vm("a", "m2", "b2", 2)))).isOne();
    assertThat(Identities.sharing(List.of(one, vm("b", "m1", "b2", 2)))).isOne();
    assertThat(Identities.sharing(List.of(one, vm("b", "m2", "b1", 2)))).isOne();
    assertThat(Identities.sharing(List.of(one, vm("b", "m2", "b2", 1)))).isOne();
    assertThat(Identities.sharing(List.of(one, one, one))).isEqualTo(3);
  }
}
