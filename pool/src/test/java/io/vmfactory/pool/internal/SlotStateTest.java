package io.vmfactory.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests the transitions of a slot. */
class SlotStateTest {
  private static Stream<SlotState> after(SlotState state) {
    return Arrays.stream(SlotState.values()).filter(state::mayBecome);
  }

  @Test
  void whatWasTakenCanOnlyBeDisposedOfAndWhatIsGoneStaysGone() {
    assertThat(after(SlotState.TAKEN)).containsExactly(SlotState.DISPOSING);
    assertThat(after(SlotState.DISPOSING)).containsExactly(SlotState.GONE);
    assertThat(after(SlotState.GONE)).isEmpty();
  }

  @Test
  void onlyWhatIsIdleCanBeClaimed() {
    assertThat(Arrays.stream(SlotState.values()).filter(s -> s.mayBecome(SlotState.CLAIMED)))
        .containsExactly(SlotState.IDLE);
  }

  @Test
  void anIllegalStepIsRefusedAndChangesNothing() {
    SlotTable<String> table = new SlotTable<>();
    Slot<String> slot = new Slot<>(1, 0, 0, 0);
    table.add(slot);

    assertThatThrownBy(() -> table.move(slot, SlotState.TAKEN))
        .hasMessage("slot 1 is ALLOCATING, cannot become TAKEN");
    assertThat(table.count(SlotState.ALLOCATING)).isEqualTo(1);
    assertThat(table.count(SlotState.TAKEN)).isZero();
  }
}
