package io.vmfactory.harness.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.Lease;
import io.vmfactory.api.v1.Pool;
import io.vmfactory.api.v1.Restores;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuietTest {
  private final Pool.Builder pool =
      Pool.newBuilder().setTier(Pool.Tier.WARM).setTemplateKey("k").setTarget(3).setIdle(3);

  private List<String> unrest() {
    return Quiet.unrest(GetStatusResponse.newBuilder().addPools(pool).build());
  }

  @Test
  void aFullPoolIsAtRestEvenWhileItIsExamined() {
    assertThat(unrest()).isEmpty();
    pool.setIdle(2).setProbing(1);
    assertThat(unrest()).isEmpty();
  }

  @Test
  void aPoolShortOfItsTargetIsNot() {
    pool.setIdle(2);
    assertThat(unrest()).singleElement().asString().contains("WARM of k has 2 of 3");
  }

  @Test
  void norIsOneWithMoreThanItsTarget() {
    pool.setIdle(4);
    assertThat(unrest()).hasSize(1);
  }

  @Test
  void norIsOneWithAnythingUnderWay() {
    List<Pool.Builder> busy =
        List.of(
            pool.clone().setAllocating(1),
            pool.clone().setClaimed(1),
            pool.clone().setDisposing(1),
            pool.clone().setWaiting(1));
    for (Pool.Builder one : busy) {
      assertThat(Quiet.unrest(GetStatusResponse.newBuilder().addPools(one).build())).hasSize(1);
    }
  }

  @Test
  void leasesAndRestoresAreUnrest() {
    GetStatusResponse status =
        GetStatusResponse.newBuilder()
            .addLeases(Lease.getDefaultInstance())
            .setRestores(Restores.newBuilder().setInFlight(1).setWaiting(2))
            .build();
    assertThat(Quiet.unrest(status))
        .containsExactly("1 leases", "3 restores under way or waited for");
  }
}
