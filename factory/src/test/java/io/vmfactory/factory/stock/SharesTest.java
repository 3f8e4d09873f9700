package io.vmfactory.factory.stock;

import static io.vmfactory.factory.observe.Observer.Tier.SHELL;
import static io.vmfactory.factory.observe.Observer.Tier.WARM;
import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.factory.stock.Shares.Wish;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tests how memory is divided among pools. */
final class SharesTest {
  private static Wish wish(Tier tier, int wanted, long eachKib) {
    return new Wish(tier, wanted, eachKib);
  }

  @Test
  void whenAllFitsEveryOneMayGrowIntoTheRest() {
    assertThat(Shares.ceilings(1000, List.of(wish(WARM, 4, 100), wish(SHELL, 4, 50))))
        .containsExactly(4 + 4, 4 + 8);
  }

  @Test
  void warmVmsGoBeforeShells() {
    assertThat(Shares.ceilings(450, List.of(wish(SHELL, 8, 50), wish(WARM, 4, 100))))
        .containsExactly(1, 4);
    assertThat(Shares.ceilings(400, List.of(wish(SHELL, 8, 50), wish(WARM, 8, 100))))
        .containsExactly(0, 4);
  }

  @Test
  void templatesGetTheSameMemoryNotTheSameNumber() {
    assertThat(Shares.ceilings(1200, List.of(wish(WARM, 99, 100), wish(WARM, 99, 200))))
        .containsExactly(6, 3);
  }

  @Test
  void whatASmallPoolDoesNotWantIsTheOthers() {
    assertThat(Shares.ceilings(1000, List.of(wish(WARM, 2, 100), wish(WARM, 99, 100))))
        .containsExactly(2, 8);
  }

  @Test
  void whatIsTooBigForOneMayDoForAnother() {
    assertThat(Shares.ceilings(250, List.of(wish(WARM, 9, 300), wish(WARM, 9, 100))))
        .containsExactly(0, 2);
  }

  @Test
  void withoutBudgetThereIsNothing() {
    assertThat(Shares.ceilings(0, List.of(wish(WARM, 1, 1), wish(SHELL, 1, 1))))
        .containsExactly(0, 0);
    assertThat(Shares.ceilings(100, List.of())).isEmpty();
  }

  @Test
  void whatPoolsWantOfTheirCeilingsNeverExceedsTheBudget() {
    Random random = new Random(1);
    for (int n = 0; n < 2000; n++) {
      long budget = random.nextInt(5000);
      List<Wish> wishes = new ArrayList<>();
      for (int pools = random.nextInt(8); pools > 0; pools--) {
        Tier tier = random.nextBoolean() ? WARM : SHELL;
        wishes.add(wish(tier, random.nextInt(50), 1 + random.nextInt(300)));
      }
      check(budget, wishes, Shares.ceilings(budget, wishes));
    }
  }

  /**
   * Checks that the shares are within the budget, and that no pool that wants more could have had
   * more.
   */
  private static void check(long budget, List<Wish> wishes, List<Integer> ceilings) {
    long used = 0;
    for (int i = 0; i < wishes.size(); i++) {
      used += Math.min(ceilings.get(i), wishes.get(i).wanted()) * wishes.get(i).eachKib();
    }
    assertThat(used).isLessThanOrEqualTo(budget);
    for (int i = 0; i < wishes.size(); i++) {
      if (ceilings.get(i) < wishes.get(i).wanted()) {
        assertThat(wishes.get(i).eachKib()).isGreaterThan(budget - used);
      }
    }
  }
}
