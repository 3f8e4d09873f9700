package io.vmfactory.harness.storm;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.harness.storm.Operation.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Tests the checker with histories made by hand: some that it must accept, and for each rule one
 * that it must refuse.
 */
class CheckerTest {
  private final Past past = new Past();

  private void accepted() {
    assertThat(past.complaints()).isEmpty();
  }

  private void refusedBy(String rule) {
    List<String> complaints = past.complaints();
    assertThat(complaints).hasSize(1);
    assertThat(complaints.get(0)).startsWith(rule + ": ");
  }

  @Test
  void nothingDoneIsNothingWrong() {
    accepted();
  }

  @Test
  void anOrdinaryLifeIsAccepted() {
    past.get("a", 0, 1)
        .identified("a", "alpha", "r1", 1)
        .done(Kind.RENEW, "a", 8, 8.1)
        .identified("a", "alpha", "r2", 15)
        .done(Kind.RELEASE, "a", 16, 16.2)
        .get("b", 16.3, 17)
        .identified("b", "beta", "r3", 17);
    accepted();
  }

  // Handed out once.

  @Test
  void aVmLeasedTwiceIsRefused() {
    past.get("a", 0, 1).get("a", 0.5, 2);
    assertThat(past.complaints())
        .hasSize(2)
        .allMatch(c -> c.startsWith("handed out once: "))
        .anyMatch(c -> c.contains("and again"));
  }

  @Test
  void aVmGivenAwayAndThenLeasedIsRefused() {
    past.base("a", 0, 1).get("a", 2, 3);
    refusedBy("handed out once");
  }

  @Test
  void aRequestThatFailedHandedNothingOut() {
    past.get("a", 0, 1).cut(Kind.GET, "a", 2, 3);
    accepted();
  }

  // Never after its end.

  @Test
  void aVmThatWasKilledBeforeTheRequestIsRefused() {
    past.done(Kind.KILL_VM, "a", 0, 1).get("a", 2, 3);
    refusedBy("never after its end");
  }

  @Test
  void aVmKilledWhileTheRequestRanMayStillBeHandedOut() {
    past.done(Kind.KILL_VM, "a", 0, 1).get("a", 0.5, 0.9);
    accepted();
  }

  @Test
  void aBaseVmThatItsOwnerBuriedIsRefused() {
    past.done(Kind.BURY, "a", 0, 1).base("a", 2, 3);
    refusedBy("never after its end");
  }

  // A patient request is served.

  @Test
  void aPatientRequestRefusedOnAQuietDayIsRefused() {
    past.refused(Kind.GET_PATIENT, "", 0, 1);
    refusedBy("a patient request is served");
  }

  @Test
  void oneKilledVmIsNoExcuse() {
    past.done(Kind.KILL_VM, "a", 0, 1).refused(Kind.GET_PATIENT, "", 0.5, 2);
    refusedBy("a patient request is served");
  }

  @Test
  void severalKilledVmsAreAnExcuse() {
    past.done(Kind.KILL_VM, "a", 0, 1)
        .done(Kind.KILL_VM, "b", 1, 1.5)
        .refused(Kind.GET_PATIENT, "", 0.5, 2);
    accepted();
  }

  @Test
  void aDaemonBeingReplacedIsAnExcuseWhileItIs() {
    past.done(Kind.REPLACE_DAEMON, "", 0, 1).refused(Kind.GET_PATIENT, "", 0.5, 2);
    accepted();
    past.refused(Kind.GET_PATIENT, "", 3, 4);
    refusedBy("a patient request is served");
  }

  @Test
  void aPatientRequestWhoseTimeRanOutIsRefused() {
    past.cut(Kind.GET_PATIENT, "", 0, 60);
    refusedBy("a patient request is served");
  }

  @Test
  void aPatientRequestCutOffWithItsDaemonIsNoFault() {
    past.cut(Kind.GET_PATIENT, "", 0, 1).done(Kind.KILL_DAEMON, "", 0.9, 2);
    accepted();
  }

  @Test
  void aRequestInAHurryMayBeRefused() {
    past.refused(Kind.GET, "", 0, 0.1);
    accepted();
  }

  // Unique.

  @Test
  void eachNameOfAGuestMustBeItsOwn() {
    for (int i = 0; i < 3; i++) {
      String[] second = {"b1", "b2", "b3"};
      String[] first = {"a1", "a2", "a3"};
      second[i] = first[i];
      List<String> complaints =
          new Past().identified("a", first, "r1", 1).identified("b", second, "r2", 2).complaints();
      assertThat(complaints).as("name %d", i).hasSize(1);
      assertThat(complaints.get(0)).startsWith("unique: ").contains("both a's and b's");
    }
  }

  @Test
  void theSameRandomBytesInTwoGuestsAreRefused() {
    past.identified("a", "alpha", "r1", 1).identified("b", "beta", "r1", 2);
    refusedBy("unique");
  }

  @Test
  void theSameRandomBytesTwiceFromOneGuestAreRefused() {
    past.identified("a", "alpha", "r1", 1).identified("a", "alpha", "r1", 2);
    refusedBy("unique");
  }

  // The same as before.

  @Test
  void aGuestThatChangesIsRefused() {
    past.identified("a", "alpha", "r1", 1).identified("a", "beta", "r2", 2);
    refusedBy("the same as before");
  }

  // A live lease works.

  @Test
  void aRenewalRefusedWhileTheLeaseLastsIsRefused() {
    past.get("a", 0, 1).refused(Kind.RENEW, "a", 5, 5.1);
    refusedBy("a live lease works");
  }

  @Test
  void aLeaseOutlivesAKilledDaemon() {
    past.get("a", 0, 1).done(Kind.KILL_DAEMON, "", 2, 4).refused(Kind.RELEASE, "a", 5, 5.1);
    refusedBy("a live lease works");
  }

  @Test
  void anUnansweredRenewalIsRefusedUnlessTheDaemonWasKilled() {
    past.get("a", 0, 1).cut(Kind.RENEW, "a", 2, 3).done(Kind.KILL_DAEMON, "", 2.5, 4);
    accepted();
    past.cut(Kind.RENEW, "a", 5, 6);
    refusedBy("a live lease works");
  }

  @Test
  void theAgentAnswersEvenWhileThereIsNoDaemon() {
    past.get("a", 0, 1).done(Kind.KILL_DAEMON, "", 2, 4).refused(Kind.IDENTIFY, "a", 3, 3.5);
    refusedBy("a live lease works");
  }

  @Test
  void aLeaseCountsFromTheBeginOfItsLastRenewal() {
    past.get("a", 0, 1).done(Kind.RENEW, "a", 8, 9).refused(Kind.RENEW, "a", 17, 17.9);
    refusedBy("a live lease works");
  }

  @Test
  void whenTheTimeIsOverARenewalMayBeRefused() {
    past.get("a", 0, 1).refused(Kind.RENEW, "a", 9.5, 10.1);
    accepted();
  }

  @Test
  void theLeaseOfAKilledVmIsOver() {
    past.get("a", 0, 1).done(Kind.KILL_VM, "a", 2, 3).refused(Kind.RENEW, "a", 2.5, 2.6);
    accepted();
  }

  @Test
  void aKillThatCameLaterExcusesNothing() {
    past.get("a", 0, 1).refused(Kind.RENEW, "a", 2, 2.1).done(Kind.KILL_VM, "a", 3, 4);
    refusedBy("a live lease works");
  }

  @Test
  void aReleaseThatWasCutOffMayHaveBeenOne() {
    past.get("a", 0, 1)
        .cut(Kind.RELEASE, "a", 2, 3)
        .done(Kind.KILL_DAEMON, "", 2.5, 3.5)
        .refused(Kind.RELEASE, "a", 4, 4.1);
    accepted();
  }

  // A lease lasts for its TTL, and the VM of a silent client ends.

  @Test
  void aVmEndedBeforeItsLeaseIsRefused() {
    past.get("a", 0, 1).done(Kind.VANISH, "a", 0, 9.9);
    refusedBy("a lease lasts for its TTL");
  }

  @Test
  void aVmEndedWithItsLeaseIsAccepted() {
    past.get("a", 0, 1).done(Kind.VANISH, "a", 0, 10.5);
    accepted();
  }

  @Test
  void aVmKilledBeforeItsLeaseWasOverIsNoFault() {
    past.get("a", 0, 1).done(Kind.KILL_VM, "a", 3, 4).done(Kind.VANISH, "a", 0, 4);
    accepted();
  }

  @Test
  void aVmThatOutlivesItsLeaseIsRefused() {
    past.get("a", 0, 1).cut(Kind.VANISH, "a", 0, 60);
    refusedBy("the VM of a silent client ends");
  }

  @Test
  void aVmThatHangsWhileItWaitsIsReplaced() {
    past.done(Kind.FREEZE_VM, "a", 0, 5);
    accepted();
    past.cut(Kind.FREEZE_VM, "b", 0, 60);
    refusedBy("the VM of a silent client ends");
  }

  // Ends by its deadline.

  @Test
  void whatHangsIsRefusedHoweverItEnds() {
    past.cut(Kind.GET, "", 0, 70);
    refusedBy("ends by its deadline");
  }

  @Test
  void aBusyMachineHasSlack() {
    past.cut(Kind.GET, "", 0, 64);
    accepted();
  }
}
