package io.vmfactory.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.vmm.VmId;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Tests that every agent behind {@link GuestAgent} must pass, scripted or real. */
public abstract class GuestAgentContract {
  /** Returns a connection to a running agent. The subclass closes it. */
  protected abstract GuestAgent agent();

  /** Returns a deadline so late that only a defect reaches it. */
  protected static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(60));
  }

  @Test
  void saysThatItServes() {
    agent().awaitServing(soon());
  }

  @Test
  void tellsWhatItIsAndThatItTakesNamesOfItsOwn() {
    GuestDetails details = agent().details(soon());

    assertThat(details.agentVersion()).isNotBlank();
    assertThat(details.features()).contains(GuestDetails.IDENTITY);
  }

  @Test
  void hasTheNamesItWasMadeUniqueWith() {
    Uniqueness unique = Uniqueness.fresh(WallClock.system(), "contract-1", VmId.random());

    assertThat(agent().makeUnique(unique, soon())).isEqualTo(new GuestHooks.Due(0, 0));

    GuestIdentity identity = agent().identity(0, soon());
    assertThat(identity.hostname()).isEqualTo("contract-1");
    assertThat(identity.machineId()).isEqualTo(unique.machineId());
    assertThat(identity.bootId()).isEqualTo(agent().identity(0, soon()).bootId()).isNotBlank();
  }

  @Test
  void hasTheClockItWasMadeUniqueWith() {
    Duration ahead = Duration.ofDays(400);
    WallClock later = () -> Instant.now().plus(ahead);

    Instant before = later.now();
    agent().makeUnique(Uniqueness.fresh(later, "contract-2", VmId.random()), soon());
    Instant reported = agent().identity(0, soon()).clock();
    Instant after = later.now();

    // The guest may round its clock down to a microsecond.
    assertThat(reported).isBetween(before.minusNanos(1_000), after);
  }

  @Test
  void hasTheClockItWasWokenWithAndIsOtherwiseWhoItWas() {
    agent().makeUnique(Uniqueness.fresh(WallClock.system(), "contract-3", VmId.random()), soon());
    GuestIdentity asleep = agent().identity(0, soon());
    WallClock later = () -> Instant.now().plus(Duration.ofDays(400));

    Instant before = later.now();
    agent().startWake(later, "", soon()).await();
    GuestIdentity awake = agent().identity(0, soon());
    Instant after = later.now();

    assertThat(awake.clock()).isBetween(before.minusNanos(1_000), after);
    assertThat(awake.hostname()).isEqualTo("contract-3");
    assertThat(awake.machineId()).isEqualTo(asleep.machineId());
    assertThat(awake.bootId()).isEqualTo(asleep.bootId());
  }

  @Test
  void hasTheNameItWasWokenWithAndItsOtherIdsStill() {
    Uniqueness unique = Uniqueness.fresh(WallClock.system(), "contract-4", VmId.random());
    agent().makeUnique(unique, soon());

    agent().startWake(WallClock.system(), "woken-4", soon()).await();

    GuestIdentity awake = agent().identity(0, soon());
    assertThat(awake.hostname()).isEqualTo("woken-4");
    assertThat(awake.machineId()).isEqualTo(unique.machineId());
    assertThat(awake.bootId()).isNotBlank();
  }

  @Test
  void isNotWokenAsWhatIsNoName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> agent().startWake(WallClock.system(), "no name", soon()).await())
        .withMessageContaining("no name");
  }

  @Test
  void givesAsManyRandomBytesAsAskedForAndNeverTheSameTwice() {
    byte[] first = agent().identity(32, soon()).random();
    byte[] second = agent().identity(32, soon()).random();

    assertThat(first).hasSize(32).isNotEqualTo(second);
    assertThat(second).hasSize(32);
  }

  @Test
  void hasMetrics() {
    assertThat(agent().metrics(soon())).isNotBlank();
  }

  @Test
  void bringsTheCpusThatAreThereIntoUse() {
    agent().online(1, soon());
  }

  @Test
  void reportsWhatQuiescingDid() {
    QuiesceReport report = agent().quiesce(soon());

    assertThat(report.zeroedKib()).isPositive();
    assertThat(report.usedKib()).isPositive();
    assertThat(report.possibleCpus()).isPositive();
  }

  @Test
  void answersNoCallWhoseTimeIsOver() {
    Deadline over = Deadline.after(Duration.ZERO);

    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(() -> agent().metrics(over))
        .withMessageContaining("GetMetrics");
    assertThat(agent().metrics(soon())).isNotBlank();
  }
}
