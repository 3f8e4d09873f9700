package io.vmfactory.vmm.qemu;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.qemu.OverlayBook.LayerFile;
import org.junit.jupiter.api.Test;

class OverlayBookTest {
  private static final long MIB = 1 << 20;

  private final OverlayBook book = new OverlayBook(10, 6);
  private final OverlayBook.OfVm first = book.of(VmId.random());
  private final OverlayBook.OfVm second = book.of(VmId.random());
  private final OverlayBook.OfVm third = book.of(VmId.random());

  private static LayerFile fresh() {
    return LayerFile.unknown();
  }

  private static void refuses(OverlayBook.OfVm vm, String layer, long bytes, String key) {
    assertThatThrownBy(() -> vm.take(layer, fresh(), bytes))
        .isInstanceOfSatisfying(VmmException.class, e -> assertThatReasonIsResources(e.reason()))
        .hasMessageContainingAll(key, "raise the key");
  }

  private static void assertThatReasonIsResources(Reason reason) {
    if (reason != Reason.RESOURCES) {
      throw new AssertionError("reason is " + reason);
    }
  }

  @Test
  void oneVmIsBounded() {
    first.take("a", fresh(), 4 * MIB);
    refuses(first, "b", 2 * MIB + 1, "max_overlays_per_vm = 6");
    first.take("b", fresh(), 2 * MIB);
    refuses(first, "c", 1, "max_overlays_per_vm = 6");
  }

  @Test
  void allVmsTogetherAreBounded() {
    first.take("a", fresh(), 6 * MIB);
    refuses(second, "a", 4 * MIB + 1, "max_overlays = 10");
    second.take("a", fresh(), 4 * MIB);
    refuses(book.of(VmId.random()), "a", 1, "max_overlays = 10");
  }

  @Test
  void whatIsGoneMakesRoom() {
    first.take("a", fresh(), 6 * MIB);
    first.drop("a");
    first.drop("never made");
    first.take("a", fresh(), 6 * MIB);
    second.take("a", fresh(), 4 * MIB);
    first.end();
    second.take("b", fresh(), 2 * MIB);
    book.of(VmId.random()).take("a", fresh(), 4 * MIB);
  }

  @Test
  void aLayerThatIsMadeAgainCountsOnce() {
    first.take("a", fresh(), 6 * MIB);
    first.take("a", fresh(), 5 * MIB);
    first.take("b", fresh(), MIB);
  }

  @Test
  void whatAnEarlierDaemonHasMadeCountsEvenBeyondTheLimit() {
    first.share("a", fresh(), 20 * MIB);
    refuses(first, "b", 1, "max_overlays_per_vm");
    refuses(second, "a", 1, "max_overlays");
    first.end();
    second.take("a", fresh(), 6 * MIB);
  }

  @Test
  void aLayerThatForksReadCountsOnceForTheVmThatHasMadeIt() {
    LayerFile file = fresh();
    first.take("a", file, 6 * MIB);
    second.share("a", file, 6 * MIB);
    third.share("a", file, 6 * MIB);
    second.take("b", fresh(), 4 * MIB);
    refuses(first, "b", 1, "max_overlays_per_vm");
    refuses(third, "b", 1, "max_overlays = 10");
  }

  @Test
  void aLayerWhoseMakerHasEndedCountsForTheOldestOfItsForks() {
    LayerFile file = fresh();
    first.take("a", file, 6 * MIB);
    second.share("a", file, 6 * MIB);
    third.share("a", file, 6 * MIB);
    first.end();
    refuses(second, "b", 1, "max_overlays_per_vm = 6");
    third.take("b", fresh(), 4 * MIB);
    third.drop("b");
    second.end();
    refuses(third, "b", 1, "max_overlays_per_vm = 6");
    third.end();
    first.take("a", fresh(), 6 * MIB);
    second.take("a", fresh(), 4 * MIB);
  }

  /** The kernel gives a new file the number of one that is gone. */
  @Test
  void aNewFileIsNoneThatIsGone() {
    LayerFile file = fresh();
    first.take("a", file, 2 * MIB);
    second.take("a", file, 6 * MIB);
    first.end();
    refuses(second, "b", 1, "max_overlays_per_vm = 6");
    second.end();
    first.take("a", fresh(), 6 * MIB);
    third.take("a", fresh(), 4 * MIB);
  }

  @Test
  void withoutLimitsNothingIsRefused() {
    OverlayBook.OfVm vm = new OverlayBook(0, 0).of(VmId.random());
    assertThatCode(
            () -> {
              vm.take("a", fresh(), 1L << 60);
              vm.take("b", fresh(), 1L << 60);
            })
        .doesNotThrowAnyException();
  }
}
